//! Runs.

use logs_domain::page::Walk;
use logs_domain::{
    ExecutionStatus, LlmRunFilter, LlmRunSnapshot, PageRequest, QueryResult, ReadMethod, RecordId,
    RunId, StoreResult, TenantId, TraceId,
};
use sqlx::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqliteRow};

use super::trace;
use crate::decode::Row;
use crate::list::{Selection, page, push_equal, push_range};
use crate::{SqliteStore, error};

const TABLE: &str = "llm_run";

pub(super) async fn list(
    store: &SqliteStore,
    tenant: &TenantId,
    filter: &LlmRunFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<LlmRunSnapshot>> {
    let walk = Walk::new(ReadMethod::ListLlmRuns, tenant, filter, request)?;
    let conditions = |query: &mut QueryBuilder<Sqlite>| push_conditions(query, tenant, filter);
    let selection = Selection {
        table: TABLE,
        index: index(filter),
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let read = |row: &Row<'_>| row.asked(snapshot(tenant, row)?, |run| filter.matches(run));
    page(store, selection, &walk, TABLE, read).await
}

pub(super) async fn get(
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
        row.asked(snapshot(tenant, &row)?, |run| run.run_id == *run_id)
    };
    row.map(read).transpose()
}

pub(super) async fn trace_id(
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

/// The index of the most selective promised question that the filter asks.
fn index(filter: &LlmRunFilter) -> Option<&'static str> {
    if filter.run_id.is_some() {
        // The key of the table answers, by the derived id.
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

fn push_conditions(query: &mut QueryBuilder<Sqlite>, tenant: &TenantId, filter: &LlmRunFilter) {
    let LlmRunFilter {
        run_id,
        trace_id,
        session_id,
        provider,
        model,
        execution_status,
        source,
        is_synthetic,
        started,
        created,
    } = filter;
    if let Some(run_id) = run_id {
        let id = RecordId::of_run(tenant, run_id);
        query.push(" AND id = ").push_bind(id.as_bytes().to_vec());
    }
    push_equal(query, "trace_id", trace_id.as_ref());
    push_equal(query, "session_id", session_id.as_ref());
    push_equal(query, "provider", provider.as_ref());
    push_equal(query, "model", model.as_ref());
    if let Some(status) = *execution_status {
        push_equal(query, "execution_status", Some(status));
        if status != ExecutionStatus::Succeeded {
            // The words of the partial index, which it is chosen by.
            query.push(" AND execution_status <> 'SUCCEEDED'");
        }
    }
    push_equal(query, "source", *source);
    if let Some(is_synthetic) = *is_synthetic {
        query.push(" AND is_synthetic = ").push_bind(is_synthetic);
    }
    push_range(query, "started_at", started);
    push_range(query, "created_at", created);
}

pub(crate) fn snapshot(tenant: &TenantId, row: &Row<'_>) -> StoreResult<LlmRunSnapshot> {
    let head = row.head(tenant.as_str())?;
    let draft = row.draft(Some(tenant), &head)?;
    let snapshot = LlmRunSnapshot::from_parts(tenant.clone(), draft, head.created_at);
    row.check_id(&head, snapshot.id)?;
    Ok(snapshot)
}
