//! A store in which somebody altered a record: the others stay readable, and the command says which is
//! not.

use logs_cli::ExitStatus;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

use crate::export::{JSON, export};
use crate::support::{Backend, Outcome, backends};

/// A store of the sample, with the second newest of its runs altered.
async fn damaged(folder: &TempDir) -> Backend {
    let backends = backends(folder).await;
    let sqlite = backends
        .into_iter()
        .find(|backend| backend.name == "sqlite");
    let backend = sqlite.unwrap();
    backend.append_sample().await;
    let options = SqliteConnectOptions::new().filename(folder.path().join("logs.db"));
    let mut connection = options.connect().await.unwrap();
    let alter = "DROP TRIGGER llm_run_no_update; UPDATE llm_run SET model = 'other' WHERE id = \
                 (SELECT id FROM llm_run ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET 1)";
    sqlx::raw_sql(alter).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    backend
}

#[tokio::test]
async fn a_list_goes_on_behind_a_record_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let backend = damaged(&folder).await;
    let list = ["runs", "list", "--tenant", "acme"];
    let all = backend.logs(&[&list[..], &["--all"]].concat()).await;
    assert_eq!(all.status, ExitStatus::Refused, "{}", all.err);
    assert!(
        all.err
            .contains("cannot be read: its digest differs from what was written")
    );
    assert!(all.err.contains("1 record cannot be read"), "{}", all.err);
    let shown = all.out.matches("openai").count() + all.out.matches("anthropic").count();
    assert!(shown > 1, "{}", all.out);
    assert!(all.out.contains(&format!("{shown} runs")), "{}", all.out);

    // Page by page: what is before it, the error, and what is behind it.
    let first = backend.logs(&list).await;
    assert_eq!(first.status, ExitStatus::Done, "{}", first.err);
    let cursor = |text: &str| {
        let (_, behind) = text.rsplit_once("--after ").unwrap();
        behind.split_whitespace().next().unwrap().to_owned()
    };
    let second = backend
        .logs(&[&list[..], &["--after", &cursor(&first.out)]].concat())
        .await;
    assert_eq!(second.status, ExitStatus::Refused);
    assert!(second.err.contains("inconsistent data in llm_run.digest"));
    let third = backend
        .logs(&[&list[..], &["--after", &cursor(&second.err)]].concat())
        .await;
    assert_eq!(third.status, ExitStatus::Done, "{}", third.err);

    // The same backwards.
    let last = backend
        .logs(&[&list[..], &["--offset", &shown.to_string()]].concat())
        .await;
    let fourth = backend
        .logs(&[&list[..], &["--before", &last.previous().unwrap()]].concat())
        .await;
    assert_eq!(fourth.status, ExitStatus::Done, "{}", fourth.err);
    let fifth = backend
        .logs(&[&list[..], &["--before", &fourth.previous().unwrap()]].concat())
        .await;
    assert_eq!(fifth.status, ExitStatus::Refused);
    assert!(!fifth.err.contains("--after"), "{}", fifth.err);
    let (_, behind) = fifth.err.trim_end().rsplit_once("--before ").unwrap();
    let sixth = backend
        .logs(&[&list[..], &["--before", behind]].concat())
        .await;
    assert_eq!(sixth.status, ExitStatus::Done, "{}", sixth.err);
    let records =
        |page: &Outcome| page.out.matches("openai").count() + page.out.matches("anthropic").count();
    assert_eq!((records(&sixth), sixth.previous()), (1, None));
    assert_eq!(records(&last) + records(&fourth) + records(&sixth), shown);

    let oldest_first = backend
        .logs(&[&list[..], &["--all", "--oldest-first"]].concat())
        .await;
    assert_eq!(
        (oldest_first.status, records(&oldest_first)),
        (all.status, shown)
    );
    assert_eq!(oldest_first.err, all.err);

    let json = backend
        .logs(&[&list[..], &["--all", "--json"]].concat())
        .await;
    let line = json.err.lines().next().unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["inconsistent"]["table"], "llm_run");
    assert_eq!(json.out.lines().count(), shown);
}

#[tokio::test]
async fn an_export_fails_by_a_record_that_cannot_be_read_unless_it_may_be_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let backend = damaged(&folder).await;
    let scope = [JSON, &["--scope", "llm_run"]].concat();
    let refused = export(&backend, folder.path(), "refused.ndjson", &scope).await;
    assert_eq!(refused.outcome.status, ExitStatus::Refused);
    assert!(refused.outcome.err.contains("llm_run.digest"));
    assert!(!refused.path.exists());

    let skip = [&scope[..], &["--skip-inconsistent"]].concat();
    let skipped = export(&backend, folder.path(), "skipped.ndjson", &skip).await;
    assert_eq!(skipped.outcome.status, ExitStatus::Refused);
    assert!(
        skipped.outcome.out.contains("left out"),
        "{}",
        skipped.outcome.out
    );
    assert!(skipped.outcome.err.contains("1 record cannot be read"));
    let manifest = skipped.manifest();
    let left_out = manifest["inconsistent"].as_array().unwrap();
    assert_eq!(left_out.len(), 1);
    assert_eq!(left_out[0]["column"], "digest");
    let written = manifest["records"].as_u64().unwrap();
    assert_eq!(skipped.records().len() as u64, written);

    // The control: other records have nothing to leave out.
    let audit = [JSON, &["--scope", "audit", "--skip-inconsistent"]].concat();
    let audit = export(&backend, folder.path(), "audit.ndjson", &audit).await;
    assert_eq!(
        audit.outcome.status,
        ExitStatus::Done,
        "{}",
        audit.outcome.err
    );
    assert_eq!(audit.manifest()["inconsistent"], serde_json::json!([]));
}
