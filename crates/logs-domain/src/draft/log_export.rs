//! The drafts of an export's request and of its outcome.

use serde::{Deserialize, Serialize};

use crate::digest::FieldSink;
use crate::{
    ActorId, Checksum, ExportFormat, ExportScope, ExportStatus, Reason, RecordId, Timestamp,
};

/// The request for an export of records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NewLogExport {
    /// The key of the export, made by the producer.
    pub id: RecordId,
    /// What it covers.
    pub scope: ExportScope,
    /// The form of its file.
    pub format: ExportFormat,
    /// Who asked for it.
    pub requested_by: ActorId,
}

impl NewLogExport {
    /// The request; it is pending until its outcome is appended.
    #[must_use]
    pub const fn new(
        id: RecordId,
        scope: ExportScope,
        format: ExportFormat,
        requested_by: ActorId,
    ) -> Self {
        Self {
            id,
            scope,
            format,
            requested_by,
        }
    }

    pub(super) fn write_to(&self, sink: &mut impl FieldSink) {
        sink.bytes("id", self.id.as_bytes());
        sink.text("scope", self.scope.as_str());
        sink.text("format", self.format.as_str());
        sink.text("requested_by", self.requested_by.as_str());
    }
}

/// How an export ended: a second fact, so that `pending` becomes `completed` without an update.
/// Each export has at most one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LogExportOutcome {
    /// The export, which must be stored before or in the same batch.
    pub export_id: RecordId,
    /// How it ended.
    pub result: ExportResult,
}

/// How an export ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ExportResult {
    /// Its file was delivered.
    Completed {
        /// The checksum of the file.
        checksum: Checksum,
        /// When it was delivered, by the producer's clock.
        delivered_at: Timestamp,
    },
    /// It failed.
    Failed {
        /// Why.
        reason: Reason,
    },
}

impl ExportResult {
    /// The status that an export has with this result.
    #[must_use]
    pub const fn status(&self) -> ExportStatus {
        match self {
            Self::Completed { .. } => ExportStatus::Completed,
            Self::Failed { .. } => ExportStatus::Failed,
        }
    }
}

impl LogExportOutcome {
    /// The export was delivered.
    #[must_use]
    pub const fn completed(
        export_id: RecordId,
        checksum: Checksum,
        delivered_at: Timestamp,
    ) -> Self {
        Self {
            export_id,
            result: ExportResult::Completed {
                checksum,
                delivered_at,
            },
        }
    }

    /// The export failed.
    #[must_use]
    pub const fn failed(export_id: RecordId, reason: Reason) -> Self {
        Self {
            export_id,
            result: ExportResult::Failed { reason },
        }
    }

    pub(super) fn write_to(&self, sink: &mut impl FieldSink) {
        sink.bytes("export_id", self.export_id.as_bytes());
        match &self.result {
            ExportResult::Completed {
                checksum,
                delivered_at,
            } => {
                sink.text("checksum", checksum.as_str());
                sink.integer("delivered_at", delivered_at.as_micros());
            }
            ExportResult::Failed { reason } => sink.text("failure_reason", reason.as_str()),
        }
    }
}
