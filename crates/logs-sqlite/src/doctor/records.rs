//! One record beside what was written with it: its values, its digest and its id. One function for
//! each table, which takes a whole row.

use logs_domain::{
    Checksum, Cost, DurationMs, LogExportOutcome, NewAuditEntry, NewLlmRun, NewLogExport,
    NewSystemRecord, NewTrace, NewTraceStep, Reason, RecordId, RecordKind, SpanId, StepKey,
    StepPosition, StoreResult, TenantId, Timestamp, TokenCount,
};
use sqlx::sqlite::SqliteRow;

use crate::PLATFORM;
use crate::row::Row;

/// Checks one row of the table of `kind`.
pub(super) fn check(kind: RecordKind, row: &SqliteRow) -> StoreResult<()> {
    match kind {
        RecordKind::LlmRun => llm_run(&Row::new(row, "llm_run")),
        RecordKind::Trace => trace(&Row::new(row, "trace")),
        RecordKind::TraceStep => trace_step(&Row::new(row, "trace_step")),
        RecordKind::SystemRecord => system_record(&Row::new(row, "system_record")),
        RecordKind::AuditEntry => audit_entry(row).map(drop),
        RecordKind::LogExport => log_export(&Row::new(row, "log_export")),
        // The last known kind; a new one does not compile without its table in the schema.
        RecordKind::LogExportOutcome | _ => outcome(&Row::new(row, "log_export_outcome")),
    }
}

fn llm_run(row: &Row<'_>) -> StoreResult<()> {
    let tenant: TenantId = row.text("tenant_id")?;
    let mut draft = NewLlmRun::new(
        row.text("run_id")?,
        row.text("provider")?,
        row.text("model")?,
        row.text("execution_status")?,
        row.time("started_at")?,
        row.text("source")?,
    )
    .synthetic(row.flag("is_synthetic")?);
    draft.trace_id = row.optional_text("trace_id")?;
    draft.input_tokens = row.optional_integer("input_tokens", TokenCount::from_i64)?;
    draft.output_tokens = row.optional_integer("output_tokens", TokenCount::from_i64)?;
    draft.cost = row.optional_integer("cost_nano_usd", Cost::from_nano_usd)?;
    draft.completed_at = row.optional_time("completed_at")?;
    draft.parent_run_id = row.optional_text("parent_run_id")?;
    draft.attributes = row.json("attributes")?;
    row.check(tenant.as_str(), |digest| draft.digest() == digest)?;
    derived(row, RecordId::of_run(&tenant, &draft.run_id))
}

fn trace(row: &Row<'_>) -> StoreResult<()> {
    let tenant: TenantId = row.text("tenant_id")?;
    let mut draft = NewTrace::new(row.text("trace_id")?);
    draft.run_id = row.optional_text("run_id")?;
    draft.started_at = row.optional_time("started_at")?;
    row.check(tenant.as_str(), |digest| draft.digest() == digest)?;
    derived(row, RecordId::of_trace(&tenant, &draft.trace_id))
}

fn trace_step(row: &Row<'_>) -> StoreResult<()> {
    let tenant: TenantId = row.text("tenant_id")?;
    let position = row.optional_integer("position", StepPosition::from_i64)?;
    let span_id: Option<SpanId> = row.optional_text("span_id")?;
    let key = match (position, span_id) {
        (Some(position), None) => StepKey::Position(position),
        (None, Some(span_id)) => StepKey::Span(span_id),
        (Some(_), Some(_)) | (None, None) => return Err(row.inconsistent("position")),
    };
    let mut draft = NewTraceStep::new(
        row.text("trace_id")?,
        key,
        row.time("timestamp")?,
        row.text("skill_name")?,
        row.text("status")?,
        row.text("outcome_category")?,
        row.integer("duration_ms", DurationMs::from_i64)?,
    );
    draft.cost = row.optional_integer("cost_nano_usd", Cost::from_nano_usd)?;
    draft.attributes = row.json("attributes")?;
    row.check(tenant.as_str(), |digest| draft.digest() == digest)?;
    derived(row, RecordId::of_step(&tenant, &draft.trace_id, &draft.key))
}

fn system_record(row: &Row<'_>) -> StoreResult<()> {
    let tenant: Option<TenantId> = row.text("tenant_id").ok();
    let tenant = tenant.as_ref().map_or(PLATFORM, TenantId::as_str);
    let mut draft = NewSystemRecord::new(
        row.id()?,
        row.text("component")?,
        row.text("event_type")?,
        row.text("severity")?,
        row.text("summary")?,
    );
    draft.details = row.json("details")?;
    draft.caused_by = row.optional_text("caused_by")?;
    draft.correlation_id = row.optional_text("correlation_id")?;
    draft.occurred_at = Some(row.time("occurred_at")?);
    let mut without_time = draft.clone();
    without_time.occurred_at = None;
    row.check(tenant, |digest| {
        draft.digest() == digest || without_time.digest() == digest
    })
}

/// The entry too: it says which runs it governs.
pub(super) fn audit_entry(row: &SqliteRow) -> StoreResult<NewAuditEntry> {
    let row = Row::new(row, "audit_entry");
    let tenant: TenantId = row.text("tenant_id")?;
    let mut draft = NewAuditEntry::new(
        row.id()?,
        row.text("event_type")?,
        row.text("entity_type")?,
        row.text("entity_id")?,
        row.text("actor_type")?,
    );
    draft.actor_id = row.optional_text("actor_id")?;
    draft.action_reason = row.optional_text("action_reason")?;
    draft.before_state = row.json("before_state")?;
    draft.after_state = row.json("after_state")?;
    draft.correlation_id = row.optional_text("correlation_id")?;
    draft.occurred_at = Some(row.time("occurred_at")?);
    let mut without_time = draft.clone();
    without_time.occurred_at = None;
    row.check(tenant.as_str(), |digest| {
        draft.digest() == digest || without_time.digest() == digest
    })?;
    Ok(draft)
}

fn log_export(row: &Row<'_>) -> StoreResult<()> {
    let tenant: TenantId = row.text("tenant_id")?;
    let draft = NewLogExport::new(
        row.id()?,
        row.text("scope")?,
        row.text("format")?,
        row.text("requested_by")?,
    );
    row.check(tenant.as_str(), |digest| draft.digest() == digest)
}

fn outcome(row: &Row<'_>) -> StoreResult<()> {
    let tenant: TenantId = row.text("tenant_id")?;
    let checksum: Option<Checksum> = row.optional_text("checksum")?;
    let delivered_at: Option<Timestamp> = row.optional_time("delivered_at")?;
    let reason: Option<Reason> = row.optional_text("failure_reason")?;
    let draft = match (checksum, delivered_at, reason) {
        (Some(checksum), Some(at), None) => LogExportOutcome::completed(row.id()?, checksum, at),
        (None, None, Some(reason)) => LogExportOutcome::failed(row.id()?, reason),
        (_, _, _) => return Err(row.inconsistent("checksum")),
    };
    row.check(tenant.as_str(), |digest| draft.digest() == digest)
}

/// Checks that the id is the one that is derived from the key.
fn derived(row: &Row<'_>, id: RecordId) -> StoreResult<()> {
    if row.id()? == id {
        Ok(())
    } else {
        Err(row.inconsistent("id"))
    }
}
