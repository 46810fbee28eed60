//! The statements that write new records, one for each table: the rows come as one array for each
//! column, all of them made from one list, so that they have one length.

use chrono::{DateTime, Utc};
use logs_domain::{
    Cost, ExportResult, JsonObject, LogExportOutcome, NewAuditEntry, NewLlmRun, NewLogExport,
    NewSystemRecord, NewTrace, NewTraceStep, StepKey, Timestamp, TokenCount,
};
use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::QueryScalar;
use uuid::Uuid;

/// New records of one kind.
pub(super) struct Rows<'a, D> {
    pub(super) tenant: &'a str,
    pub(super) created_at: Timestamp,
    pub(super) drafts: Vec<&'a D>,
    pub(super) ids: Vec<Uuid>,
    pub(super) digests: Vec<Vec<u8>>,
}

/// A statement that answers how many rows it wrote.
pub(super) type Insert<'q> = QueryScalar<'q, Postgres, i64, PgArguments>;

impl<D> Rows<'_, D> {
    /// The statement with the columns that all tables have.
    fn start<'q>(self, sql: &'static str) -> Insert<'q> {
        sqlx::query_scalar(sql)
            .bind(self.tenant.to_owned())
            .bind(self.created_at.to_datetime())
            .bind(self.ids)
            .bind(self.digests)
    }

    fn column<T>(&self, value: impl Fn(&D) -> T) -> Vec<T> {
        self.drafts.iter().map(|draft| value(draft)).collect()
    }
}

pub(super) fn llm_run<'q>(rows: Rows<'_, NewLlmRun>) -> Insert<'q> {
    let run_id = rows.column(|run| run.run_id.to_string());
    let trace_id = rows.column(|run| text(&run.trace_id));
    let provider = rows.column(|run| run.provider.to_string());
    let model = rows.column(|run| run.model.to_string());
    let input_tokens = rows.column(|run| run.input_tokens.map(TokenCount::as_i64));
    let output_tokens = rows.column(|run| run.output_tokens.map(TokenCount::as_i64));
    let cost_nano_usd = rows.column(|run| run.cost.map(Cost::nano_usd));
    let execution_status = rows.column(|run| run.execution_status.as_str());
    let started_at = rows.column(|run| run.started_at.to_datetime());
    let completed_at = rows.column(|run| run.completed_at.map(Timestamp::to_datetime));
    let source = rows.column(|run| run.source.as_str());
    let is_synthetic = rows.column(|run| run.is_synthetic);
    let parent_run_id = rows.column(|run| text(&run.parent_run_id));
    let attributes = rows.column(|run| json(&run.attributes));
    rows.start(
        "WITH written AS (INSERT INTO logs.llm_run \
         (tenant_id, class, created_at, id, digest, run_id, trace_id, provider, model, input_tokens, output_tokens, cost_nano_usd, \
         execution_status, started_at, completed_at, source, is_synthetic, parent_run_id, \
         attributes) \
         SELECT $1, 0, $2, new.* FROM UNNEST($3::uuid[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[], \
         $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::timestamptz[], \
         $14::timestamptz[], $15::text[], $16::boolean[], $17::text[], $18::text[]) AS new \
         RETURNING 1) SELECT COUNT(*) FROM written",
    )
    .bind(run_id)
    .bind(trace_id)
    .bind(provider)
    .bind(model)
    .bind(input_tokens)
    .bind(output_tokens)
    .bind(cost_nano_usd)
    .bind(execution_status)
    .bind(started_at)
    .bind(completed_at)
    .bind(source)
    .bind(is_synthetic)
    .bind(parent_run_id)
    .bind(attributes)
}

pub(super) fn trace<'q>(rows: Rows<'_, NewTrace>) -> Insert<'q> {
    let trace_id = rows.column(|trace| trace.trace_id.to_string());
    let run_id = rows.column(|trace| text(&trace.run_id));
    let started_at = rows.column(|trace| trace.started_at.map(Timestamp::to_datetime));
    rows.start(
        "WITH written AS (INSERT INTO logs.trace \
         (tenant_id, class, created_at, id, digest, trace_id, run_id, started_at) \
         SELECT $1, 0, $2, new.* FROM UNNEST($3::uuid[], $4::bytea[], $5::text[], $6::text[], $7::timestamptz[]) AS new \
         RETURNING 1) SELECT COUNT(*) FROM written",
    )
    .bind(trace_id)
    .bind(run_id)
    .bind(started_at)
}

