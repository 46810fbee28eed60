//! What is exported can be imported, and is the same records then.

use std::process::Command;

use logs_cli::ExitStatus;
use logs_domain::Draft;

use crate::binary::{Store, text};
use crate::export::{Exported, JSON, export};
use crate::support::backends;

/// Records at the edges of what can be stored.
const EDGES: &str = r#"
{"llm_run":{"run_id":"Ä/漢字 \"quoted\" ,;'","provider":"=p","model":"m\\n","input_tokens":9007199254740992,"output_tokens":0,"cost_nano_usd":9223372036854775807,"execution_status":"ABORTED","started_at":"0001-01-01T00:00:00.000000Z","completed_at":"9999-12-31T23:59:59.999999Z","source":"WORKER","is_synthetic":true,"parent_run_id":"gone","attributes":{"float":1.5e-9,"large":1e300,"nested":{"a":[null,true,-0.0,9007199254740992]},"text":"\u001b[2J \u2028 é"}}}
{"llm_run":{"run_id":"ä/漢字 \"quoted\" ,;'","provider":"p","model":"m","execution_status":"FAILED","started_at":"2026-01-01T00:00:00.000001Z","source":"API"}}
{"trace":{"trace_id":"t"}}
{"trace_step":{"trace_id":"t","key":{"position":2147483647},"parent":{"span":"4294967294"},"timestamp":"2026-01-01T00:00:00Z","skill_name":"s","status":"TIMEOUT","outcome_category":"o","cost_nano_usd":0,"duration_ms":9007199254740992,"attributes":{}}}
{"trace_step":{"trace_id":"T","key":{"span":"4294967294"},"parent":{"position":2147483647},"timestamp":"2026-01-01T00:00:00Z","skill_name":"s","status":"TIMEOUT","outcome_category":"o","duration_ms":0}}
{"system_record":{"id":"019cae2f-1c00-7000-8000-000000000021","component":"c","event_type":"E","severity":"CRITICAL","summary":"two\nlines\tand \u001b","details":{"k":"v"}}}
{"audit_entry":{"id":"019cae2f-1c00-7000-8000-000000000031","event_type":"X","entity_type":"Y","entity_id":"arn:aws:iam::1:role/a","actor_type":"SYSTEM","action_reason":"a\r\nb","before_state":{},"after_state":{"run_id":"Ä"}}}
"#;

#[tokio::test]
async fn edges_survive_export_and_import_between_all_backends() {
    let folder = tempfile::tempdir().unwrap();
    let from_folder = tempfile::tempdir_in(folder.path()).unwrap();
    let drafts = EDGES.lines().filter(|line| !line.is_empty());
    let drafts: Vec<Draft> = drafts.map(|line| Draft::from_json(line).unwrap()).collect();
    for from in backends(&from_folder).await {
        from.append("acme", drafts.clone()).await;
        let to_folder = tempfile::tempdir_in(folder.path()).unwrap();
        for to in backends(&to_folder).await {
            for scope in ["llm_run", "system", "audit"] {
                let words = [JSON, &["--scope", scope]].concat();
                let name = format!("{scope}-for-{}", to.name);
                let before = export(&from, folder.path(), &name, &words).await;
                assert_eq!(
                    before.outcome.status,
                    ExitStatus::Done,
                    "{:?}",
                    before.outcome
                );
                let file = before.path.display().to_string();
                let imported = to.logs(&["import", "--tenant", "acme", &file]).await;
                assert_eq!(imported.status, ExitStatus::Done, "{imported:?}");
                let name = format!("{scope}-from-{}", from.name);
                let after = export(&to, folder.path(), &name, &words).await;
                let sorted = |exported: &Exported| {
                    let records = exported.records().into_iter();
                    let mut drafts: Vec<String> = records
                        .flat_map(|record| record.to_drafts())
                        .map(|draft| serde_json::to_string(&draft).unwrap())
                        .collect();
                    drafts.sort();
                    drafts
                };
                assert!(!sorted(&before).is_empty());
                assert_eq!(
                    sorted(&after),
                    sorted(&before),
                    "{} to {}",
                    from.name,
                    to.name
                );
            }
        }
    }
}

/// The records of an exported file without the time at which each was stored, in an order that
/// does not depend on it.
fn records(path: &str) -> Vec<String> {
    let file = std::fs::read_to_string(path).unwrap();
    let mut records: Vec<String> = file
        .lines()
        .map(|line| {
            let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
            let fields = record.as_object_mut().unwrap().values_mut().next().unwrap();
            let created_at = fields.as_object_mut().unwrap().remove("created_at");
            assert!(created_at.is_some(), "{line}");
            record.to_string()
        })
        .collect();
    records.sort();
    records
}

#[test]
fn what_was_exported_and_imported_is_exported_again_as_the_same_records() {
    let (first, second) = (Store::none(), Store::none());
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/sample/agent-run.ndjson"
    );
    let done = |command: &mut Command| {
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    };
    done(&mut first.logs(&["import", sample]));
    let platform = first.path("platform");
    let record = r#"{"system_record":{"id":"019cae2f-1c00-7000-8000-0000000000f1",
        "tenant_id":null,"component":"db","event_type":"MIGRATION","severity":"INFO",
        "summary":"schema 1","details":null,"caused_by":null,"correlation_id":null,
        "occurred_at":"2026-03-02T10:15:00.000000Z","created_at":"2026-03-02T10:15:00.000000Z"}}"#;
    std::fs::write(&platform, record.replace('\n', "")).unwrap();
    done(&mut first.logs(&["import", "--platform", &platform]));
    for (scope, count) in [("llm_run", 10), ("system", 4), ("audit", 3)] {
        let export = ["export", "--scope", scope, "--format", "json", "--out"];
        let (before, after) = (first.path(scope), second.path(scope));
        done(first.logs(&export).arg(&before));
        done(
            second
                .logs(&["import", "--platform", &before])
                .arg("--json"),
        );
        done(second.logs(&export).arg(&after));
        let exported = records(&before);
        assert_eq!(exported.len(), count);
        assert_eq!(records(&after), exported);
        assert_ne!(
            std::fs::read(&before).unwrap(),
            std::fs::read(&after).unwrap()
        );
    }
}
