//! Values, drafts, snapshots, filters, pages, errors and ports of the evidence store for AI agents.
//!
//! The crate has no I/O. A program takes an `Arc<dyn LogsReader>` or an `Arc<dyn LogsStore>`
//! ([`port`]). It appends drafts in an [`AppendBatch`], and reads snapshots page by page ([`page`]). One module
//! has the draft, the snapshot and the filter of a topic: [`llm_run`], [`trace`], [`system_record`],
//! [`audit_entry`], [`log_export`]. The documentation of each method of a port states the rules that a store
//! must keep. [`usage`] has the sums of what runs used.
//!
//! ```
//! use logs_domain::{AppendBatch, ExecutionStatus, Model, NewLlmRun, Provider, RecordSource, RunId, Timestamp};
//!
//! let run = NewLlmRun::new(
//!     RunId::new("run-1")?,
//!     Provider::new("anthropic")?,
//!     Model::new("claude-sonnet-4")?,
//!     ExecutionStatus::Succeeded,
//!     Timestamp::parse_rfc3339("2026-01-31T09:30:00Z")?,
//!     RecordSource::Sdk,
//! );
//! let batch = AppendBatch::new(vec![run.into()])?;
//! assert_eq!(batch.len(), 1);
//! # Ok::<(), logs_domain::InvalidValue>(())
//! ```
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `test-util` | no | `MockLogsStore`, a mock of every port for unit tests |

pub mod audit_entry;
pub mod batch;
mod clock;
mod digest;
pub mod error;
pub mod field;
pub mod filter;
mod key;
mod kind;
mod leaf;
pub mod ledger;
pub mod llm_run;
pub mod log_export;
pub mod page;
pub mod port;
pub mod record;
mod record_id_generator;
pub mod replay;
pub mod system_record;
pub mod trace;
pub mod usage;
pub mod value;

pub use audit_entry::{AuditFilter, AuditLedgerSnapshot, GovernanceFilter, NewAuditEntry};
pub use batch::{
    AppendBatch, AppendReceipt, OnConflict, PlatformBatch, RecordOutcome, RecordReceipt,
};
pub use clock::{Clock, SystemClock};
pub use digest::{ContentDigest, RecordDigest};
pub use error::{InvalidValue, RecordReference, StoreError, StoreResult, WriteOutcome};
pub use key::{RecordKey, StepKey};
pub use kind::{Draft, RecordKind};
pub use leaf::PLATFORM;
pub use ledger::{
    CoveredRecord, EntryPlace, LedgerCheckpoint, LedgerEntry, LedgerLog, LedgerLogStatus,
    RecordPlace, SaltGenerator, SystemSalts, UncoveredPage, UncoveredRecord,
};
pub use llm_run::{LlmRunFilter, LlmRunSnapshot, NewLlmRun};
pub use log_export::{
    ExportResult, LogExportFilter, LogExportOutcome, LogExportSnapshot, NewLogExport,
};
pub use page::{
    CountMode, Cursor, CursorKey, CursorScope, Direction, PageLimit, PageOffset, PageRequest,
    Position, QueryResult, ReadMethod, Total,
};
#[cfg(any(test, feature = "test-util"))]
pub use port::MockLogsStore;
pub use port::{
    LedgerStore, LogsLedger, LogsReader, LogsReaderExt, LogsStore, LogsWriter, PlatformWriter,
    PortMethod, StoreInfo, StoreLifecycle, StoreLimits, StoreOptions,
};
pub use record::Record;
pub use record_id_generator::{RecordIdGenerator, UuidV7Generator};
pub use replay::{ReplayEvent, ReplayQuery, ReplaySource};
pub use system_record::{NewSystemRecord, SystemRecordFilter, SystemRecordSnapshot};
pub use trace::{
    NewTrace, NewTraceStep, TraceFilter, TraceSnapshot, TraceStepFilter, TraceStepRecord,
    TraceStepSnapshot,
};
pub use usage::{
    DURATION_BOUNDS_MICROS, DurationHistogram, UsageDimension, UsageGroup, UsageQuery,
    UsageSummary, UsageSums, UsageValue,
};
pub use value::{
    ActorId, ActorType, AuditEventType, CausedBy, Checksum, Component, CorrelationId, Cost,
    CostSum, DurationMs, EntityId, EntityType, ExecutionStatus, ExportFormat, ExportScope,
    ExportStatus, JsonObject, Model, OutcomeCategory, Provider, Reason, RecordId, RecordSource,
    RunId, SessionId, Severity, SkillName, SpanId, StepPosition, Summary, SystemEventType,
    TenantId, TimeRange, Timestamp, TokenCount, TraceId,
};
