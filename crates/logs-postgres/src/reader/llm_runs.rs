//! Runs.

use logs_domain::page::ListKey;
use logs_domain::{
    Cost, CursorScope, ExecutionStatus, LlmRunFilter, LlmRunSnapshot, NewLlmRun, PageRequest,
    QueryResult, ReadMethod, RecordId, RunId, StoreResult, TenantId, TimeRange, TokenCount,
    TraceId,
};
use sqlx::QueryBuilder;
use sqlx::postgres::{PgRow, Postgres};

use crate::PostgresStore;
use crate::list::{Order, Selection, newest_first, push_equal, push_key, push_range};
use crate::reading::rows;
use crate::row::Row;

const TABLE: &str = "llm_run";

pub(super) async fn list(
    store: &PostgresStore,
    tenant: &TenantId,
    filter: &LlmRunFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<LlmRunSnapshot>> {
    let scope = CursorScope::new(ReadMethod::ListLlmRuns, tenant, filter);
    let conditions = |query: &mut QueryBuilder<Postgres>| push_conditions(query, tenant, filter);
    let selection = Selection {
        table: "logs.llm_run",
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    newest_first(store, selection, order(filter), request, &scope, |row| {
        let run = snapshot(tenant, row)?;
        Ok((
            ListKey {
                created_at: run.created_at,
                id: run.id,
            },
            run,
        ))
    })
    .await
}

pub(super) async fn get(
    store: &PostgresStore,
    tenant: &TenantId,
    run_id: &RunId,
) -> StoreResult<Option<LlmRunSnapshot>> {
    let mut query = QueryBuilder::new(
        "SELECT llm_run.*, record_key.created_at < dropped_before AS gone FROM logs.record_key \
         LEFT JOIN logs.llm_run USING (tenant_id, class, created_at, id) \
         LEFT JOIN logs.retention_floor USING (class) \
         WHERE kind = 1 AND record_key.tenant_id = ",
    );
    query.push_bind(tenant.to_string());
    query.push(" AND record_key.id = ");
    query.push_bind(RecordId::of_run(tenant, run_id).as_uuid());
    let rows = rows(store, query).await?;
    let found = rows
        .first()
        .map(|row| Row::new(row, TABLE).kept())
        .transpose()?;
    match (rows.first(), found) {
        (Some(row), Some(true)) => snapshot(tenant, row).map(Some),
        (_, _) => Ok(None),
    }
}

pub(super) async fn trace_id(
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
    let mut query =
        QueryBuilder::new("SELECT id, trace_id FROM logs.trace WHERE class = 0 AND tenant_id = ");
    query.push_bind(tenant.to_string());
    query.push(" AND run_id = ").push_bind(run_id.to_string());
    query.push(" ORDER BY created_at, trace_id LIMIT 1");
    let rows = rows(store, query).await?;
    rows.first()
        .map(|row| Row::new(row, "trace").text("trace_id"))
        .transpose()
}

/// A run of its own id is one, whatever else is asked of it.
fn order(filter: &LlmRunFilter) -> Order {
    let succeeded = Some(ExecutionStatus::Succeeded);
    let promised = [
        filter.trace_id.is_some(),
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
        Some(_) => Order::OfIndex,
        None => Order::of(&promised, &others),
    }
}

fn push_conditions(query: &mut QueryBuilder<Postgres>, tenant: &TenantId, filter: &LlmRunFilter) {
    if let Some(run_id) = &filter.run_id {
        push_key(query, tenant, 1, &RecordId::of_run(tenant, run_id));
    }
    push_equal(query, "trace_id", filter.trace_id.as_ref());
    push_equal(query, "provider", filter.provider.as_ref());
    push_equal(query, "model", filter.model.as_ref());
    if let Some(status) = filter.execution_status {
        push_equal(query, "execution_status", Some(status));
        if status != ExecutionStatus::Succeeded {
            // The words of the partial index, which it is chosen by.
            query.push(" AND execution_status <> 'SUCCEEDED'");
        }
    }
    push_equal(query, "source", filter.source);
    if let Some(is_synthetic) = filter.is_synthetic {
        query.push(" AND is_synthetic = ").push_bind(is_synthetic);
    }
    push_range(query, "started_at", &filter.started);
    push_range(query, "created_at", &filter.created);
}

fn snapshot(tenant: &TenantId, row: &PgRow) -> StoreResult<LlmRunSnapshot> {
    let row = Row::new(row, TABLE);
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
    let snapshot = LlmRunSnapshot::from_parts(tenant.clone(), draft, row.time("created_at")?);
    if row.id()? == snapshot.id {
        Ok(snapshot)
    } else {
        Err(row.inconsistent("id"))
    }
}
