//! Files that are broken, wrong or hostile: a clear error that names line, field, value and
//! expectation, and nothing stored.

use logs_cli::ExitStatus;

use super::{Scene, Stored, import, project};

const RUN: &str = r#"{"llm_run":{"run_id":"r","provider":"p","model":"m","input_tokens":1,"execution_status":"SUCCEEDED","started_at":"2026-01-01T00:00:00Z","source":"SDK","attributes":{"a":1}}}"#;

/// Imports `content` everywhere: refused with all of `said`, and nothing stored.
async fn refused(scene: &Scene, name: &str, content: &[u8], words: &[&str], said: &[&str]) {
    let file = scene.file(name, content);
    for backend in &scene.backends {
        let all: Vec<&str> = std::iter::once(file.as_str())
            .chain(words.iter().copied())
            .collect();
        let outcome = import(backend, &all).await;
        assert_eq!(outcome.status, ExitStatus::Refused, "{}", outcome.shown());
        for text in said {
            assert!(outcome.err.contains(text), "{text} in {}", outcome.err);
        }
        assert_eq!(outcome.err.lines().count(), 1, "{}", outcome.err);
        assert_eq!(Stored::of(backend, "acme").await.count(), 0);
    }
}

#[tokio::test]
async fn a_record_with_a_bad_value_says_where_and_what() {
    let scene = Scene::new().await;
    for (from, to, said) in [
        (
            "\"SUCCEEDED\"",
            "\"OK\"",
            "one of SUCCEEDED, FAILED, ABORTED, TIMEOUT",
        ),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00", "with a zone"),
        (
            "2026-01-01T00:00:00Z",
            "10000-01-01T00:00:00Z",
            "years 1 to 9999",
        ),
        ("\"input_tokens\":1", "\"input_tokens\":-1", "`-1`"),
        (
            "\"input_tokens\":1",
            "\"input_tokens\":9007199254740993",
            "9007199254740992",
        ),
        (
            "\"input_tokens\":1",
            "\"input_tokens\":1e400",
            "out of range",
        ),
        ("{\"a\":1}", "{\"a\":9007199254740993}", "2^53"),
        ("{\"a\":1}", "{\"a\":1e400}", "double"),
        ("{\"a\":1}", "{\"a\":1,\"a\":1}", "duplicate"),
        (
            "\"run_id\":\"r\"",
            "\"run_id\":\"r\",\"run_id\":\"r\"",
            "duplicate",
        ),
        (
            "\"run_id\":\"r\"",
            "\"run_id\":\"\\u0000\"",
            "control characters",
        ),
        ("\"run_id\":\"r\"", "\"run_id\":\"\"", "1 to 128 bytes"),
        ("{\"a\":1}", "{\"a\":\"\\u0000\"}", "NUL"),
        ("\"source\":\"SDK\",", "", "missing field `source`"),
        ("llm_run", "llm_runs", "unknown variant `llm_runs`"),
    ] {
        assert!(RUN.contains(from), "{from}");
        let content = format!("\n{}\n", RUN.replacen(from, to, 1));
        refused(
            &scene,
            "a.ndjson",
            content.as_bytes(),
            &[],
            &["a.ndjson: line 2: ", said],
        )
        .await;
    }
    let details = format!("{{\"a\":\"{}\"}}", "x".repeat(70_000));
    let content = RUN.replace("{\"a\":1}", &details);
    refused(
        &scene,
        "a.ndjson",
        content.as_bytes(),
        &[],
        &["line 1", "65536 bytes"],
    )
    .await;
}

