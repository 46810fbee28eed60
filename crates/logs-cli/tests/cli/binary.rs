//! The binary as a process, on a store file of its own.

use std::process::{Command, Output};

use logs_domain::{AppendBatch, Draft, OnConflict, TenantId};

pub(crate) struct Store {
    pub(crate) folder: tempfile::TempDir,
}

impl Store {
    /// A store file with so many runs of tenant `acme`.
    pub(crate) fn with_runs(count: usize) -> Self {
        let store = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let drafts = (0..count).map(|n| {
            Draft::from_json(&format!(
                r#"{{"llm_run":{{"run_id":"run-{n}","provider":"anthropic","model":"claude-sonnet-4",
                    "execution_status":"SUCCEEDED","started_at":"2026-01-01T00:00:00Z",
                    "source":"API","attributes":{{"note":"{}"}}}}}}"#,
                "x".repeat(300)
            ))
            .unwrap()
        });
        let batch = AppendBatch::new(drafts.collect()).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let opened = logs_store::connect(&store.url()).await.unwrap();
            let tenant = TenantId::new("acme").unwrap();
            opened
                .append(&tenant, &batch, OnConflict::RejectCall)
                .await
                .unwrap();
            opened.close().await.unwrap();
        });
        store
    }

    /// A store file that is not there yet.
    pub(crate) fn none() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite:{}", self.folder.path().join("logs.db").display())
    }

    pub(crate) fn logs(&self, words: &[&str]) -> Command {
        let mut command = logs(words);
        command
            .env("LOGS_STORE_URL", self.url())
            .env("LOGS_TENANT", "acme");
        command
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub(crate) fn exports(&self) -> String {
        text(&self.logs(&["exports", "--json"]).output().unwrap().stdout)
    }

    pub(crate) fn leftovers(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !name.starts_with("logs.db")).collect()
    }
}

pub(crate) fn logs(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_logs"));
    command.args(words);
    for variable in ["LOGS_STORE_URL", "LOGS_TENANT", "USER"] {
        command.env_remove(variable);
    }
    command
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) fn failed(output: &Output, code: i32) -> String {
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}
