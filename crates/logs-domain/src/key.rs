//! Keys of records.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::value::RecordId;
use crate::{RecordKind, RunId, SpanId, StepPosition, TenantId, TraceId};

/// The key of a step in its trace. The two forms are separate key spaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKey {
    /// The producer numbered its steps; the position is the step's index.
    Position(StepPosition),
    /// The producer made the step from a span. A read of the trace derives the index from the time of the step.
    Span(SpanId),
}

impl StepKey {
    /// The position of a numbered step.
    #[must_use]
    pub const fn position(&self) -> Option<StepPosition> {
        match self {
            Self::Position(position) => Some(*position),
            Self::Span(_) => None,
        }
    }

    /// The span of a step that was made from one.
    #[must_use]
    pub const fn span_id(&self) -> Option<&SpanId> {
        match self {
            Self::Position(_) => None,
            Self::Span(span) => Some(span),
        }
    }
}

impl fmt::Display for StepKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Position(position) => write!(formatter, "position {position}"),
            Self::Span(span) => write!(formatter, "span {:?}", span.as_str()),
        }
    }
}

/// The kind of a record and its key in the tenant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKey {
    /// A run, by its run id.
    LlmRun(RunId),
    /// A trace, by its trace id.
    Trace(TraceId),
    /// A step, by its trace and its key in the trace.
    TraceStep(TraceId, StepKey),
    /// A system record, by its id.
    SystemRecord(RecordId),
    /// An audit entry, by its id.
    AuditEntry(RecordId),
    /// An export, by its id.
    LogExport(RecordId),
    /// The outcome of an export, by the id of the export.
    LogExportOutcome(RecordId),
}

impl RecordKey {
    /// The kind of the record.
    #[must_use]
    pub const fn kind(&self) -> RecordKind {
        match self {
            Self::LlmRun(_) => RecordKind::LlmRun,
            Self::Trace(_) => RecordKind::Trace,
            Self::TraceStep(..) => RecordKind::TraceStep,
            Self::SystemRecord(_) => RecordKind::SystemRecord,
            Self::AuditEntry(_) => RecordKind::AuditEntry,
            Self::LogExport(_) => RecordKind::LogExport,
            Self::LogExportOutcome(_) => RecordKind::LogExportOutcome,
        }
    }

    /// The id of the record in `tenant`. The outcome of an export has none.
    #[must_use]
    pub fn id(&self, tenant: &TenantId) -> Option<RecordId> {
        match self {
            Self::LlmRun(run) => Some(RecordId::of_run(tenant, run)),
            Self::Trace(trace) => Some(RecordId::of_trace(tenant, trace)),
            Self::TraceStep(trace, key) => Some(RecordId::of_step(tenant, trace, key)),
            Self::SystemRecord(id) | Self::AuditEntry(id) | Self::LogExport(id) => Some(*id),
            Self::LogExportOutcome(_) => None,
        }
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ", self.kind())?;
        match self {
            Self::LlmRun(run) => write!(formatter, "{run:?}"),
            Self::Trace(trace) => write!(formatter, "{trace:?}"),
            Self::TraceStep(trace, key) => write!(formatter, "{key} of {trace:?}"),
            Self::SystemRecord(id)
            | Self::AuditEntry(id)
            | Self::LogExport(id)
            | Self::LogExportOutcome(id) => write!(formatter, "{id}"),
        }
    }
}