#[tokio::test]
async fn files_that_are_broken_say_so() {
    let scene = Scene::new().await;
    let truncated = &RUN.as_bytes()[..60];
    refused(
        &scene,
        "cut.ndjson",
        truncated,
        &[],
        &["cut.ndjson: line 1: ", "EOF"],
    )
    .await;
    refused(
        &scene,
        "a.ndjson",
        b"not json\n",
        &[],
        &["line 1", "expected ident"],
    )
    .await;
    refused(&scene, "a.ndjson", b"[]\n", &[], &["line 1", "a record"]).await;
    refused(
        &scene,
        "utf8.ndjson",
        b"\xff\xfe{}\n",
        &[],
        &["line 1", "valid UTF-8"],
    )
    .await;
    refused(
        &scene,
        "nul.ndjson",
        b"\0\0\0\0\n",
        &[],
        &["line 1", "valid JSON"],
    )
    .await;
    let deep = format!(
        "{{\"llm_run\":{}{}}}\n",
        "[".repeat(20_000),
        "]".repeat(20_000)
    );
    let said = ["line 1: json: ", "nested deeper than 128 levels"];
    refused(&scene, "deep.ndjson", deep.as_bytes(), &[], &said).await;
    let langfuse = project("examples/mappings/samples/langfuse.json");
    let langfuse = std::fs::read(langfuse).unwrap();
    refused(
        &scene,
        "l.json",
        &langfuse[..600],
        &[],
        &["l.json: record 0: ", "EOF"],
    )
    .await;
    refused(&scene, "l.json", b"{\n}", &[], &["trace", "Langfuse"]).await;
}

#[tokio::test]
async fn an_empty_file_holds_no_records() {
    let scene = Scene::new().await;
    let mapping = project("examples/mappings/azure-llm-2023.toml");
    let (csv, mapped) = (scene.file("empty.csv", ""), ["--mapping", &mapping]);
    for backend in &scene.backends {
        for name in ["empty.ndjson", "empty.json"] {
            let outcome = import(backend, &[&scene.file(name, "")]).await;
            let told = "0 records stored, 0 already stored, 0 refused\n";
            assert_eq!(outcome.shown(), told, "{name}");
        }
        let outcome = import(backend, &[&[csv.as_str()], &mapped[..]].concat()).await;
        let told = "0 records stored, 0 already stored, 0 refused\n";
        assert_eq!(outcome.shown(), told);
    }
}

#[tokio::test]
async fn a_mark_of_the_byte_order_is_no_part_of_a_file() {
    let scene = Scene::new().await;
    let samples = "examples/mappings/samples";
    for (name, mapping, records) in [
        ("azure-llm-2023.csv", Some("azure-llm-2023.toml"), 3),
        ("mooncake.jsonl", Some("mooncake.toml"), 2),
        ("tau-bench.json", Some("tau-bench.toml"), 8),
        ("langfuse.json", None, 5),
    ] {
        let sample = std::fs::read(project(&format!("{samples}/{name}"))).unwrap();
        let file = scene.file(name, [b"\xef\xbb\xbf".as_slice(), &sample].concat());
        let mapping = mapping.map(|mapping| project(&format!("examples/mappings/{mapping}")));
        let mut words = vec![file.as_str()];
        words.extend(mapping.iter().flat_map(|mapping| ["--mapping", mapping]));
        let outcome = import(&scene.backends[0], &words).await;
        let told = format!("{records} records stored, 0 already stored, 0 refused\n");
        assert_eq!(outcome.shown(), told, "{name}");
    }
    let run = scene.file("a.ndjson", format!("\u{feff}{RUN}\r\n"));
    let outcome = import(&scene.backends[0], &[&run]).await;
    let told = "1 record stored, 0 already stored, 0 refused\n";
    assert_eq!(outcome.shown(), told);
}

