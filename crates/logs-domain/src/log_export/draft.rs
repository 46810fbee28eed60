//! The drafts of an export's request and of its outcome.

use serde::{Deserialize, Serialize};

use crate::field::draft;
use crate::{
    ActorId, Checksum, ExportFormat, ExportScope, ExportStatus, Reason, RecordId, Timestamp,
};

draft! {
    /// The request for an export of records. It is pending until its outcome is appended.
    NewLogExport: LogExport {
        required {
            /// The key of the export, made by the producer.
            id: RecordId = fact,
            /// What it covers.
            scope: ExportScope = fact,
            /// The form of its file.
            format: ExportFormat = fact,
            /// Who asked for it.
            requested_by: ActorId = content,
        }
    }
}

draft! {
    /// How an export ended: a second fact, so that `pending` becomes `completed` without an update.
    /// Each export has at most one.
    LogExportOutcome: LogExportOutcome {
        required {
            /// The export, which must be stored before or in the same batch.
            export_id: RecordId = fact,
            /// How it ended.
            result: ExportResult = fact checksum | fact delivered_at | content failure_reason,
        }
    }
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
}
