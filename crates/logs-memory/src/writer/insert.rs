//! Inserting one new record in its lists.

use logs_domain::page::{ListKey, SystemListKey};
use logs_domain::{
    AuditLedgerSnapshot, Draft, LlmRunSnapshot, RecordId, SystemRecordSnapshot, TenantId,
    Timestamp, TraceSnapshot, TraceStepRecord,
};

use crate::state::Records;

/// The id of a record of the platform; all of them are system records.
pub(super) fn platform_id(draft: &Draft) -> Option<RecordId> {
    if let Draft::SystemRecord(record) = draft {
        Some(record.id)
    } else {
        None
    }
}

/// Inserts a new record in its lists. The platform (`None`) has only system records.
pub(super) fn insert(
    records: &mut Records,
    owner: Option<&TenantId>,
    draft: Draft,
    created_at: Timestamp,
) {
    match (draft, owner) {
        (Draft::SystemRecord(record), _) => {
            let key = SystemListKey {
                created_at,
                platform: owner.is_none(),
                id: record.id.as_uuid(),
            };
            let snapshot = SystemRecordSnapshot::from_parts(owner.cloned(), record, created_at);
            records.system.insert(key, snapshot);
        }
        (Draft::LlmRun(run), Some(tenant)) => {
            let run = LlmRunSnapshot::from_parts(tenant.clone(), run, created_at);
            records.runs.insert(
                ListKey {
                    created_at,
                    id: run.id.as_uuid(),
                },
                run,
            );
        }
        (Draft::Trace(trace), Some(tenant)) => {
            if let Some(run_id) = &trace.run_id {
                let traces = records.traces_of_runs.entry(run_id.clone()).or_default();
                traces.insert((created_at, trace.trace_id.clone()));
            }
            let trace = TraceSnapshot::from_parts(tenant.clone(), trace, created_at);
            records.traces.insert(
                ListKey {
                    created_at,
                    id: trace.id.as_uuid(),
                },
                trace,
            );
        }
        (Draft::TraceStep(step), Some(tenant)) => {
            let step = TraceStepRecord::from_parts(tenant.clone(), step, created_at);
            let steps = records
                .steps_of_traces
                .entry(step.trace_id.clone())
                .or_default();
            steps.insert(step.order(), step.clone());
            records.steps.insert(
                ListKey {
                    created_at,
                    id: step.id.as_uuid(),
                },
                step,
            );
        }
        (Draft::AuditEntry(entry), Some(tenant)) => {
            let entry = AuditLedgerSnapshot::from_parts(tenant.clone(), entry, created_at);
            records.audit.insert(
                ListKey {
                    created_at,
                    id: entry.id.as_uuid(),
                },
                entry,
            );
        }
        (Draft::LogExport(export), Some(_)) => {
            records.exports.insert(
                ListKey {
                    created_at,
                    id: export.id.as_uuid(),
                },
                export,
            );
        }
        (Draft::LogExportOutcome(outcome), Some(_)) => {
            records
                .export_outcomes
                .insert(outcome.export_id, outcome.result);
        }
        (_, _) => {}
    }
}
