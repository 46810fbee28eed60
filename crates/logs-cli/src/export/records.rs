//! The records of an export, streamed.

use std::io;

use futures_util::{Stream, StreamExt, pin_mut};
use logs_domain::{
    AuditFilter, Direction, LlmRunFilter, LogsReaderExt, LogsStore, Record, StoreResult,
    SystemRecordFilter, TenantId, TimeRange, Timestamp, TraceFilter, TraceStepFilter,
};

use super::kind::Scope;
use super::sink::Sink;
use crate::failure::Failure;
use crate::output::Inconsistency;

/// Writes every record of the scope in the window, one kind after the other, in the order of the
/// lists.
pub(crate) async fn write_all(
    store: &dyn LogsStore,
    tenant: &TenantId,
    scope: Scope,
    window: TimeRange,
    sink: &mut Sink,
) -> Result<(), Failure> {
    match scope {
        Scope::System => {
            let filter = SystemRecordFilter::default().created(window);
            let records = store.stream_system_records(tenant, &filter, Direction::Descending);
            write(sink, "system_record", records, |record| {
                (record.created_at, Record::SystemRecord(record))
            })
            .await
        }
        Scope::Audit => {
            let filter = AuditFilter::default().created(window);
            let entries = store.stream_audit_entries(tenant, &filter, Direction::Descending);
            write(sink, "audit_entry", entries, |entry| {
                (entry.created_at, Record::AuditEntry(entry))
            })
            .await
        }
        Scope::LlmRun => write_llm_runs(store, tenant, window, sink).await,
    }
}

async fn write_llm_runs(
    store: &dyn LogsStore,
    tenant: &TenantId,
    window: TimeRange,
    sink: &mut Sink,
) -> Result<(), Failure> {
    let filter = LlmRunFilter::default().created(window);
    let runs = store.stream_llm_runs(tenant, &filter, Direction::Descending);
    write(sink, "llm_run", runs, |run| {
        (run.created_at, Record::LlmRun(run))
    })
    .await?;
    let filter = TraceFilter::default().created(window);
    let traces = store.stream_traces(tenant, &filter, Direction::Descending);
    write(sink, "trace", traces, |trace| {
        (trace.created_at, Record::Trace(trace))
    })
    .await?;
    let filter = TraceStepFilter::default().created(window);
    let steps = store.stream_trace_steps(tenant, &filter, Direction::Descending);
    write(sink, "trace_step", steps, |step| {
        (step.created_at, Record::TraceStep(step))
    })
    .await
}

/// Decides what to do about an inconsistent record.
const SKIP: &str = "--skip-inconsistent leaves such records out and names them";

async fn write<T>(
    sink: &mut Sink,
    kind: &'static str,
    records: impl Stream<Item = StoreResult<T>>,
    record: impl Fn(T) -> (Timestamp, Record),
) -> Result<(), Failure> {
    pin_mut!(records);
    while let Some(item) = records.next().await {
        match item {
            Ok(item) => {
                let (created_at, item) = record(item);
                sink.write(kind, created_at, &item).map_err(unwritable)?;
            }
            // Without its position, the stream cannot continue past it, and later records would be
            // missing.
            Err(error) => match Inconsistency::of(&error) {
                Some(found) if sink.skips() && error.place().is_some() => sink.skip(found),
                Some(found) => return Err(found.as_error().and_also(SKIP)),
                None => return Err(error.into()),
            },
        }
    }
    Ok(())
}

/// The file cannot be written.
pub(crate) fn unwritable(error: io::Error) -> Failure {
    Failure::refused(format!("the export cannot be written: {error}"))
}
