//! Runs.

use logs_domain::page::Walk;
use logs_domain::{
    ExecutionStatus, LlmRunFilter, LlmRunSnapshot, PageRequest, Position, QueryResult, ReadMethod,
    RecordId, RecordKind, RunId, StoreResult, TenantId, TimeRange, TraceId,
};
use logs_sql::decode::{self, StoredRow};
use logs_sql::filter;
use sqlx::QueryBuilder;
use sqlx::postgres::Postgres;

use super::trace;
use crate::decode::Row;
use crate::list::{Selection, SortPlan, page, push_key};
use crate::lookup::by_key;
use crate::{PostgresStore, kind};

pub(crate) async fn list(
    store: &PostgresStore,
    tenant: &TenantId,
    filter: &LlmRunFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<LlmRunSnapshot>> {
    let walk = Walk::new(ReadMethod::ListLlmRuns, tenant, filter, request)?;
    let conditions = |query: &mut QueryBuilder<Postgres>| {
        let key = |query: &mut QueryBuilder<Postgres>, id| {
            push_key(query, tenant, RecordKind::LlmRun, id)
        };
        filter::llm_run::push(query, tenant, filter, key);
    };
    let selection = Selection {
        kinds: &[RecordKind::LlmRun],
        columns: kind::columns(RecordKind::LlmRun),
        table: "logs.llm_run",
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let read = |row: &Row<'_>| row.asked(decode::llm_run(tenant, row)?, |run| filter.matches(run));
    let page = page(store, selection, order(filter), &walk, read).await?;
    if let Some(run_id) = &filter.run_id
        && page.items.is_empty()
        && matches!(request.position, Position::Offset(_))
    {
        // The record may be in another place than its key says. That is an error.
        get(store, tenant, run_id).await?;
    }
    Ok(page)
}

pub(crate) async fn get(
    store: &PostgresStore,
    tenant: &TenantId,
    run_id: &RunId,
) -> StoreResult<Option<LlmRunSnapshot>> {
    let id = RecordId::of_run(tenant, run_id);
    let read = |_: &str, row: &Row<'_>| decode::llm_run(tenant, row);
    by_key(store, &[tenant.as_str()], RecordKind::LlmRun, id, read).await
}

pub(crate) async fn trace_id(
    store: &PostgresStore,
    tenant: &TenantId,
    run_id: &RunId,
) -> StoreResult<Option<TraceId>> {
    if let Some(own) = get(store, tenant, run_id)
        .await?
        .and_then(|run| run.trace_id)
    {
        return Ok(Some(own));
    }
    trace::first_of_run(store, tenant, run_id).await
}

/// A filter by run id finds at most one run, whatever the other conditions.
fn order(filter: &LlmRunFilter) -> SortPlan {
    let succeeded = Some(ExecutionStatus::Succeeded);
    let promised = [
        filter.trace_id.is_some(),
        filter.session_id.is_some(),
        filter.model.is_some(),
        filter.execution_status.is_some() && filter.execution_status != succeeded,
    ];
    let others = [
        filter.provider.is_some(),
        filter.execution_status == succeeded,
        filter.source.is_some(),
        filter.is_synthetic.is_some(),
        filter.started != TimeRange::ALL,
    ];
    match filter.run_id {
        Some(_) => SortPlan::IndexOrder,
        None => SortPlan::of(&promised, &others),
    }
}