pub(super) fn trace_step<'q>(rows: Rows<'_, NewTraceStep>) -> Insert<'q> {
    let trace_id = rows.column(|step| step.trace_id.to_string());
    let position = rows.column(|step| position(&step.key));
    let span_id = rows.column(|step| span_id(&step.key));
    let timestamp = rows.column(|step| step.timestamp.to_datetime());
    let skill_name = rows.column(|step| step.skill_name.to_string());
    let status = rows.column(|step| step.status.as_str());
    let outcome_category = rows.column(|step| step.outcome_category.to_string());
    let cost_nano_usd = rows.column(|step| step.cost.map(Cost::nano_usd));
    let duration_ms = rows.column(|step| step.duration_ms.as_i64());
    let attributes = rows.column(|step| json(&step.attributes));
    rows.start(
        "WITH written AS (INSERT INTO logs.trace_step \
         (tenant_id, class, created_at, id, digest, trace_id, position, span_id, timestamp, skill_name, status, outcome_category, \
         cost_nano_usd, duration_ms, attributes) \
         SELECT $1, 0, $2, new.* FROM UNNEST($3::uuid[], $4::bytea[], $5::text[], $6::bigint[], $7::text[], $8::timestamptz[], \
         $9::text[], $10::text[], $11::text[], $12::bigint[], $13::bigint[], $14::text[]) AS new \
         RETURNING 1) SELECT COUNT(*) FROM written",
    )
    .bind(trace_id)
    .bind(position)
    .bind(span_id)
    .bind(timestamp)
    .bind(skill_name)
    .bind(status)
    .bind(outcome_category)
    .bind(cost_nano_usd)
    .bind(duration_ms)
    .bind(attributes)
}

pub(super) fn system_record<'q>(rows: Rows<'_, NewSystemRecord>) -> Insert<'q> {
    let created_at = rows.created_at;
    let component = rows.column(|record| record.component.to_string());
    let event_type = rows.column(|record| record.event_type.to_string());
    let severity = rows.column(|record| record.severity.as_str());
    let summary = rows.column(|record| record.summary.to_string());
    let details = rows.column(|record| json(&record.details));
    let caused_by = rows.column(|record| record.caused_by.map(|cause| cause.as_str()));
    let correlation_id = rows.column(|record| text(&record.correlation_id));
    let occurred_at = rows.column(|record| record.occurred_at.unwrap_or(created_at).to_datetime());
    rows.start(
        "WITH written AS (INSERT INTO logs.system_record \
         (tenant_id, class, created_at, id, digest, component, event_type, severity, summary, details, caused_by, correlation_id, \
         occurred_at) \
         SELECT $1, 0, $2, new.* FROM UNNEST($3::uuid[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[], \
         $9::text[], $10::text[], $11::text[], $12::timestamptz[]) AS new \
         RETURNING 1) SELECT COUNT(*) FROM written",
    )
    .bind(component)
    .bind(event_type)
    .bind(severity)
    .bind(summary)
    .bind(details)
    .bind(caused_by)
    .bind(correlation_id)
    .bind(occurred_at)
}

