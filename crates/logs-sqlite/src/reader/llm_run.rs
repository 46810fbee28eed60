//! Runs.

use logs_domain::page::Walk;
use logs_domain::{
    ExecutionStatus, LlmRunFilter, LlmRunSnapshot, PageRequest, QueryResult, ReadMethod, RecordId,
    RunId, StoreResult, TenantId, TraceId,
};
use logs_sql::decode::{self, StoredRow};
use logs_sql::filter;
use sqlx::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqliteRow};

use super::trace;
use crate::decode::Row;
use crate::list::{Selection, page, push_id};
use crate::{SqliteStore, error};

pub(super) const TABLE: &str = "llm_run";

pub(crate) async fn list(
    store: &SqliteStore,
    tenant: &TenantId,
    filter: &LlmRunFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<LlmRunSnapshot>> {
    let walk = Walk::new(ReadMethod::ListLlmRuns, tenant, filter, request)?;
    let conditions =
        |query: &mut QueryBuilder<Sqlite>| filter::llm_run::push(query, tenant, filter, push_id);
    let selection = Selection {
        table: TABLE,
        index: index(filter),
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let read = |row: &Row<'_>| row.asked(decode::llm_run(tenant, row)?, |run| filter.matches(run));
    page(store, selection, &walk, TABLE, read).await
}

pub(crate) async fn get(
    store: &SqliteStore,
    tenant: &TenantId,
    run_id: &RunId,
) -> StoreResult<Option<LlmRunSnapshot>> {
    let row = sqlx::query("SELECT * FROM llm_run WHERE tenant_id = ? AND id = ?")
        .bind(tenant.as_str())
        .bind(RecordId::of_run(tenant, run_id).as_bytes().as_slice())
        .fetch_optional(&store.readers)
        .await
        .map_err(error::read)?;
    let read = |row: SqliteRow| {
        let row = Row::new(&row, TABLE);
        row.asked(decode::llm_run(tenant, &row)?, |run| run.run_id == *run_id)
    };
    row.map(read).transpose()
}

pub(crate) async fn trace_id(
    store: &SqliteStore,
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

/// The index of the most selective promised query in the filter.
pub(super) fn index(filter: &LlmRunFilter) -> Option<&'static str> {
    if filter.run_id.is_some() {
        // The primary key finds the derived id.
        None
    } else if filter.trace_id.is_some() {
        Some("llm_run_by_trace")
    } else if filter.session_id.is_some() {
        Some("llm_run_by_session")
    } else if filter.model.is_some() {
        Some("llm_run_by_model")
    } else {
        let failed = |status: &ExecutionStatus| *status != ExecutionStatus::Succeeded;
        filter
            .execution_status
            .as_ref()
            .is_some_and(failed)
            .then_some("llm_run_not_succeeded")
    }
}
