//! Files that are broken, wrong or hostile: a clear error that names line, field, value and
//! expectation, and nothing stored.

use logs_cli::ExitStatus;

use super::{Scene, Stored, import, project};

const RUN: &str = r#"{"llm_run":{"run_id":"r","provider":"p","model":"m","input_tokens":1,"execution_status":"SUCCEEDED","started_at":"2026-01-01T00:00:00Z","source":"SDK","attributes":{"a":1}}}"#;

/// Imports `content` everywhere: refused with all of `said`, and nothing stored.
pub(super) async fn refused(
    scene: &Scene,
    name: &str,
    content: &[u8],
    words: &[&str],
    said: &[&str],
) {
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
        b"{not json\n",
        &["--format", "ndjson"],
        &["line 1", "key must be a string"],
    )
    .await;
    refused(&scene, "a.ndjson", b"{}\n", &[], &["line 1", "a record"]).await;
    refused(
        &scene,
        "utf8.ndjson",
        b"{\"a\":\"\xff\"}\n",
        &[],
        &["line 1", "valid UTF-8"],
    )
    .await;
    refused(
        &scene,
        "nul.ndjson",
        b"{\0\0\0\0\n",
        &["--format", "ndjson"],
        &["line 1", "key must be a string"],
    )
    .await;
    let deep = format!(
        "{{\"llm_run\":{}{}}}\n",
        "[".repeat(20_000),
        "]".repeat(20_000)
    );
    let said = ["line 1: record: ", "expected a"];
    refused(&scene, "deep.ndjson", deep.as_bytes(), &[], &said).await;
    let langfuse = project("examples/mappings/samples/langfuse.json");
    let langfuse = std::fs::read(langfuse).unwrap();
    refused(
        &scene,
        "l.json",
        &langfuse[..600],
        &[],
        &["l.json: record 0: ", "before the end of the file"],
    )
    .await;
    let said = ["trace.id: got `{\"observations\":1}`, expected a trace or an observation"];
    refused(&scene, "l.json", b"{\"observations\":1}", &[], &said).await;
}

