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

use serde::{Deserialize, Serialize};

use crate::digest::{ContentDigest, FieldCounter, FieldHasher, FieldSink};
use crate::{InvalidValue, RecordId, TenantId};

pub use audit_entry::NewAuditEntry;
pub(crate) use audit_entry::governed_runs;
pub use key::{RecordKey, RecordKind, StepKey};
pub use llm_run::NewLlmRun;
pub use log_export::{ExportResult, LogExportOutcome, NewLogExport};
pub use system_record::NewSystemRecord;
pub use trace::{NewTrace, NewTraceStep};

/// Any draft.
///
/// Its JSON form is an object with one member, named after the kind:
/// `{"llm_run":{"run_id":"r-1",…}}`. Absent and null optional fields are the same; unknown fields,
/// repeated fields and unknown words are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Draft {
    /// A call of a model.
    LlmRun(NewLlmRun),
    /// The header of a trace.
    Trace(NewTrace),
    /// A step of a trace.
    TraceStep(NewTraceStep),
    /// Something that happened on the platform.
    SystemRecord(NewSystemRecord),
    /// Something that somebody did.
    AuditEntry(NewAuditEntry),
    /// The request for an export.
    LogExport(NewLogExport),
    /// How an export ended.
    LogExportOutcome(LogExportOutcome),
}

impl Draft {
    /// Reads one draft from its JSON form.
    ///
    /// # Errors
    /// [`InvalidValue`] of field `record` that says what was expected, and where.
    pub fn from_json(text: &str) -> Result<Self, InvalidValue> {
        serde_json::from_str(text)
            .map_err(|error| InvalidValue::new("record", text, format!("a record ({error})")))
    }

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
            Self::LogExportOutcome(_) => RecordKind::LogExportOutcome,
        }
    }

    /// What makes the record unique in its tenant.
    #[must_use]
    pub fn key(&self) -> RecordKey {
        match self {
            Self::LlmRun(run) => RecordKey::LlmRun(run.run_id.clone()),
            Self::Trace(trace) => RecordKey::Trace(trace.trace_id.clone()),
            Self::TraceStep(step) => RecordKey::TraceStep(step.trace_id.clone(), step.key.clone()),
            Self::SystemRecord(record) => RecordKey::SystemRecord(record.id),
            Self::AuditEntry(entry) => RecordKey::AuditEntry(entry.id),
            Self::LogExport(export) => RecordKey::LogExport(export.id),
            Self::LogExportOutcome(outcome) => RecordKey::LogExportOutcome(outcome.export_id),
        }
    }

    /// The id that the record has in `tenant`; an export's outcome has none of its own.
    #[must_use]
    pub fn id(&self, tenant: &TenantId) -> Option<RecordId> {
        self.key().id(tenant)
    }

    /// The digest over the producer's fields: equal exactly for equal drafts of one kind.
    #[must_use]
    pub fn digest(&self) -> ContentDigest {
        match self {
            Self::LlmRun(run) => run.digest(),
            Self::Trace(trace) => trace.digest(),
            Self::TraceStep(step) => step.digest(),
            Self::SystemRecord(record) => record.digest(),
            Self::AuditEntry(entry) => entry.digest(),
            Self::LogExport(export) => export.digest(),
            Self::LogExportOutcome(outcome) => outcome.digest(),
        }
    }

    /// The size that counts against the limit of a batch, in bytes: that of the encoding which
    /// [`ContentDigest`] documents.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        let mut counter = FieldCounter::default();
        self.write_to(&mut counter);
        counter.0
    }

    fn write_to(&self, sink: &mut impl FieldSink) {
        match self {
            Self::LlmRun(run) => run.write_to(sink),
            Self::Trace(trace) => trace.write_to(sink),
            Self::TraceStep(step) => step.write_to(sink),
            Self::SystemRecord(record) => record.write_to(sink),
            Self::AuditEntry(entry) => entry.write_to(sink),
            Self::LogExport(export) => export.write_to(sink),
            Self::LogExportOutcome(outcome) => outcome.write_to(sink),
        }
    }
}

macro_rules! draft_from {
    ($($draft:ident => $variant:ident),+ $(,)?) => {
        $(impl From<$draft> for Draft {
            fn from(draft: $draft) -> Self {
                Self::$variant(draft)
            }
        }

        impl $draft {
            /// The digest over the producer's fields, that of the [`Draft`].
            #[must_use]
            pub fn digest(&self) -> ContentDigest {
                let mut hasher = FieldHasher::new(RecordKind::$variant.as_str());
                self.write_to(&mut hasher);
                hasher.content_digest()
            }
        })+
    };
}

draft_from! {
    NewLlmRun => LlmRun,
    NewTrace => Trace,
    NewTraceStep => TraceStep,
    NewSystemRecord => SystemRecord,
    NewAuditEntry => AuditEntry,
    NewLogExport => LogExport,
    LogExportOutcome => LogExportOutcome,
}

/// Declares the chained setters of a draft's optional fields.
macro_rules! options {
    ($($(#[$meta:meta])* $field:ident: $type:ty),+ $(,)?) => {
        $(
            $(#[$meta])*
            #[must_use]
            pub fn $field(mut self, $field: $type) -> Self {
                self.$field = Some($field);
                self
            }
        )+
    };
}
use options;
