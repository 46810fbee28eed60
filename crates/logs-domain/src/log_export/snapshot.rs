//! A stored export with its outcome.

use serde::{Deserialize, Serialize};

use crate::record::checked_serde;
use crate::{
    ActorId, Checksum, ExportFormat, ExportResult, ExportScope, ExportStatus, InvalidValue,
    LogExportOutcome, NewLogExport, Reason, RecordId, TenantId, Timestamp,
};

/// An export: its request and, once there is one, its outcome, folded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
#[non_exhaustive]
pub struct LogExportSnapshot {
    /// The key of the export.
    pub id: RecordId,
    /// Whose export it is.
    pub tenant_id: TenantId,
    /// What it covers.
    pub scope: ExportScope,
    /// The form of its file.
    pub format: ExportFormat,
    /// Who asked for it.
    pub requested_by: ActorId,
    /// How far it has come.
    pub status: ExportStatus,
    /// The checksum of the file, exactly when completed.
    pub checksum: Option<Checksum>,
    /// The record time of the request.
    pub created_at: Timestamp,
    /// When the file was delivered, by the producer's clock, exactly when completed.
    pub delivered_at: Option<Timestamp>,
    /// Why it failed, exactly when failed.
    pub failure_reason: Option<Reason>,
}

checked_serde!(LogExportSnapshot);

impl LogExportSnapshot {
    /// The export that `tenant_id` requested as `draft` at `created_at`, with its outcome.
    #[must_use]
    pub fn from_parts(
        tenant_id: TenantId,
        draft: NewLogExport,
        created_at: Timestamp,
        result: Option<ExportResult>,
    ) -> Self {
        let status = result
            .as_ref()
            .map_or(ExportStatus::Pending, ExportResult::status);
        let (checksum, delivered_at, failure_reason) = match result {
            None => (None, None, None),
            Some(ExportResult::Completed {
                checksum,
                delivered_at,
            }) => (Some(checksum), Some(delivered_at), None),
            Some(ExportResult::Failed { reason }) => (None, None, Some(reason)),
        };
        Self {
            id: draft.id,
            tenant_id,
            scope: draft.scope,
            format: draft.format,
            requested_by: draft.requested_by,
            status,
            checksum,
            created_at,
            delivered_at,
            failure_reason,
        }
    }

    /// The draft that makes the request again.
    #[must_use]
    pub fn to_draft(&self) -> NewLogExport {
        NewLogExport::new(self.id, self.scope, self.format, self.requested_by.clone())
    }

    /// The outcome, if there is one.
    #[must_use]
    pub fn to_outcome(&self) -> Option<LogExportOutcome> {
        match (&self.checksum, self.delivered_at, &self.failure_reason) {
            (Some(checksum), Some(delivered_at), None) => Some(LogExportOutcome::completed(
                self.id,
                checksum.clone(),
                delivered_at,
            )),
            (None, None, Some(reason)) => Some(LogExportOutcome::failed(self.id, reason.clone())),
            _ => None,
        }
    }

    fn checked(self) -> Result<Self, InvalidValue> {
        let result = self.to_outcome().map(|outcome| outcome.result);
        let tenant_id = self.tenant_id.clone();
        let folded = Self::from_parts(tenant_id, self.to_draft(), self.created_at, result);
        if folded == self {
            return Ok(self);
        }
        let expected = "a status that agrees with checksum, delivered_at and failure_reason";
        Err(InvalidValue::new("status", self.status, expected))
    }
}
