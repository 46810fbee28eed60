//! Any stored record.
//!
//! Stores return snapshots: immutable records with the values that the store added. Fields are public for
//! readers. Only `from_parts` makes a snapshot, from a draft, a tenant and a record time. So no snapshot is
//! invalid. The JSON forms are snake_case with explicit nulls. Deserialisation makes the same checks.

use serde::{Deserialize, Serialize};

use crate::{
    AuditLedgerSnapshot, Draft, InvalidValue, LlmRunSnapshot, LogExportSnapshot, RecordId,
    RecordKind, SystemRecordSnapshot, TenantId, Timestamp, TraceSnapshot, TraceStepRecord,
};

/// Any stored record, as exports write it: `{"llm_run":{"id":"…","run_id":"r-1",…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A call of a model.
    LlmRun(LlmRunSnapshot),
    /// The header of a trace.
    Trace(TraceSnapshot),
    /// A step of a trace.
    TraceStep(TraceStepRecord),
    /// Something that happened on the platform.
    SystemRecord(SystemRecordSnapshot),
    /// Something that somebody did.
    AuditEntry(AuditLedgerSnapshot),
    /// An export.
    LogExport(LogExportSnapshot),
}

impl Record {
    /// The kind of the record.
    #[must_use]
    pub const fn kind(&self) -> RecordKind {
        match self {
            Self::LlmRun(_) => RecordKind::LlmRun,
            Self::Trace(_) => RecordKind::Trace,
            Self::TraceStep(_) => RecordKind::TraceStep,
            Self::SystemRecord(_) => RecordKind::SystemRecord,
            Self::AuditEntry(_) => RecordKind::AuditEntry,
            Self::LogExport(_) => RecordKind::LogExport,
        }
    }

    /// The id of the record.
    #[must_use]
    pub const fn id(&self) -> RecordId {
        match self {
            Self::LlmRun(run) => run.id,
            Self::Trace(trace) => trace.id,
            Self::TraceStep(step) => step.id,
            Self::SystemRecord(record) => record.id,
            Self::AuditEntry(entry) => entry.id,
            Self::LogExport(export) => export.id,
        }
    }

    /// The tenant of the record, `None` for the platform.
    #[must_use]
    pub const fn tenant_id(&self) -> Option<&TenantId> {
        match self {
            Self::LlmRun(run) => Some(&run.tenant_id),
            Self::Trace(trace) => Some(&trace.tenant_id),
            Self::TraceStep(step) => Some(&step.tenant_id),
            Self::SystemRecord(record) => record.tenant_id.as_ref(),
            Self::AuditEntry(entry) => Some(&entry.tenant_id),
            Self::LogExport(export) => Some(&export.tenant_id),
        }
    }

    /// The record time.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        match self {
            Self::LlmRun(run) => run.created_at,
            Self::Trace(trace) => trace.created_at,
            Self::TraceStep(step) => step.created_at,
            Self::SystemRecord(record) => record.created_at,
            Self::AuditEntry(entry) => entry.created_at,
            Self::LogExport(export) => export.created_at,
        }
    }

    /// The drafts for a copy of this record: two for an export with an outcome, else one. The draft of a
    /// system record or an audit entry has an `occurred_at`, even if the original draft had none and the
    /// store took the record time.
    #[must_use]
    pub fn to_drafts(&self) -> Vec<Draft> {
        match self {
            Self::LlmRun(run) => vec![run.to_draft().into()],
            Self::Trace(trace) => vec![trace.to_draft().into()],
            Self::TraceStep(step) => vec![step.to_draft().into()],
            Self::SystemRecord(record) => vec![record.to_draft().into()],
            Self::AuditEntry(entry) => vec![entry.to_draft().into()],
            Self::LogExport(export) => {
                let outcome = export.to_outcome().map(Draft::from);
                std::iter::once(export.to_draft().into())
                    .chain(outcome)
                    .collect()
            }
        }
    }
}

/// Checks that a record read from outside has the id that its key gives.
pub(crate) fn derived_id(found: RecordId, expected: RecordId) -> Result<(), InvalidValue> {
    if found == expected {
        return Ok(());
    }
    Err(InvalidValue::new(
        "id",
        found,
        format!("{expected}, which tenant and key give"),
    ))
}

/// Implements serde for a type that derives it with `#[serde(remote = "Self")]`: what is read must
/// equal what `from_parts` makes of it.
macro_rules! checked_serde {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                // The inherent function that the remote derive made.
                Self::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let unchecked = Self::deserialize(deserializer)?;
                unchecked.checked().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use checked_serde;