#[tokio::test]
async fn a_mapping_that_is_wrong_is_wrong_usage_and_says_what_would_be_right() {
    let scene = Scene::new().await;
    let data = scene.file("a.csv", "t\n2026-01-01T00:00:00Z\n");
    let good = "format = \"csv\"\n[[record]]\nkind = \"trace\"\n[record.fields]\n\
                trace_id = { template = \"{t}\" }\nstarted_at = \"t\"\n";
    for (from, to, said) in [
        (
            "format = \"csv\"",
            "format = \"xml\"",
            "unknown variant `xml`",
        ),
        ("kind = \"trace\"", "kind = \"traces\"", "trace_step"),
        (
            "trace_id =",
            "trace =",
            "one of trace_id, run_id, started_at",
        ),
        (
            "started_at = \"t\"",
            "started_at = { path = \"t\", zon = \"UTC\" }",
            "unknown field `zon`",
        ),
        (
            "{ template = \"{t}\" }",
            "{ words = {} }",
            "trace_id: got ``, expected exactly one of path",
        ),
        (
            "started_at = \"t\"",
            "started_at = \"t..u\"",
            "a path such as",
        ),
        ("started_at = \"t\"", "started_at = 5", "a path, or a table"),
        (
            "started_at = \"t\"",
            "started_at = { path = \"t\", time = \"x\" }",
            "rfc3339, s, ms",
        ),
        (
            "started_at = \"t\"",
            "started_at = { path = \"t\", zone = \"CET\" }",
            "an offset such as +02:00",
        ),
        (
            "started_at = \"t\"",
            "started_at = { path = \"t\", origin = \"2026-01-01\" }",
            "RFC 3339",
        ),
        (
            "started_at = \"t\"",
            "started_at = { path = \"t\", unit = \"s\" }",
            "started_at: got `unit`, expected time, zone",
        ),
        (
            "started_at = \"t\"",
            "started_at = { path = \"t\", object = \"rest\" }",
            "exactly one of path",
        ),
        (
            "started_at = \"t\"",
            "started_at = \"a.b\"",
            "the name of a column",
        ),
        (
            "template = \"{t}\"",
            "template = \"{t\"",
            "a `}` for each `{`",
        ),
        (
            "template = \"{t}\"",
            "template = \"{..}\"",
            "a path such as",
        ),
        (
            "template = \"{t}\"",
            "template = \"{t}\", zone = \"UTC\"",
            "trace_id: got `zone`",
        ),
        (
            "template = \"{t}\"",
            "template = \"{t}\", default = \"x\"",
            "trace_id: got `default`",
        ),
        (
            "trace_id = { template = \"{t}\" }\n",
            "",
            "[[record]] 1 (trace): trace_id: got ``",
        ),
        (
            "format = \"csv\"",
            "format = \"langfuse\"",
            "need no mapping",
        ),
        (
            "format = \"csv\"",
            "format = \"csv\"\nrecords = \"a\"",
            "only a JSON document",
        ),
        (
            "format = \"csv\"",
            "format = \"csv\"\ndelimiter = \"é\"",
            "one ASCII character",
        ),
        (
            "format = \"csv\"",
            "format = \"json\"\ndelimiter = \";\"",
            "for CSV only",
        ),
        (
            "format = \"csv\"",
            "format = \"csv\"\ncolumns = []",
            "the names of all columns",
        ),
        (
            "[record.fields]",
            "for_each = \"x\"\n[record.fields]",
            "a row of CSV has no arrays",
        ),
        ("[[record]]", "[[recor]]", "recor"),
        ("format", "= format", "format"),
    ] {
        assert!(good.contains(from), "{from}");
        let mapping = scene.file("map.toml", good.replacen(from, to, 1));
        let outcome = import(&scene.backends[0], &[&data, "--mapping", &mapping]).await;
        assert_eq!(
            outcome.status,
            ExitStatus::Usage,
            "{from}: {}",
            outcome.shown()
        );
        assert!(outcome.err.contains(said), "{said} in {}", outcome.err);
    }
    let mapping = scene.file("map.toml", good);
    let outcome = import(&scene.backends[0], &[&data, "--mapping", &mapping]).await;
    assert_eq!(
        outcome.shown(),
        "1 record stored, 0 already stored, 0 refused\n"
    );
    let outcome = import(&scene.backends[0], &[&data, "--mapping", "absent.toml"]).await;
    assert_eq!(outcome.status, ExitStatus::Usage);
}

#[tokio::test]
async fn words_of_a_mapping_that_no_record_may_have_are_refused_before_the_first() {
    let scene = Scene::new().await;
    let data = scene.file("a.jsonl", "");
    for (severity, component, said) in [
        (
            "constant = \"LOW\"",
            "constant = \"c\"",
            "severity: got `LOW`, expected one of INFO",
        ),
        (
            "path = \"s\", default = \"low\"",
            "constant = \"c\"",
            "severity: got `low`",
        ),
        (
            "path = \"s\", otherwise = \"low\"",
            "constant = \"c\"",
            "severity: got `low`",
        ),
        (
            "path = \"s\", words = { a = \"b\" }",
            "constant = \"c\"",
            "severity: got `b`",
        ),
        (
            "path = \"s\"",
            "object = \"rest\"",
            "component: got `object`",
        ),
    ] {
        let mapping = format!(
            "format = \"jsonl\"\n[[record]]\nkind = \"system_record\"\n[record.fields]\n\
             severity = {{ {severity} }}\ncomponent = {{ {component} }}\n\
             event_type = \"e\"\nsummary = \"m\"\n"
        );
        let mapping = scene.file("map.toml", mapping);
        let outcome = import(&scene.backends[0], &[&data, "--mapping", &mapping]).await;
        assert_eq!(outcome.status, ExitStatus::Usage, "{severity}");
        assert!(outcome.err.contains(said), "{said} in {}", outcome.err);
    }
}

