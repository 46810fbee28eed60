//! The tables of records, in the order in which every append writes them.

use logs_domain::{
    Cost, ExportResult, JsonObject, LogExportOutcome, NewAuditEntry, NewLlmRun, NewLogExport,
    NewSystemRecord, NewTrace, NewTraceStep, RunId, SpanId, StepKey, StepPosition, TokenCount,
};

use super::table::{Table, flag, integer, text, time};

pub(super) const LLM_RUN: Table<NewLlmRun> = Table {
    name: "llm_run",
    columns: &[
        text("run_id", |row| Some(row.draft.run_id.as_str())),
        text("trace_id", |row| {
            row.draft.trace_id.as_ref().map(|id| id.as_str())
        }),
        text("session_id", |row| {
            row.draft.session_id.as_ref().map(|id| id.as_str())
        }),
        text("provider", |row| Some(row.draft.provider.as_str())),
        text("model", |row| Some(row.draft.model.as_str())),
        integer("input_tokens", |row| {
            row.draft.input_tokens.map(TokenCount::as_i64)
        }),
        integer("output_tokens", |row| {
            row.draft.output_tokens.map(TokenCount::as_i64)
        }),
        integer("cost_nano_usd", |row| row.draft.cost.map(Cost::nano_usd)),
        text("execution_status", |row| {
            Some(row.draft.execution_status.as_str())
        }),
        time("started_at", |row| Some(row.draft.started_at)),
        time("completed_at", |row| row.draft.completed_at),
        text("source", |row| Some(row.draft.source.as_str())),
        flag("is_synthetic", |row| row.draft.is_synthetic),
        text("parent_run_id", |row| {
            row.draft.parent_run_id.as_ref().map(|id| id.as_str())
        }),
        text("attributes", |row| json(row.draft.attributes.as_ref())),
    ],
};

pub(super) const TRACE: Table<NewTrace> = Table {
    name: "trace",
    columns: &[
        text("trace_id", |row| Some(row.draft.trace_id.as_str())),
        text("run_id", |row| {
            row.draft.run_id.as_ref().map(|id| id.as_str())
        }),
        time("started_at", |row| row.draft.started_at),
    ],
};

pub(super) const TRACE_STEP: Table<NewTraceStep> = Table {
    name: "trace_step",
    columns: &[
        text("trace_id", |row| Some(row.draft.trace_id.as_str())),
        integer("position", |row| position(Some(&row.draft.key))),
        text("span_id", |row| span_id(Some(&row.draft.key))),
        time("timestamp", |row| Some(row.draft.timestamp)),
        text("skill_name", |row| Some(row.draft.skill_name.as_str())),
        text("status", |row| Some(row.draft.status.as_str())),
        text("outcome_category", |row| {
            Some(row.draft.outcome_category.as_str())
        }),
        integer("cost_nano_usd", |row| row.draft.cost.map(Cost::nano_usd)),
        integer("duration_ms", |row| Some(row.draft.duration_ms.as_i64())),
        text("attributes", |row| json(row.draft.attributes.as_ref())),
        integer("parent_position", |row| position(row.draft.parent.as_ref())),
        text("parent_span_id", |row| span_id(row.draft.parent.as_ref())),
    ],
};

pub(super) const SYSTEM_RECORD: Table<NewSystemRecord> = Table {
    name: "system_record",
    columns: &[
        text("component", |row| Some(row.draft.component.as_str())),
        text("event_type", |row| Some(row.draft.event_type.as_str())),
        text("severity", |row| Some(row.draft.severity.as_str())),
        text("summary", |row| Some(row.draft.summary.as_str())),
        text("details", |row| json(row.draft.details.as_ref())),
        text("caused_by", |row| {
            row.draft.caused_by.map(|cause| cause.as_str())
        }),
        text("correlation_id", |row| {
            row.draft.correlation_id.as_ref().map(|id| id.as_str())
        }),
        time("occurred_at", |row| {
            Some(row.draft.occurred_at.unwrap_or(row.created_at))
        }),
    ],
};

pub(super) const AUDIT_ENTRY: Table<NewAuditEntry> = Table {
    name: "audit_entry",
    columns: &[
        text("event_type", |row| Some(row.draft.event_type.as_str())),
        text("entity_type", |row| Some(row.draft.entity_type.as_str())),
        text("entity_id", |row| Some(row.draft.entity_id.as_str())),
        text("actor_type", |row| Some(row.draft.actor_type.as_str())),
        text("actor_id", |row| {
            row.draft.actor_id.as_ref().map(|id| id.as_str())
        }),
        text("action_reason", |row| {
            row.draft
                .action_reason
                .as_ref()
                .map(|reason| reason.as_str())
        }),
        text("before_state", |row| json(row.draft.before_state.as_ref())),
        text("after_state", |row| json(row.draft.after_state.as_ref())),
        text("correlation_id", |row| {
            row.draft.correlation_id.as_ref().map(|id| id.as_str())
        }),
        time("occurred_at", |row| {
            Some(row.draft.occurred_at.unwrap_or(row.created_at))
        }),
    ],
};

pub(super) const LOG_EXPORT: Table<NewLogExport> = Table {
    name: "log_export",
    columns: &[
        text("scope", |row| Some(row.draft.scope.as_str())),
        text("format", |row| Some(row.draft.format.as_str())),
        text("requested_by", |row| Some(row.draft.requested_by.as_str())),
    ],
};

pub(super) const LOG_EXPORT_OUTCOME: Table<LogExportOutcome> = Table {
    name: "log_export_outcome",
    columns: &[
        text("checksum", |row| match &row.draft.result {
            ExportResult::Completed { checksum, .. } => Some(checksum.as_str()),
            ExportResult::Failed { .. } => None,
        }),
        time("delivered_at", |row| match &row.draft.result {
            ExportResult::Completed { delivered_at, .. } => Some(*delivered_at),
            ExportResult::Failed { .. } => None,
        }),
        text("failure_reason", |row| match &row.draft.result {
            ExportResult::Completed { .. } => None,
            ExportResult::Failed { reason } => Some(reason.as_str()),
        }),
    ],
};

/// Which runs governance events name: the id is that of the event.
pub(super) const GOVERNANCE_RUN: Table<RunId> = Table {
    name: "governance_run",
    columns: &[text("run_id", |row| Some(row.draft.as_str()))],
};

fn position(key: Option<&StepKey>) -> Option<i64> {
    key.and_then(StepKey::position).map(StepPosition::as_i64)
}

fn span_id(key: Option<&StepKey>) -> Option<&str> {
    key.and_then(StepKey::span_id).map(SpanId::as_str)
}

fn json(object: Option<&JsonObject>) -> Option<&str> {
    object.map(JsonObject::as_str)
}
