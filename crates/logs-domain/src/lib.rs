//! Values, drafts, snapshots, filters, pages, errors and ports of the evidence store for AI agents.
//!
//! The crate has no I/O. A program takes an `Arc<dyn LogsReader>` or an `Arc<dyn LogsStore>`
//! ([`port`]), hands over drafts ([`draft`]) in an [`AppendBatch`], and reads snapshots
//! ([`snapshot`]) page by page ([`page`]). Every rule that a store must keep stands on the method
//! of the port that it concerns.
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

pub mod batch;
mod clock;
mod digest;
pub mod draft;
pub mod error;
pub mod field;
pub mod filter;
mod kind;
pub mod page;
pub mod port;
mod record_id_generator;
pub mod snapshot;
pub mod value;

pub use batch::{
    AppendBatch, AppendReceipt, OnConflict, PlatformBatch, RecordOutcome, RecordReceipt,
};
pub use clock::{Clock, SystemClock};
pub use digest::{ContentDigest, RecordDigest};
pub use draft::{
    Draft, ExportResult, LogExportOutcome, NewAuditEntry, NewLlmRun, NewLogExport, NewSystemRecord,
    NewTrace, NewTraceStep, RecordKey, RecordKind, StepKey,
};
pub use error::{InvalidValue, RecordReference, StoreError, StoreResult, WriteOutcome};
pub use filter::{
    AuditFilter, GovernanceFilter, LlmRunFilter, LogExportFilter, ReplayQuery, SystemRecordFilter,
    TraceFilter, TraceStepFilter,
};
pub use page::{
    CountMode, Cursor, CursorKey, CursorScope, Direction, PageLimit, PageOffset, PageRequest,
    Position, QueryResult, ReadMethod, Total,
};
#[cfg(any(test, feature = "test-util"))]
pub use port::MockLogsStore;
pub use port::{
    LogsReader, LogsReaderExt, LogsStore, LogsWriter, PlatformWriter, StoreInfo, StoreLifecycle,
    StoreLimits, StoreOptions,
};
pub use record_id_generator::{RecordIdGenerator, UuidV7Generator};
pub use snapshot::{
    AuditLedgerSnapshot, LlmRunSnapshot, LogExportSnapshot, Record, ReplayEvent, ReplaySource,
    SystemRecordSnapshot, TraceSnapshot, TraceStepRecord, TraceStepSnapshot,
};
pub use value::{
    ActorId, ActorType, AuditEventType, CausedBy, Checksum, Component, CorrelationId, Cost,
    CostSum, DurationMs, EntityId, EntityType, ExecutionStatus, ExportFormat, ExportScope,
    ExportStatus, JsonObject, Model, OutcomeCategory, Provider, Reason, RecordId, RecordSource,
    RunId, SessionId, Severity, SkillName, SpanId, StepPosition, Summary, SystemEventType,
    TenantId, TimeRange, Timestamp, TokenCount, TraceId,
};