#[tokio::test]
async fn a_mapping_that_takes_what_the_file_does_not_have_says_so() {
    let scene = Scene::new().await;
    let mapping = |format: &str| {
        let text = format!(
            "format = \"{format}\"\n[[record]]\nkind = \"trace\"\n[record.fields]\n\
             trace_id = \"t\"\nrun_id = \"rnu\"\n\
             [[record]]\nkind = \"trace\"\nwhen = {{ path = \"t\", one_of = [\"y\"] }}\n\
             [record.fields]\ntrace_id = \"t\"\n"
        );
        scene.file(&format!("{format}.toml"), text)
    };
    // A row of CSV has every column, so one that is not there is a mistake.
    let words = ["--mapping", &mapping("csv")];
    let expected = "line 1: record: got ``, expected a column rnu, which the mapping takes; there \
                    are t, run";
    refused(&scene, "a.csv", b"t,run\nx,r\n", &words, &[expected]).await;
    refused(&scene, "a.csv", b"t,t\nx,r\n", &words, &["not \"t\" twice"]).await;
    // A record of JSON leaves out what it does not know, so it is said afterwards.
    let file = scene.file("a.jsonl", "{\"t\":\"x\",\"run\":\"r\"}\n");
    let outcome = import(&scene.backends[0], &[&file, "--mapping", &mapping("jsonl")]).await;
    assert_eq!(outcome.status, ExitStatus::Done);
    let notes: Vec<&str> = outcome.err.lines().collect();
    assert_eq!(notes.len(), 2, "{}", outcome.err);
    assert!(notes[0].ends_with("[[record]] 1 (trace): no record has rnu"));
    assert!(notes[1].ends_with("no record is one that [[record]] 2 (trace) maps"));
}

#[tokio::test]
async fn what_a_source_calls_assumed_is_not_taken_for_the_claims_of_the_mapping() {
    let scene = Scene::new().await;
    let text = "format = \"jsonl\"\n[[record]]\nkind = \"system_record\"\n[record.fields]\n\
                component = { path = \"c\", words = { x = \"api\" }, otherwise = \"worker\" }\n\
                event_type = \"e\"\nseverity = { constant = \"INFO\" }\nsummary = \"e\"\n\
                details = { object = \"rest\" }\n";
    let mapping = scene.file("map.toml", text);
    let words = ["--mapping", mapping.as_str()];
    let own = b"{\"c\":\"x\",\"e\":\"E\",\"assumed\":[\"mine\"]}\n";
    let said = ["line 1: details", "no member `assumed`"];
    refused(&scene, "own.jsonl", own, &words, &said).await;
    let good = "{\"c\":\"x\",\"e\":\"E\"}\n{\"c\":\"y\",\"e\":\"E\"}\n";
    let file = scene.file("a.jsonl", good);
    let outcome = import(&scene.backends[0], &[&[file.as_str()], &words[..]].concat()).await;
    assert_eq!(outcome.status, ExitStatus::Done, "{}", outcome.shown());
    let stored = Stored::of(&scene.backends[0], "acme").await;
    let mut claims: Vec<_> = stored
        .system
        .iter()
        .map(|record| {
            let details = record.details.as_ref().unwrap().to_value();
            (record.component.to_string(), details["assumed"].to_string())
        })
        .collect();
    claims.sort();
    let expected = [
        ("api", "[\"severity\"]"),
        ("worker", "[\"component\",\"severity\"]"),
    ];
    let expected = expected.map(|(component, claims)| (component.to_owned(), claims.to_owned()));
    assert_eq!(claims, expected);
}