pub(super) fn audit_entry<'q>(rows: Rows<'_, NewAuditEntry>) -> Insert<'q> {
    let created_at = rows.created_at;
    let event_type = rows.column(|entry| entry.event_type.to_string());
    let entity_type = rows.column(|entry| entry.entity_type.to_string());
    let entity_id = rows.column(|entry| entry.entity_id.to_string());
    let actor_type = rows.column(|entry| entry.actor_type.as_str());
    let actor_id = rows.column(|entry| text(&entry.actor_id));
    let action_reason = rows.column(|entry| text(&entry.action_reason));
    let before_state = rows.column(|entry| json(&entry.before_state));
    let after_state = rows.column(|entry| json(&entry.after_state));
    let correlation_id = rows.column(|entry| text(&entry.correlation_id));
    let occurred_at = rows.column(|entry| entry.occurred_at.unwrap_or(created_at).to_datetime());
    rows.start(
        "WITH written AS (INSERT INTO logs.audit_entry \
         (tenant_id, class, created_at, id, digest, event_type, entity_type, entity_id, actor_type, actor_id, action_reason, \
         before_state, after_state, correlation_id, occurred_at) \
         SELECT $1, 0, $2, new.* FROM UNNEST($3::uuid[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[], \
         $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], \
         $14::timestamptz[]) AS new \
         RETURNING 1) SELECT COUNT(*) FROM written",
    )
    .bind(event_type)
    .bind(entity_type)
    .bind(entity_id)
    .bind(actor_type)
    .bind(actor_id)
    .bind(action_reason)
    .bind(before_state)
    .bind(after_state)
    .bind(correlation_id)
    .bind(occurred_at)
}

pub(super) fn log_export<'q>(rows: Rows<'_, NewLogExport>) -> Insert<'q> {
    let scope = rows.column(|export| export.scope.as_str());
    let format = rows.column(|export| export.format.as_str());
    let requested_by = rows.column(|export| export.requested_by.to_string());
    rows.start(
        "WITH written AS (INSERT INTO logs.log_export \
         (tenant_id, class, created_at, id, digest, scope, format, requested_by) \
         SELECT $1, 0, $2, new.* FROM UNNEST($3::uuid[], $4::bytea[], $5::text[], $6::text[], $7::text[]) AS new \
         RETURNING 1) SELECT COUNT(*) FROM written",
    )
    .bind(scope)
    .bind(format)
    .bind(requested_by)
}

pub(super) fn log_export_outcome<'q>(rows: Rows<'_, LogExportOutcome>) -> Insert<'q> {
    let checksum = rows.column(|outcome| checksum(&outcome.result));
    let delivered_at = rows.column(|outcome| delivered_at(&outcome.result));
    let failure_reason = rows.column(|outcome| failure_reason(&outcome.result));
    rows.start(
        "WITH written AS (INSERT INTO logs.log_export_outcome \
         (tenant_id, class, created_at, id, digest, checksum, delivered_at, failure_reason) \
         SELECT $1, 0, $2, new.* FROM UNNEST($3::uuid[], $4::bytea[], $5::text[], $6::timestamptz[], $7::text[]) AS new \
         RETURNING 1) SELECT COUNT(*) FROM written",
    )
    .bind(checksum)
    .bind(delivered_at)
    .bind(failure_reason)
}

/// Writes which runs governance events name: tenant, record time, then ids and runs.
pub(super) const GOVERNANCE: &str = "WITH written AS (INSERT INTO logs.governance_run \
     (tenant_id, class, created_at, id, run_id) \
     SELECT $1, 0, $2, new.* FROM UNNEST($3::uuid[], $4::text[]) AS new \
     RETURNING 1) SELECT COUNT(*) FROM written";

fn text(value: &Option<impl ToString>) -> Option<String> {
    value.as_ref().map(ToString::to_string)
}

fn json(object: &Option<JsonObject>) -> Option<String> {
    object.as_ref().map(|json| json.as_str().to_owned())
}

fn position(key: &StepKey) -> Option<i64> {
    match key {
        StepKey::Position(position) => Some(position.as_i64()),
        StepKey::Span(_) => None,
    }
}

fn span_id(key: &StepKey) -> Option<String> {
    match key {
        StepKey::Position(_) => None,
        StepKey::Span(span_id) => Some(span_id.to_string()),
    }
}

fn checksum(result: &ExportResult) -> Option<String> {
    match result {
        ExportResult::Completed { checksum, .. } => Some(checksum.to_string()),
        ExportResult::Failed { .. } => None,
    }
}

fn delivered_at(result: &ExportResult) -> Option<DateTime<Utc>> {
    match result {
        ExportResult::Completed { delivered_at, .. } => Some(delivered_at.to_datetime()),
        ExportResult::Failed { .. } => None,
    }
}

fn failure_reason(result: &ExportResult) -> Option<String> {
    match result {
        ExportResult::Completed { .. } => None,
        ExportResult::Failed { reason } => Some(reason.to_string()),
    }
}
