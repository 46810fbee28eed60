//! Every question on the command line, on every backend, with the same answers byte for byte.

use logs_domain::Draft;

use crate::support::{Backend, Outcome, all_backends};

/// A system record of the sample, and one of [`EXPORTS`].
const RECORD: &str = "019cae2f-1c00-7000-8000-000000000002";
pub(crate) const EXPORT: &str = "019cae2f-1c00-7000-8000-000000000051";

/// What people and programs ask, each with its golden output.
const QUESTIONS: &[&[&str]] = &[
    &["runs", "list"],
    &["runs", "list", "--limit", "1"],
    &["runs", "list", "--offset", "3"],
    &["runs", "list", "--oldest-first", "--limit", "3"],
    &[
        "runs",
        "list",
        "--newest-first",
        "--offset",
        "1",
        "--limit",
        "2",
    ],
    &["runs", "list", "--offset", "9"],
    &["runs", "list", "--count", "skip", "--limit", "2"],
    &["runs", "list", "--all", "--json"],
    &["runs", "list", "--status", "TIMEOUT", "--json"],
    &["runs", "list", "--run", "run-7f3b"],
    &[
        "runs",
        "list",
        "--trace",
        "trace-7f3a",
        "--provider",
        "anthropic",
    ],
    &[
        "runs",
        "list",
        "--model",
        "gpt-4o-mini",
        "--synthetic",
        "false",
    ],
    &["runs", "list", "--source", "SYNTHETIC"],
    &[
        "runs",
        "list",
        "--started-from",
        "2026-03-02T10:15:04.12Z",
        "--started-to",
        "2026-03-02T10:15:09Z",
    ],
    &["runs", "list", "--created-to", "2026-03-02T00:00:00Z"],
    &["runs", "show", "run-7f3a"],
    &["runs", "show", "run-7f3a", "--json"],
    &["runs", "show", "run-7f40"],
    &["runs", "show", "absent"],
    &["usage"],
    &["usage", "--json"],
    &["usage", "--by", "model,day"],
    &["usage", "--by", "status", "--by", "provider", "--json"],
    &[
        "usage",
        "--by",
        "session",
        "--from",
        "2026-03-02T10:15:00Z",
        "--to",
        "2026-03-02T10:15:08Z",
    ],
    &["usage", "--by", "hour,source", "--synthetic", "true"],
    &["usage", "--by", "model", "--model", "absent"],
    &["trace", "list"],
    &[
        "trace",
        "list",
        "--run",
        "run-7f3a",
        "--trace",
        "trace-7f3a",
        "--json",
    ],
    &["trace", "show", "trace-7f3a"],
    &["trace", "trace-7f3a", "--json"],
    &["trace", "show", "absent"],
    &["trace", "steps", "trace-7f3a", "--limit", "2"],
    &["trace", "steps", "trace-7f3a", "--newest-first"],
    &["trace", "steps", "absent"],
    &["trace", "list-steps", "--trace", "trace-7f3a"],
    &["replay", "--around", "run-7f3a"],
    &["replay", "--around", "run-7f40", "--seconds", "0"],
    &["replay", "--around", "run-7f3a", "--seconds", "1", "--json"],
    &[
        "replay",
        "--from",
        "2026-03-02T10:15:00Z",
        "--to",
        "2026-03-02T10:15:07.5Z",
        "--trace",
        "trace-7f3a",
    ],
    &["replay", "--from", "2027-01-01T00:00:00Z"],
    &["replay", "--around", "run-7f3a", "--newest-first", "--json"],
    &["governance"],
    &["governance", "run-7f3a"],
    &[
        "governance",
        "run-7f3a",
        "--occurred-from",
        "2026-03-02T11:00:00Z",
        "--json",
    ],
    &["system", "list"],
    &[
        "system",
        "list",
        "--component",
        "worker",
        "--event-type",
        "ERROR",
        "--severity",
        "WARN",
    ],
    &[
        "system",
        "list",
        "--correlation",
        "change-88",
        "--occurred-to",
        "2026-03-02T10:15:00Z",
    ],
    &["system", "show", RECORD],
    &["system", "show", RECORD, "--json"],
    &["system", "show", "019cae2f-1c00-7000-8000-0000000000ff"],
    &[
        "system",
        "window",
        "--from",
        "2026-03-02T10:15:00Z",
        "--to",
        "2026-03-02T10:15:30Z",
    ],
    &["system", "by-correlation", "req-5512"],
    &["system", "by-correlation", "req-5512", "--json"],
    &["audit", "list"],
    &[
        "audit",
        "list",
        "--entity-type",
        "LIMIT",
        "--entity",
        "limits/refund-per-order",
        "--actor-type",
        "AGENT",
    ],
    &[
        "audit",
        "list",
        "--event-type",
        "LimitUpdated",
        "--actor",
        "ada@acme.example",
        "--correlation",
        "change-88",
    ],
    &["audit", "show", "019cae2f-1c00-7000-8000-000000000011"],
    &[
        "audit",
        "show",
        "019cae2f-1c00-7000-8000-000000000011",
        "--json",
    ],
    &["audit", "show", "019cae2f-1c00-7000-8000-0000000000ff"],
    &["exports"],
    &["exports", "--limit", "1"],
    &["exports", "--status", "completed", "--json"],
    &["exports", "show", EXPORT],
    &["exports", "show", "019cae2f-1c00-7000-8000-000000000052"],
    &["exports", "show", "019cae2f-1c00-7000-8000-000000000053"],
    &["exports", "show", EXPORT, "--json"],
    &["exports", "show", "019cae2f-1c00-7000-8000-0000000000ff"],
    &[
        "exports",
        "--scope",
        "system",
        "--created-from",
        "2026-03-03T00:00:00Z",
    ],
];

