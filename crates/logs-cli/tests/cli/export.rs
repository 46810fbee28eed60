//! Exports, on every backend.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use logs_cli::{Dependencies, ExitStatus};
use logs_domain::{
    AppendReceipt, Draft, ExportResult, MockLogsStore, PageRequest, Record, StoreError, TenantId,
    Timestamp,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{Backend, Outcome, backends, run};

pub(crate) struct Exported {
    pub(crate) outcome: Outcome,
    pub(crate) path: PathBuf,
}

impl Exported {
    fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        let text = String::from_utf8(self.bytes()).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    pub(crate) fn manifest(&self) -> Value {
        let path = format!("{}.manifest.json", self.path.display());
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }
}

pub(crate) async fn export(
    backend: &Backend,
    folder: &Path,
    name: &str,
    words: &[&str],
) -> Exported {
    let path = folder.join(format!("{}-{name}", backend.name));
    let out = path.display().to_string();
    let common = [
        "export",
        "--tenant",
        "acme",
        "--requested-by",
        "auditor",
        "--out",
        &out,
    ];
    let outcome = backend.logs(&[&common[..], words].concat()).await;
    Exported { outcome, path }
}

pub(crate) const JSON: &[&str] = &["--format", "json"];
const RUNS: &[&str] = &["--format", "json", "--scope", "llm_run"];

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("logs.db"))
        .collect()
}