#[tokio::test]
async fn an_empty_file_holds_no_records() {
    let scene = Scene::new().await;
    let (csv, mapped) = (scene.file("empty.csv", ""), ["--map", "azure-llm-2023"]);
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
    for (name, map, records) in [
        ("azure-llm-2023.csv", Some("azure-llm-2023"), 3),
        ("mooncake.jsonl", Some("mooncake"), 2),
        ("tau-bench.json", Some("tau-bench"), 8),
        ("langfuse.json", None, 5),
    ] {
        let sample = std::fs::read(project(&format!("{samples}/{name}"))).unwrap();
        let file = scene.file(name, [b"\xef\xbb\xbf".as_slice(), &sample].concat());
        let mut words = vec![file.as_str()];
        words.extend(map.iter().flat_map(|map| ["--map", map]));
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
async fn a_map_that_does_not_fit_the_file_says_which_field() {
    let scene = Scene::new().await;
    let words = ["--map", "azure-llm-2023"];
    let heading = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
    for (row, said) in [
        ("2025-01-05T08:00:00,1,2", "time: got `2025-01-05T08:00:00`"),
        ("99999-01-05 08:00:00.0,1,2", "time"),
        (
            ",1,2",
            "llm_run.started_at: got `nothing`, expected a value",
        ),
        (
            "2025-01-05 08:00:00.0,many,2",
            "llm_run.input_tokens: got `many`, expected a whole number",
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
        let said = ["line 2: ", said];
        refused(&scene, "a.csv", content.as_bytes(), &words, &said).await;
    }
    let event = r#"{"@timestamp":"2025-01-05T08:00:00Z","Channel":"c","SourceName":"s","EventID":1,"Severity":"LOUD"}"#;
    let words = ["--map", "otrf-windows"];
    let said = ["line 1: system_record.severity: got `LOUD`, expected one of INFO, WARN, CRITICAL"];
    refused(&scene, "e.jsonl", event.as_bytes(), &words, &said).await;
    let words = ["--map", "cloudtrail", "--records", "Records"];
    let said = ["\"Records\" (--records); the document has Entries"];
    refused(&scene, "t.json", b"{\"Entries\":[]}", &words, &said).await;
}

#[tokio::test]
async fn large_integers_are_refused_unless_the_map_makes_them_texts() {
    let scene = Scene::new().await;
    let program = std::fs::read_to_string(project("examples/mappings/otrf-windows.jq")).unwrap();
    assert!(program.contains(" | exact "));
    let strict = scene.file("map.jq", program.replace(" | exact ", " "));
    let sample = project("examples/mappings/samples/otrf-windows.jsonl");
    let sample = std::fs::read(sample).unwrap();
    let said = ["line 1: system_record.details: ", "2^53"];
    refused(&scene, "e.jsonl", &sample, &["--map", &strict], &said).await;
}

#[tokio::test]
async fn the_first_error_of_a_newcomer_names_what_helps() {
    let scene = Scene::new().await;
    let backend = &scene.backends[0];
    for (name, content, words, said) in [
        ("a.csv", &b"id,in\nr1,1\n"[..], &[][..], "--map MAP.jq"),
        (
            "a.csv",
            b"id,in\nr1,1\n",
            &["--format", "csv"],
            "docs/import.md",
        ),
        (
            "a.json",
            b"[{\"x\":1}]",
            &[],
            "no trace of Langfuse; any other needs --map",
        ),
        (
            "a.jsonl",
            b"{\"x\":1}\n",
            &[],
            "a file of another system needs --map, see docs/import.md",
        ),
        ("a.txt", b"i\0d\0,\0", &[], "iconv -f UTF-16"),
        ("a.xlsx", b"PK\x03\x04aaaa", &[], "a spreadsheet"),
        (
            "a.json",
            b"[\n{\"x\":1}\n]",
            &["--map", "empty", "--format", "ndjson"],
            "--format json",
        ),
        (
            "a.json",
            b"{\"x\":[1]}",
            &["--map", "empty", "--records", "y.z"],
            "the document has x",
        ),
        (
            "a.jsonl",
            b"{}",
            &["--map", "absent.jq"],
            "the maps of the command are anthropic-usage, azure-activity",
        ),
        (
            "a.jsonl",
            b"{}",
            &["--map", "broken"],
            "map: got `foo`, expected a known filter at line 1",
        ),
        (
            "a.jsonl",
            b"{}",
            &["--map", "missing"],
            "llm_run.provider: got `nothing`, expected a value, which every record",
        ),
        ("a.jsonl", b"{}", &["--records", "a..b"], "names of members"),
    ] {
        let file = scene.file(name, content);
        let maps = [
            ("empty", "empty"),
            ("broken", "foo"),
            ("missing", "{llm_run: {run_id: \"r\"}}"),
        ];
        let maps = maps.map(|(name, program)| (name, scene.file(&format!("{name}.jq"), program)));
        let words = words.iter().map(|word| {
            let map = maps.iter().find(|(name, _)| name == word);
            map.map_or(*word, |(_, path)| path)
        });
        let words: Vec<&str> = std::iter::once(file.as_str()).chain(words).collect();
        let outcome = import(backend, &words).await;
        assert_ne!(outcome.status, ExitStatus::Done, "{words:?}");
        assert!(outcome.err.contains(said), "{words:?}: {}", outcome.err);
        assert_eq!(outcome.err.lines().count(), 1, "{}", outcome.err);
    }
}

#[tokio::test]
async fn what_cannot_be_read_or_named_is_wrong_usage() {
    let scene = Scene::new().await;
    let backend = &scene.backends[0];
    let file = scene.file("a.ndjson", RUN);
    let absent = scene.path("absent.ndjson").display().to_string();
    std::fs::create_dir(scene.path("empty")).unwrap();
    let folder = scene.path("empty").display().to_string();
    for (name, why) in [(&absent, "No such file"), (&folder, "no file of .json")] {
        // The file before it is not imported either.
        let outcome = import(backend, &[&file, name]).await;
        assert_eq!(outcome.status, ExitStatus::Usage, "{}", outcome.shown());
        assert!(outcome.err.contains(name.as_str()) && outcome.err.contains(why));
        assert_eq!(Stored::of(backend, "acme").await.count(), 0);
    }
    let sample = project("examples/mappings/samples/mooncake.jsonl");
    let words = [&sample, &sample, "--map", "mooncake", "--source", "x"];
    let outcome = import(backend, &words).await;
    assert_eq!(outcome.status, ExitStatus::Usage);
    assert!(outcome.err.contains("--source takes one file"));
    let nobody = backend.logs(&["import", &file]).await;
    assert_eq!(nobody.status, ExitStatus::Usage);
    assert!(nobody.err.contains("--tenant"), "{}", nobody.err);
    let csv = scene.file("a.csv", "a\n1\n");
    let outcome = import(backend, &[&csv, "--format", "csv"]).await;
    assert_eq!(outcome.status, ExitStatus::Usage);
    assert!(outcome.err.contains("--map"), "{}", outcome.err);
    for batch in ["0", "10001", "x"] {
        let outcome = import(backend, &[&file, "--batch", batch]).await;
        assert_eq!(outcome.status, ExitStatus::Usage, "{batch}");
    }
}
