//! Mappings that are wrong, and mappings that do not fit their file: told before anything is stored,
//! or after the last record where only that can tell.

use logs_cli::ExitStatus;

use super::bad_input::refused;
use super::{Scene, Stored, import};

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
            "one of trace_id, run_id, started_at, attributes",
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
    let expected = "line 1: record: got ``, expected a column rnu, which the mapping needs; the \
                    columns are t, run";
    refused(&scene, "a.csv", b"t,run\nx,r\n", &words, &[expected]).await;
    refused(&scene, "a.csv", b"t,t\nx,r\n", &words, &["not \"t\" twice"]).await;
    // A record of JSON leaves out what it does not know, so it is said afterwards.
    let file = scene.file("a.jsonl", "{\"t\":\"x\",\"run\":\"r\"}\n");
    let outcome = import(&scene.backends[0], &[&file, "--mapping", &mapping("jsonl")]).await;
    assert_eq!(outcome.status, ExitStatus::Done);
    let notes: Vec<&str> = outcome.err.lines().collect();
    assert_eq!(notes.len(), 2, "{}", outcome.err);
    assert!(notes[0].ends_with("[[record]] 1 (trace): no record has rnu"));
    assert!(notes[1].ends_with("[[record]] 2 (trace) applied to no record"));
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
