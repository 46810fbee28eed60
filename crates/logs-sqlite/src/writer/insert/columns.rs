//! The columns of each table, and the values of a draft in their order.

use logs_domain::{
    Cost, Draft, ExportResult, JsonObject, RecordKind, StepKey, StepPosition, Timestamp, TokenCount,
};
use sqlx::Sqlite;
use sqlx::query_builder::Separated;

/// How many columns every table of records begins with: tenant, record time, id, digest.
pub(super) const COMMON: usize = 4;

/// The columns after the common ones.
pub(super) const fn names(kind: RecordKind) -> &'static [&'static str] {
    match kind {
        RecordKind::LlmRun => &[
            "run_id",
            "trace_id",
            "session_id",
            "provider",
            "model",
            "input_tokens",
            "output_tokens",
            "cost_nano_usd",
            "execution_status",
            "started_at",
            "completed_at",
            "source",
            "is_synthetic",
            "parent_run_id",
            "attributes",
        ],
        RecordKind::Trace => &["trace_id", "run_id", "started_at"],
        RecordKind::TraceStep => &[
            "trace_id",
            "position",
            "span_id",
            "timestamp",
            "skill_name",
            "status",
            "outcome_category",
            "cost_nano_usd",
            "duration_ms",
            "attributes",
            "parent_position",
            "parent_span_id",
        ],
        RecordKind::SystemRecord => &[
            "component",
            "event_type",
            "severity",
            "summary",
            "details",
            "caused_by",
            "correlation_id",
            "occurred_at",
        ],
        RecordKind::AuditEntry => &[
            "event_type",
            "entity_type",
            "entity_id",
            "actor_type",
            "actor_id",
            "action_reason",
            "before_state",
            "after_state",
            "correlation_id",
            "occurred_at",
        ],
        RecordKind::LogExport => &["scope", "format", "requested_by"],
        RecordKind::LogExportOutcome => &["checksum", "delivered_at", "failure_reason"],
    }
}

/// The values of the columns of [`names`], in their order.
pub(super) fn push_columns(
    row: &mut Separated<'_, Sqlite, &'static str>,
    draft: &Draft,
    created_at: Timestamp,
) {
    let json = |object: &Option<JsonObject>| object.as_ref().map(|json| json.as_str().to_owned());
    match draft {
        Draft::LlmRun(run) => {
            row.push_bind(run.run_id.to_string());
            row.push_bind(text(&run.trace_id));
            row.push_bind(text(&run.session_id));
            row.push_bind(run.provider.to_string());
            row.push_bind(run.model.to_string());
            row.push_bind(run.input_tokens.map(TokenCount::as_i64));
            row.push_bind(run.output_tokens.map(TokenCount::as_i64));
            row.push_bind(run.cost.map(Cost::nano_usd));
            row.push_bind(run.execution_status.as_str());
            row.push_bind(run.started_at.as_micros());
            row.push_bind(run.completed_at.map(Timestamp::as_micros));
            row.push_bind(run.source.as_str());
            row.push_bind(run.is_synthetic);
            row.push_bind(text(&run.parent_run_id));
            row.push_bind(json(&run.attributes));
        }
        Draft::Trace(trace) => {
            row.push_bind(trace.trace_id.to_string());
            row.push_bind(text(&trace.run_id));
            row.push_bind(trace.started_at.map(Timestamp::as_micros));
        }
        Draft::TraceStep(step) => {
            row.push_bind(step.trace_id.to_string());
            push_key(row, Some(&step.key));
            row.push_bind(step.timestamp.as_micros());
            row.push_bind(step.skill_name.to_string());
            row.push_bind(step.status.as_str());
            row.push_bind(step.outcome_category.to_string());
            row.push_bind(step.cost.map(Cost::nano_usd));
            row.push_bind(step.duration_ms.as_i64());
            row.push_bind(json(&step.attributes));
            push_key(row, step.parent.as_ref());
        }
        Draft::SystemRecord(record) => {
            row.push_bind(record.component.to_string());
            row.push_bind(record.event_type.to_string());
            row.push_bind(record.severity.as_str());
            row.push_bind(record.summary.to_string());
            row.push_bind(json(&record.details));
            row.push_bind(record.caused_by.map(|cause| cause.as_str()));
            row.push_bind(text(&record.correlation_id));
            row.push_bind(record.occurred_at.unwrap_or(created_at).as_micros());
        }
        Draft::AuditEntry(entry) => {
            row.push_bind(entry.event_type.to_string());
            row.push_bind(entry.entity_type.to_string());
            row.push_bind(entry.entity_id.to_string());
            row.push_bind(entry.actor_type.as_str());
            row.push_bind(text(&entry.actor_id));
            row.push_bind(text(&entry.action_reason));
            row.push_bind(json(&entry.before_state));
            row.push_bind(json(&entry.after_state));
            row.push_bind(text(&entry.correlation_id));
            row.push_bind(entry.occurred_at.unwrap_or(created_at).as_micros());
        }
        Draft::LogExport(export) => {
            row.push_bind(export.scope.as_str());
            row.push_bind(export.format.as_str());
            row.push_bind(export.requested_by.to_string());
        }
        Draft::LogExportOutcome(outcome) => match &outcome.result {
            ExportResult::Completed {
                checksum,
                delivered_at,
            } => {
                row.push_bind(checksum.to_string());
                row.push_bind(delivered_at.as_micros());
                row.push_bind(None::<String>);
            }
            ExportResult::Failed { reason } => {
                row.push_bind(None::<String>);
                row.push_bind(None::<i64>);
                row.push_bind(reason.to_string());
            }
        },
    }
}

/// The position and the span of a key, one of which is null.
fn push_key(row: &mut Separated<'_, Sqlite, &'static str>, key: Option<&StepKey>) {
    let position = key.and_then(StepKey::position);
    let span_id = key.and_then(StepKey::span_id);
    row.push_bind(position.map(StepPosition::as_i64));
    row.push_bind(span_id.map(ToString::to_string));
}

fn text(value: &Option<impl ToString>) -> Option<String> {
    value.as_ref().map(ToString::to_string)
}
