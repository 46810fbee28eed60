//! The kinds of records: every list of them comes from here.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::FieldCounter;
use crate::field::{Field, FieldReader, FieldWriter, Fields, ValueType};
use crate::{
    ContentDigest, InvalidValue, LogExportOutcome, NewAuditEntry, NewLlmRun, NewLogExport,
    NewSystemRecord, NewTrace, NewTraceStep, RecordId, RecordKey, TenantId,
};

macro_rules! kinds {
    ($($(#[$meta:meta])* $kind:ident($draft:ident) = $number:literal $word:literal),+ $(,)?) => {
        /// The kind of a record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum RecordKind {
            $(#[doc = concat!("`", $word, "`")] $kind,)+
        }

        impl RecordKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The word of the kind: its member in JSON, and the name of its table.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)+
                }
            }

            /// The number of the kind, in tables of keys and in leaves of the ledger.
            #[must_use]
            pub const fn number(self) -> u16 {
                match self {
                    $(Self::$kind => $number,)+
                }
            }

            /// The fields of its drafts, in the order in which stores and files have them.
            #[must_use]
            pub const fn fields(self) -> &'static [Field] {
                match self {
                    $(Self::$kind => <$draft>::FIELDS,)+
                }
            }
        }

        /// Any draft.
        ///
        /// Its JSON form is an object with one member, named after the kind:
        /// `{"llm_run":{"run_id":"r-1",…}}`. Absent and null optional fields are the same. The parser refuses
        /// unknown fields, repeated fields and unknown enumeration values.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Draft {
            $($(#[$meta])* $kind($draft),)+
        }

        impl Draft {
            /// The kind of the record.
            #[must_use]
            pub const fn kind(&self) -> RecordKind {
                match self {
                    $(Self::$kind(_) => RecordKind::$kind,)+
                }
            }

            /// The digest over the producer's fields: equal exactly for equal drafts of one kind.
            #[must_use]
            pub fn digest(&self) -> ContentDigest {
                match self {
                    $(Self::$kind(draft) => draft.digest(),)+
                }
            }

            /// Hands the values of the kind's [fields](RecordKind::fields) to `writer`.
            pub fn write_fields<'a>(&'a self, writer: &mut impl FieldWriter<'a>) {
                match self {
                    $(Self::$kind(draft) => draft.write_fields(writer),)+
                }
            }

            /// The places of the kind's [fields](RecordKind::fields), in the order of their names.
            pub(crate) const fn fields_by_name(&self) -> &'static [usize] {
                match self {
                    $(Self::$kind(_) => <$draft>::BY_NAME,)+
                }
            }

            /// Makes a draft from the values of a kind's [fields](RecordKind::fields).
            ///
            /// # Errors
            /// Those of the reader.
            pub fn read_fields<R: FieldReader>(
                kind: RecordKind,
                reader: &mut R,
            ) -> Result<Self, R::Error> {
                match kind {
                    $(RecordKind::$kind => <$draft>::read_fields(reader).map(Self::$kind),)+
                }
            }
        }

        $(impl From<$draft> for Draft {
            fn from(draft: $draft) -> Self {
                Self::$kind(draft)
            }
        })+
    };
}

kinds! {
    /// A call of a model.
    LlmRun(NewLlmRun) = 1 "llm_run",
    /// The header of a trace.
    Trace(NewTrace) = 2 "trace",
    /// A step of a trace.
    TraceStep(NewTraceStep) = 3 "trace_step",
    /// Something that happened on the platform.
    SystemRecord(NewSystemRecord) = 4 "system_record",
    /// Something that somebody did.
    AuditEntry(NewAuditEntry) = 5 "audit_entry",
    /// The request for an export.
    LogExport(NewLogExport) = 6 "log_export",
    /// How an export ended.
    LogExportOutcome(LogExportOutcome) = 7 "log_export_outcome",
}

impl RecordKind {
    /// The kind with a [number](Self::number).
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        let mut kinds = Self::ALL.iter().copied();
        kinds.find(|kind| kind.number() == number)
    }

    /// The [fields](Self::fields) that a table of records has in columns of their own: all but the id
    /// of the record, which every table has.
    pub fn columns(self) -> impl Iterator<Item = &'static Field> {
        let fields = self.fields().iter();
        fields.filter(|field| field.value_type != ValueType::Id)
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
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

    /// The key of the record in its tenant.
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

    /// The id of the record in `tenant`. The outcome of an export has none.
    #[must_use]
    pub fn id(&self, tenant: &TenantId) -> Option<RecordId> {
        self.key().id(tenant)
    }

    /// The size that counts against the limit of a batch, in bytes: that of the encoding which
    /// [`ContentDigest`] documents.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        let mut counter = FieldCounter::default();
        self.write_fields(&mut counter);
        counter.0
    }
}