async fn statuses(backend: &Backend) -> Vec<(String, Option<String>)> {
    let page = PageRequest::default();
    let filter = logs_domain::LogExportFilter::default();
    let tenant = TenantId::new("acme").unwrap();
    let exports = backend
        .store()
        .list_log_exports(&tenant, &filter, &page)
        .await
        .unwrap();
    let exports = exports.items.into_iter();
    exports
        .map(|export| {
            (
                export.status.to_string(),
                export.checksum.map(|sum| sum.to_string()),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_file_has_every_record_and_a_manifest_that_fits() {
    let folder = tempfile::tempdir().unwrap();
    for backend in backends(&folder).await {
        backend.append_sample().await;
        let exported = export(&backend, folder.path(), "runs", RUNS).await;
        assert_eq!(
            exported.outcome.status,
            ExitStatus::Done,
            "{:?}",
            exported.outcome
        );
        let records = exported.records();
        let sample = crate::support::SAMPLE
            .lines()
            .map(|line| Draft::from_json(line).unwrap());
        let mut expected: Vec<Draft> = sample
            .filter(|draft| {
                matches!(
                    draft,
                    Draft::LlmRun(_) | Draft::Trace(_) | Draft::TraceStep(_)
                )
            })
            .collect();
        let mut found: Vec<Draft> = records.iter().flat_map(Record::to_drafts).collect();
        let key = |draft: &Draft| draft.key().to_string();
        expected.sort_by_key(key);
        found.sort_by_key(key);
        assert_eq!(found, expected);

        let manifest = exported.manifest();
        let digest = Sha256::digest(exported.bytes());
        let sha256: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(manifest["sha256"], sha256.as_str());
        assert_eq!(manifest["bytes"], exported.bytes().len());
        assert_eq!(manifest["records"], records.len());
        assert_eq!(manifest["records_by_kind"]["trace_step"], 5);
        assert_eq!(manifest["first_created_at"], "2026-03-03T00:00:00.000000Z");
        assert_eq!(manifest["last_created_at"], "2026-03-03T00:00:00.000000Z");
        assert_eq!(manifest["requested_by"], "auditor");
        let completed = ("completed".to_owned(), Some(format!("sha256:{sha256}")));
        assert_eq!(statuses(&backend).await, [completed]);
    }
}

#[tokio::test]
async fn the_same_window_gives_the_same_bytes_whatever_is_stored_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    for backend in backends(&folder).await {
        backend.append_sample().await;
        let first = export(&backend, folder.path(), "first", RUNS).await;
        let later = r#"{"trace":{"trace_id":"later"}}"#;
        backend
            .append("acme", vec![Draft::from_json(later).unwrap()])
            .await;
        let to = first.manifest()["window"]["to"]
            .as_str()
            .unwrap()
            .to_owned();
        let again = export(
            &backend,
            folder.path(),
            "again",
            &[RUNS, &["--to", &to]].concat(),
        )
        .await;
        assert_eq!(
            again.outcome.status,
            ExitStatus::Done,
            "{:?}",
            again.outcome
        );
        assert_eq!(first.bytes(), again.bytes());
        let rest = export(
            &backend,
            folder.path(),
            "rest",
            &[RUNS, &["--from", &to]].concat(),
        )
        .await;
        assert_eq!(rest.records().len(), 1);
    }
}

#[tokio::test]
async fn both_backends_write_the_same_records() {
    let folder = tempfile::tempdir().unwrap();
    for words in [
        &["--scope", "llm_run"][..],
        &["--scope", "system"],
        &["--scope", "audit"],
    ] {
        for format in ["json", "csv"] {
            let mut files = Vec::new();
            let folder = tempfile::tempdir_in(folder.path()).unwrap();
            for backend in backends(&folder).await {
                backend.append_sample().await;
                let words = [words, &["--format", format]].concat();
                let exported = export(&backend, folder.path(), "same", &words).await;
                assert_eq!(
                    exported.outcome.status,
                    ExitStatus::Done,
                    "{:?}",
                    exported.outcome
                );
                files.push(exported.bytes());
            }
            assert!(!files[0].is_empty() && files.iter().all(|file| *file == files[0]));
        }
    }
}

#[tokio::test]
async fn a_csv_file_has_one_line_for_each_record_and_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    for backend in backends(&folder).await {
        backend.append_sample().await;
        let words = ["--scope", "system", "--format", "csv"];
        let exported = export(&backend, folder.path(), "system.csv", &words).await;
        let bytes = exported.bytes();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let names = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 4);
        let cell = |row: &csv::StringRecord, name| {
            let place = names.iter().position(|column| column == name).unwrap();
            row.get(place).unwrap().to_owned()
        };
        assert_eq!(cell(&rows[0], "summary"), "schema 1");
        assert_eq!(cell(&rows[0], "tenant_id"), "");
        let details: Vec<String> = rows.iter().map(|row| cell(row, "details")).collect();
        let expected = r#"{"amount_usd":420,"limit_usd":250,"order":"A-1009"}"#;
        assert!(
            details.iter().any(|details| details == expected),
            "{details:?}"
        );
    }
}

#[tokio::test]
async fn system_records_of_the_platform_are_there_without_a_tenant() {
    let folder = tempfile::tempdir().unwrap();
    for backend in backends(&folder).await {
        backend.append_sample().await;
        let words = [JSON, &["--scope", "system"]].concat();
        let exported = export(&backend, folder.path(), "system", &words).await;
        let platform = exported.records().into_iter().filter(
            |record| matches!(record, Record::SystemRecord(record) if record.is_platform()),
        );
        assert_eq!((platform.count(), exported.records().len()), (1, 4));
    }
}

#[tokio::test]
async fn what_is_refused_leaves_no_file_and_no_record() {
    let folder = tempfile::tempdir().unwrap();
    for backend in backends(&folder).await {
        backend.append_sample().await;
        let future = export(
            &backend,
            folder.path(),
            "x",
            &[RUNS, &["--to", "2030-01-01T00:00:00Z"]].concat(),
        )
        .await;
        assert_eq!(future.outcome.status, ExitStatus::Refused);
        assert!(
            future.outcome.err.contains("--wait"),
            "{}",
            future.outcome.err
        );
        let backwards = [
            "--from",
            "2026-02-01T00:00:00Z",
            "--to",
            "2026-01-01T00:00:00Z",
        ];
        let backwards = export(&backend, folder.path(), "x", &[RUNS, &backwards].concat()).await;
        assert_eq!(backwards.outcome.status, ExitStatus::Usage);
        let nowhere = export(&backend, &folder.path().join("nowhere"), "x", RUNS).await;
        assert_eq!(nowhere.outcome.status, ExitStatus::Usage);
        let scope = export(
            &backend,
            folder.path(),
            "x",
            &["--scope", "compliance", "--format", "json"],
        )
        .await;
        assert_eq!(scope.outcome.status, ExitStatus::Usage);
        assert_eq!(names(folder.path()), [""; 0]);

        let there = folder.path().join(format!("{}-there", backend.name));
        std::fs::write(&there, "mine").unwrap();
        let taken = export(&backend, folder.path(), "there", RUNS).await;
        assert_eq!(taken.outcome.status, ExitStatus::Refused);
        assert_eq!(std::fs::read(&there).unwrap(), b"mine");
        std::fs::remove_file(&there).unwrap();
        assert_eq!(statuses(&backend).await, []);
    }
}

#[tokio::test(start_paused = true)]
async fn a_window_that_ends_later_can_be_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    // The clock of the test goes on by a second with each look at it.
    let memory = backends(&folder).await.swap_remove(0);
    memory.append_sample().await;
    let words = [RUNS, &["--to", "2026-03-03T00:01:00Z", "--wait"]].concat();
    let exported = export(&memory, folder.path(), "waited", &words).await;
    assert_eq!(
        exported.outcome.status,
        ExitStatus::Done,
        "{:?}",
        exported.outcome
    );
    let settled: Timestamp = exported.manifest()["settled_before"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(settled >= "2026-03-03T00:01:00Z".parse().unwrap());
}

#[tokio::test]
async fn a_store_that_fails_in_the_middle_makes_a_failed_export() {
    let folder = tempfile::tempdir().unwrap();
    let appended: Arc<Mutex<Vec<Draft>>> = Arc::default();
    let mut store = MockLogsStore::new();
    let time = Timestamp::from_micros(0).unwrap();
    store.expect_settled_before().returning(move |_| Ok(time));
    let seen = Arc::clone(&appended);
    store
        .expect_append()
        .times(2)
        .returning(move |_, batch, _| {
            seen.lock().unwrap().extend_from_slice(batch.drafts());
            Ok(AppendReceipt {
                records: Vec::new(),
            })
        });
    store
        .expect_list_audit_entries()
        .returning(|_, _, _| Err(StoreError::closed()));
    let dependencies = Dependencies {
        store: Some(Arc::new(store)),
        ..Dependencies::default()
    };
    let out = folder.path().join("audit").display().to_string();
    let words = [
        "export", "--tenant", "t", "--scope", "audit", "--format", "json", "--out", &out,
    ];
    let outcome = run(&words, dependencies).await;
    assert_eq!(outcome.status, ExitStatus::Unavailable);
    assert_eq!(names(folder.path()), [""; 0]);
    let appended = appended.lock().unwrap();
    let [Draft::LogExport(export), Draft::LogExportOutcome(outcome)] = appended.as_slice() else {
        panic!("{appended:?}");
    };
    assert_eq!(outcome.export_id, export.id);
    let ExportResult::Failed { reason } = &outcome.result else {
        panic!("{outcome:?}");
    };
    assert!(reason.as_str().contains("closed"), "{reason}");
}
