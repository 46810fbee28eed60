//! What happens around runs: steps of a long trace, records of the system, entries of the audit.

use logs_domain::{
    AppendBatch, Draft, LogsWriter, OnConflict, RecordId, RunId, TenantId, Timestamp, TraceId,
};

/// The correlation of one record in fifty.
pub(crate) const CORRELATION: &str = "correlation-of-some";
/// The entity of one entry in fifty.
pub(crate) const ENTITY: &str = "limit-of-some";
/// When the first of them happened: 2026-11-01T00:00:00Z.
pub(crate) const BEGIN: i64 = super::BEGIN;
/// Microseconds between two of them.
const GAP: i64 = 100_000;
/// Events of one append: three records each.
const EVENTS: usize = 3_000;

/// The trace of one step in fifty.
pub(crate) fn trace() -> anyhow::Result<TraceId> {
    Ok(TraceId::new("trace-of-some")?)
}

/// The run that one entry in fifty is about.
pub(crate) fn run() -> anyhow::Result<RunId> {
    Ok(RunId::new("run-of-some")?)
}

/// Stores so many events: of each a step, a record of the system and an entry of the audit.
pub(crate) async fn store(
    store: &dyn LogsWriter,
    tenant: &TenantId,
    events: usize,
) -> anyhow::Result<()> {
    for first in (0..events).step_by(EVENTS) {
        let drafts = (first..events.min(first + EVENTS)).map(|event| drafts(tenant, event));
        let drafts: Vec<_> = drafts.collect::<anyhow::Result<_>>()?;
        let batch = AppendBatch::new(drafts.into_iter().flatten().collect())?;
        store.append(tenant, &batch, OnConflict::RejectCall).await?;
    }
    Ok(())
}

fn drafts(tenant: &TenantId, event: usize) -> anyhow::Result<[Draft; 3]> {
    let group = |some: &str| {
        if event.is_multiple_of(50) {
            some.to_owned()
        } else {
            format!("{some}-{}", event / 5)
        }
    };
    let micros = BEGIN + GAP * i64::try_from(event)?;
    let time = Timestamp::from_micros(micros)?;
    let id = |source| RecordId::imported(tenant, source, event as u64);
    let (trace, run) = (group(trace()?.as_str()), group(run()?.as_str()));
    let (correlation, entity) = (group(CORRELATION), group(ENTITY));
    let (system, audit) = (id("bench system"), id("bench audit"));
    Ok([
        Draft::from_json(&format!(
            r#"{{"trace_step":{{"trace_id":"{trace}","key":{{"span":"span-{event}"}},"timestamp":"{time}","skill_name":"search","status":"SUCCEEDED","outcome_category":"ok","duration_ms":120}}}}"#
        ))?,
        Draft::from_json(&format!(
            r#"{{"system_record":{{"id":"{system}","component":"worker","event_type":"ERROR","severity":"WARN","summary":"a call was tried again","correlation_id":"{correlation}","occurred_at":"{time}"}}}}"#
        ))?,
        Draft::from_json(&format!(
            r#"{{"audit_entry":{{"id":"{audit}","event_type":"LimitBreached","entity_type":"LIMIT","entity_id":"{entity}","actor_type":"SYSTEM","after_state":{{"run_id":"{run}"}},"occurred_at":"{time}"}}}}"#
        ))?,
    ])
}