#[tokio::test]
async fn a_mapping_that_does_not_fit_the_file_says_which_field() {
    let scene = Scene::new().await;
    let azure = project("examples/mappings/azure-llm-2023.toml");
    let words = ["--mapping", azure.as_str()];
    let heading = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
    for (row, said) in [
        (
            "2025-01-05T08:00:00,1,2",
            "started_at: got `2025-01-05T08:00:00`",
        ),
        ("99999-01-05 08:00:00.0,1,2", "started_at"),
        (",1,2", "started_at: got ``, expected a value at TIMESTAMP"),
        (
            "2025-01-05 08:00:00.0,many,2",
            "input_tokens: got `many`, expected a whole number",
        ),
        ("2025-01-05 08:00:00.0,1.5,2", "input_tokens: got `1.5`"),
        (
            "2025-01-05 08:00:00.0,99999999999999999999,2",
            "input_tokens",
        ),
        ("2025-01-05 08:00:00.0,1", "3 columns"),
        ("\"2025-01-05,1,2", "3 columns"),
    ] {
        let content = format!("{heading}{row}");
        refused(
            &scene,
            "a.csv",
            content.as_bytes(),
            &words,
            &["line 2: ", said],
        )
        .await;
    }
    let events = project("examples/mappings/otrf-windows.toml");
    let event = r#"{"@timestamp":"2025-01-05T08:00:00Z","Channel":"c","SourceName":"s","EventID":1,"Severity":"LOUD"}"#;
    let words = ["--mapping", events.as_str()];
    let said = ["line 1: severity: got `LOUD`, expected one of ALERT, CRITICAL"];
    refused(&scene, "e.jsonl", event.as_bytes(), &words, &said).await;
    let trail = project("examples/mappings/cloudtrail.toml");
    let words = ["--mapping", trail.as_str()];
    let said = ["no member \"Records\""];
    refused(&scene, "t.json", b"{\"Entries\":[]}", &words, &said).await;
}

#[tokio::test]
async fn large_integers_are_refused_unless_the_mapping_makes_them_texts() {
    let scene = Scene::new().await;
    let mapping = project("examples/mappings/otrf-windows.toml");
    let mapping = std::fs::read_to_string(mapping).unwrap();
    let strict = scene.file(
        "map.toml",
        mapping.replace("large_integers = \"text\"\n", ""),
    );
    let sample = project("examples/mappings/samples/otrf-windows.jsonl");
    let sample = std::fs::read(sample).unwrap();
    let words = ["--mapping", strict.as_str()];
    refused(
        &scene,
        "e.jsonl",
        &sample,
        &words,
        &["line 1: details: ", "2^53"],
    )
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_or_named_is_wrong_usage() {
    let scene = Scene::new().await;
    let backend = &scene.backends[0];
    let file = scene.file("a.ndjson", RUN);
    let absent = scene.path("absent.ndjson").display().to_string();
    let folder = scene.folder.path().display().to_string();
    for (name, why) in [(&absent, "No such file"), (&folder, "directory")] {
        // The file before it is not imported either.
        let outcome = import(backend, &[&file, name]).await;
        assert_eq!(outcome.status, ExitStatus::Usage, "{}", outcome.shown());
        assert!(outcome.err.contains(name.as_str()) && outcome.err.contains(why));
        assert_eq!(Stored::of(backend, "acme").await.count(), 0);
    }
    let mapping = project("examples/mappings/mooncake.toml");
    let sample = project("examples/mappings/samples/mooncake.jsonl");
    let outcome = import(
        backend,
        &[&sample, &sample, "--mapping", &mapping, "--source", "x"],
    )
    .await;
    assert_eq!(outcome.status, ExitStatus::Usage);
    assert!(outcome.err.contains("--source names one file"));
    let nobody = backend.logs(&["import", &file]).await;
    assert_eq!(nobody.status, ExitStatus::Usage);
    assert!(nobody.err.contains("--tenant"), "{}", nobody.err);
    let csv = scene.file("a.csv", "a\n1\n");
    let outcome = import(backend, &[&csv, "--format", "csv"]).await;
    assert_eq!(outcome.status, ExitStatus::Usage);
    assert!(outcome.err.contains("--mapping"), "{}", outcome.err);
    for batch in ["0", "10001", "x"] {
        let outcome = import(backend, &[&file, "--batch", batch]).await;
        assert_eq!(outcome.status, ExitStatus::Usage, "{batch}");
    }
}