/// What has become of three exports.
const EXPORTS: &str = r#"
{"log_export":{"id":"019cae2f-1c00-7000-8000-000000000051","scope":"audit","format":"json","requested_by":"grace@acme.example"}}
{"log_export_outcome":{"export_id":"019cae2f-1c00-7000-8000-000000000051","result":{"completed":{"checksum":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","delivered_at":"2026-03-02T12:00:00Z"}}}}
{"log_export":{"id":"019cae2f-1c00-7000-8000-000000000052","scope":"llm_run","format":"csv","requested_by":"ada@acme.example"}}
{"log_export_outcome":{"export_id":"019cae2f-1c00-7000-8000-000000000052","result":{"failed":{"reason":"the disk was full"}}}}
{"log_export":{"id":"019cae2f-1c00-7000-8000-000000000053","scope":"system","format":"json","requested_by":"ada@acme.example"}}
"#;

/// The sample, and exports.
pub(crate) async fn store_everything(backend: &Backend) {
    backend.append_sample().await;
    let lines = EXPORTS.lines().filter(|line| !line.is_empty());
    let drafts = lines.map(|line| Draft::from_json(line).unwrap());
    backend.append("acme", drafts.collect()).await;
}

pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

pub(crate) async fn asked(backend: &Backend, tenant: &str, words: &[&str]) -> Outcome {
    let words: Vec<&str> = words.iter().copied().chain(["--tenant", tenant]).collect();
    backend.logs(&words).await
}

#[tokio::test]
async fn every_backend_gives_the_answers_of_the_golden_file() {
    let folder = folder();
    for backend in all_backends(&folder).await {
        store_everything(&backend).await;
        let mut golden = String::new();
        for words in QUESTIONS {
            let outcome = asked(&backend, "acme", words).await;
            golden.push_str(&format!(
                "$ logs {}\n{}\n",
                words.join(" "),
                outcome.shown()
            ));
        }
        insta::with_settings!({ description => backend.name, omit_expression => true }, {
            insta::assert_snapshot!("answers", golden);
        });
    }
}

#[tokio::test]
async fn another_tenant_sees_nothing_but_the_platform() {
    let folder = folder();
    for backend in all_backends(&folder).await {
        store_everything(&backend).await;
        for tenant in ["ACME", "other"] {
            for words in QUESTIONS {
                let outcome = asked(&backend, tenant, words).await;
                for trace_of_acme in [
                    "anthropic",
                    "refund",
                    "019cae2f-1c00-7000-8000-000000000001",
                    "LimitUpdated",
                    "acme.example",
                ] {
                    let leaked = outcome.out.contains(trace_of_acme);
                    assert!(!leaked, "{} {words:?}: {outcome:?}", backend.name);
                }
            }
            let platform = asked(&backend, tenant, &["system", "list"]).await;
            assert!(platform.out.contains("schema 1"), "{platform:?}");
        }
    }
}

#[tokio::test]
async fn all_goes_beyond_the_largest_page() {
    let folder = folder();
    for backend in all_backends(&folder).await {
        let drafts = (0..1_001).map(|n| {
            Draft::from_json(&format!(
                r#"{{"llm_run":{{"run_id":"r{n}","provider":"p","model":"m",
                    "execution_status":"SUCCEEDED","started_at":"2026-01-01T00:00:00Z","source":"API"}}}}"#
            ))
            .unwrap()
        });
        backend.append("acme", drafts.collect()).await;
        let all = asked(&backend, "acme", &["runs", "list", "--all"]).await;
        assert_eq!(all.out.lines().count(), 1 + 1_001 + 1);
        assert!(all.out.ends_with("\n1001 runs\n"));
        let json = asked(&backend, "acme", &["runs", "list", "--all", "--json"]).await;
        assert_eq!(json.out.lines().count(), 1_001);
        assert!(
            json.err.contains(r#""total":{"exact":1001}"#),
            "{}",
            json.err
        );
    }
}

#[tokio::test]
async fn a_summary_cannot_drive_the_terminal() {
    let folder = folder();
    for backend in all_backends(&folder).await {
        let hostile = r#"{"system_record":{"id":"019cae2f-1c00-7000-8000-000000000001",
            "component":"api","event_type":"ERROR","severity":"WARN",
            "summary":"\u001b]0;owned\u0007\u001b[2J\nnext\u202e","occurred_at":"2026-03-02T10:15:00Z"}}"#;
        backend
            .append("acme", vec![Draft::from_json(hostile).unwrap()])
            .await;
        let table = asked(&backend, "acme", &["system", "list"]).await;
        let harmless = |text: &str| {
            text.chars()
                .all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}'))
        };
        assert!(harmless(&table.out), "{:?}", table.out);
        assert_eq!(table.out.lines().count(), 3);
        let error = asked(&backend, "acme", &["runs", "show", "\u{1b}[31m"]).await;
        assert!(harmless(&error.err), "{:?}", error.err);
    }
}
