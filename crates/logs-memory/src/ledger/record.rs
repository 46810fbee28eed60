//! The record of an entry.

use logs_domain::page::{ListKey, SystemListKey};
use logs_domain::{CoveredRecord, Draft, ExportResult, LogExportOutcome, RecordKind};

use crate::log::Entry;
use crate::state::Records;

pub(super) fn of(records: &Records, entry: &Entry) -> CoveredRecord {
    draft(records, entry).map_or(CoveredRecord::Absent, |draft| CoveredRecord::Stored {
        draft: Box::new(draft),
        recorded_at: entry.recorded_at,
        salt: Some(entry.salt.clone()),
    })
}

fn draft(records: &Records, entry: &Entry) -> Option<Draft> {
    let (created_at, id) = (entry.recorded_at, entry.id.as_uuid());
    let key = ListKey { created_at, id };
    Some(match entry.kind {
        RecordKind::LlmRun => records.runs.get(&key)?.to_draft().into(),
        RecordKind::Trace => records.traces.get(&key)?.to_draft().into(),
        RecordKind::TraceStep => records.steps.get(&key)?.to_draft().into(),
        RecordKind::SystemRecord => {
            let key = |platform| SystemListKey {
                created_at,
                platform,
                id,
            };
            let own = records.system.get(&key(false));
            own.or_else(|| records.system.get(&key(true)))?
                .to_draft()
                .into()
        }
        RecordKind::AuditEntry => records.audit.get(&key)?.to_draft().into(),
        RecordKind::LogExport => records.exports.get(&key)?.clone().into(),
        RecordKind::LogExportOutcome => match records.export_outcomes.get(&entry.id)?.clone() {
            ExportResult::Completed {
                checksum,
                delivered_at,
            } => LogExportOutcome::completed(entry.id, checksum, delivered_at),
            ExportResult::Failed { reason } => LogExportOutcome::failed(entry.id, reason),
        }
        .into(),
    })
}
