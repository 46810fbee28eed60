//! What producers hand over: records before a store has taken them.
//!
//! A draft holds the producer's fields only. Together with a tenant and a record time it becomes
//! a snapshot ([`crate::snapshot`]).

mod audit_entry;
mod key;
mod llm_run;
mod log_export;
mod system_record;
mod trace;

pub use crate::kind::{Draft, RecordKind};
pub use audit_entry::NewAuditEntry;
pub(crate) use audit_entry::governed_runs;
pub use key::{RecordKey, StepKey};
pub use llm_run::NewLlmRun;
pub use log_export::{ExportResult, LogExportOutcome, NewLogExport};
pub use system_record::NewSystemRecord;
pub use trace::{NewTrace, NewTraceStep};
