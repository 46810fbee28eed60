//! `logs import`: mappings and their samples, real files, bad input, and going on after it.

mod bad_input;
mod cases;
mod files;
mod maps;
#[cfg(target_os = "linux")]
mod memory;
mod otlp;
mod real_data;
mod refused;
mod streaming;

use std::path::{Path, PathBuf};

use logs_domain::{
    AuditFilter, AuditLedgerSnapshot, Direction, LlmRunFilter, LlmRunSnapshot, LogsReaderExt,
    SystemRecordFilter, SystemRecordSnapshot, TenantId, TraceFilter, TraceSnapshot,
    TraceStepFilter, TraceStepRecord,
};

use crate::support::{Backend, Outcome, backends};

/// A file of the project.
fn project(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join(path).display().to_string()
}

/// Empty stores of every backend, and a folder for files.
struct Scene {
    folder: tempfile::TempDir,
    backends: Vec<Backend>,
}

impl Scene {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let backends = backends(&folder).await;
        Self { folder, backends }
    }

    /// A file with this content.
    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Everything that a tenant has.
struct Stored {
    runs: Vec<LlmRunSnapshot>,
    traces: Vec<TraceSnapshot>,
    steps: Vec<TraceStepRecord>,
    system: Vec<SystemRecordSnapshot>,
    audit: Vec<AuditLedgerSnapshot>,
}

impl Stored {
    async fn of(backend: &Backend, tenant: &str) -> Self {
        use futures_util::TryStreamExt;
        let tenant = &TenantId::new(tenant).unwrap();
        let store = backend.store();
        let (runs, traces) = (LlmRunFilter::default(), TraceFilter::default());
        let (steps, system) = (TraceStepFilter::default(), SystemRecordFilter::default());
        let audit = AuditFilter::default();
        let mut stored = Self {
            runs: store
                .stream_llm_runs(tenant, &runs, Direction::Descending)
                .try_collect()
                .await
                .unwrap(),
            traces: store
                .stream_traces(tenant, &traces, Direction::Descending)
                .try_collect()
                .await
                .unwrap(),
            steps: store
                .stream_trace_steps(tenant, &steps, Direction::Descending)
                .try_collect()
                .await
                .unwrap(),
            system: store
                .stream_system_records(tenant, &system, Direction::Descending)
                .try_collect()
                .await
                .unwrap(),
            audit: store
                .stream_audit_entries(tenant, &audit, Direction::Descending)
                .try_collect()
                .await
                .unwrap(),
        };
        // Records of one append have one record time: the order of the source is by their own.
        stored.runs.sort_by(|one, other| {
            (one.started_at, &one.run_id).cmp(&(other.started_at, &other.run_id))
        });
        stored
            .steps
            .sort_by(|one, other| (&one.trace_id, &one.key).cmp(&(&other.trace_id, &other.key)));
        stored
            .traces
            .sort_by(|one, other| one.trace_id.cmp(&other.trace_id));
        stored.system.sort_by_key(|record| record.occurred_at);
        stored.audit.sort_by_key(|entry| entry.occurred_at);
        stored
    }

    fn count(&self) -> usize {
        let (runs, traces, steps) = (self.runs.len(), self.traces.len(), self.steps.len());
        runs + traces + steps + self.system.len() + self.audit.len()
    }
}

/// Imports for the tenants that a map names.
async fn import_for_its_tenants(backend: &Backend, words: &[&str]) -> Outcome {
    backend.logs(&[&["import"], words].concat()).await
}

/// Imports for tenant `acme`, with further words.
async fn import(backend: &Backend, words: &[&str]) -> Outcome {
    let all: Vec<&str> = ["import", "--tenant", "acme"]
        .iter()
        .chain(words)
        .copied()
        .collect();
    backend.logs(&all).await
}
