//! Trace headers and trace steps.

use logs_domain::page::{Keyed, StepOrder, Walk, refuse_twins};
use logs_domain::{
    PageRequest, QueryResult, ReadMethod, RecordId, RunId, StoreError, StoreResult, TenantId,
    TraceFilter, TraceId, TraceSnapshot, TraceStepFilter, TraceStepRecord, TraceStepSnapshot,
};
use logs_sql::condition::push_equal;
use logs_sql::decode::{self, StoredRow};
use logs_sql::filter;
use logs_sql::step::{self, LAST_POSITION, OrderedStep, Part};
use sqlx::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteRow};

use crate::decode::Row;
use crate::list::{Selection, page, push_id, total};
use crate::{SqliteStore, error};

const TABLE: &str = "trace";
pub(super) const STEPS: &str = "trace_step";

pub(crate) async fn list(
    store: &SqliteStore,
    tenant: &TenantId,
    filter: &TraceFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceSnapshot>> {
    let walk = Walk::new(ReadMethod::ListTraces, tenant, filter, request)?;
    let conditions =
        |query: &mut QueryBuilder<Sqlite>| filter::trace::push(query, tenant, filter, push_id);
    let by_run = filter.trace_id.is_none() && filter.run_id.is_some();
    let selection = Selection {
        table: TABLE,
        index: by_run.then_some("trace_by_run"),
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let read =
        |row: &Row<'_>| row.asked(decode::trace(tenant, row)?, |trace| filter.matches(trace));
    page(store, selection, &walk, TABLE, read).await
}

pub(crate) async fn get(
    store: &SqliteStore,
    tenant: &TenantId,
    trace_id: &TraceId,
) -> StoreResult<Option<TraceSnapshot>> {
    let row = sqlx::query("SELECT * FROM trace WHERE tenant_id = ? AND id = ?")
        .bind(tenant.as_str())
        .bind(RecordId::of_trace(tenant, trace_id).as_bytes().as_slice())
        .fetch_optional(&store.readers)
        .await
        .map_err(error::read)?;
    let read = |row: SqliteRow| {
        let row = Row::new(&row, TABLE);
        row.asked(decode::trace(tenant, &row)?, |trace| {
            trace.trace_id == *trace_id
        })
    };
    row.map(read).transpose()
}

/// The trace of the header that names a run, with the smallest record time and id.
pub(super) async fn first_of_run(
    store: &SqliteStore,
    tenant: &TenantId,
    run_id: &RunId,
) -> StoreResult<Option<TraceId>> {
    let row = sqlx::query(
        "SELECT * FROM trace INDEXED BY trace_by_run \
         WHERE tenant_id = ? AND run_id = ? ORDER BY created_at, trace_id LIMIT 1",
    )
    .bind(tenant.as_str())
    .bind(run_id.as_str())
    .fetch_optional(&store.readers)
    .await
    .map_err(error::read)?;
    let read = |row: SqliteRow| {
        let row = Row::new(&row, TABLE);
        let is_named = |trace: &TraceSnapshot| trace.run_id.as_ref() == Some(run_id);
        Ok(row.asked(decode::trace(tenant, &row)?, is_named)?.trace_id)
    };
    row.map(read).transpose()
}

pub(crate) async fn list_steps(
    store: &SqliteStore,
    tenant: &TenantId,
    filter: &TraceStepFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceStepRecord>> {
    let walk = Walk::new(ReadMethod::ListTraceSteps, tenant, filter, request)?;
    let conditions = |query: &mut QueryBuilder<Sqlite>| filter::trace::push_steps(query, filter);
    let selection = Selection {
        table: STEPS,
        index: None,
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let read = |row: &Row<'_>| {
        row.asked(decode::trace_step(tenant, row)?, |step| {
            filter.matches(step)
        })
    };
    page(store, selection, &walk, STEPS, read).await
}

pub(crate) async fn steps_of(
    store: &SqliteStore,
    tenant: &TenantId,
    trace_id: &TraceId,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceStepSnapshot>> {
    let walk = Walk::new(ReadMethod::GetTraceSteps, tenant, trace_id, request)?;
    // One state of the file for all statements of the page.
    let mut transaction = store.readers.begin().await.map_err(error::read)?;
    let trace = Trace { tenant, trace_id };
    let mut steps = trace.page(&mut transaction, &walk).await?;
    refuse_twins(&mut steps, |_| StoreError::inconsistent(STEPS, "id", ""));
    transaction.rollback().await.map_err(error::read)?;

    let conditions =
        |query: &mut QueryBuilder<Sqlite>| push_equal(query, "trace_id", Some(trace_id));
    let index = Some("trace_step_by_time");
    let counted = Selection {
        table: STEPS,
        index,
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let total = total(store, request, &[counted]).await?;
    walk.page(steps, total)
}

/// The steps of one trace.
pub(super) struct Trace<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) trace_id: &'a TraceId,
}

impl Trace<'_> {
    /// The steps of a page, of both parts of the trace.
    async fn page(
        &self,
        connection: &mut SqliteConnection,
        walk: &Walk<'_, StepOrder>,
    ) -> StoreResult<Vec<Keyed<StepOrder, TraceStepSnapshot>>> {
        let [first, second] = Part::in_order(walk);
        let begins = walk.from().map_or(first, Part::of);
        let mut steps = Vec::new();
        let mut offset = walk.offset();
        if begins == first {
            let limit = (walk.wanted(), offset);
            steps = self.rows(connection, first, walk, limit).await?;
            if offset > 0 && steps.is_empty() {
                offset = offset.saturating_sub(self.count(connection, first).await?);
            } else {
                offset = 0;
            }
        }
        let missing = walk.wanted() - steps.len();
        if missing > 0 {
            let limit = (missing, offset);
            steps.extend(self.rows(connection, second, walk, limit).await?);
        }
        let indexes = self.indexes(connection, &steps, walk.is_reversed()).await?;
        let indexed = indexes.into_iter().zip(steps);
        Ok(indexed.map(|(index, step)| step.indexed(index)).collect())
    }

    /// Up to `wanted` steps of one part, after the start of the walk if it is in this part, and
    /// after an offset.
    async fn rows(
        &self,
        connection: &mut SqliteConnection,
        part: Part,
        walk: &Walk<'_, StepOrder>,
        (limit, offset): (usize, usize),
    ) -> StoreResult<Vec<OrderedStep>> {
        let mut query = QueryBuilder::new("SELECT *");
        self.push(&mut query, part);
        if let Some(from) = walk.from().filter(|from| Part::of(from) == part) {
            step::push_behind(&mut query, from, walk.direction());
        }
        part.push_order(&mut query, walk.direction());
        query.push(" LIMIT ").push_bind(limit as i64);
        query.push(" OFFSET ").push_bind(offset as i64);
        let rows = query.build().fetch_all(connection).await;
        let rows = rows.map_err(error::read)?;
        rows.iter().map(|row| self.ordered(row)).collect()
    }

    async fn count(&self, connection: &mut SqliteConnection, part: Part) -> StoreResult<usize> {
        let mut query = QueryBuilder::new("SELECT COUNT(*)");
        self.push(&mut query, part);
        let counted = query.build_query_scalar().fetch_one(connection).await;
        let counted: i64 = counted.map_err(error::read)?;
        Ok(usize::try_from(counted).unwrap_or_default())
    }

    /// Pushes `FROM … WHERE …` of a part of the trace, open for more conditions.
    fn push(&self, query: &mut QueryBuilder<Sqlite>, part: Part) {
        let index = match part {
            Part::Positioned => "trace_step_by_position",
            Part::Spans => "trace_step_by_time",
        };
        query
            .push(" FROM trace_step INDEXED BY ")
            .push(index)
            .push(" WHERE tenant_id = ")
            .push_bind(self.tenant.to_string())
            .push(" AND trace_id = ")
            .push_bind(self.trace_id.to_string())
            .push(part.condition());
    }

    /// The index in the whole trace of each of some consecutive steps.
    pub(super) async fn indexes(
        &self,
        connection: &mut SqliteConnection,
        steps: &[OrderedStep],
        is_reversed: bool,
    ) -> StoreResult<Vec<u32>> {
        let first = match step::first_span(steps) {
            Some(order) => self.index_of(connection, order).await?,
            None => 0,
        };
        Ok(step::indexes(steps, first, is_reversed))
    }

    /// The step of a row, and its position in the list, even if the step is inconsistent.
    pub(super) fn ordered(&self, row: &SqliteRow) -> StoreResult<OrderedStep> {
        let row = Row::new(row, STEPS);
        let (timestamp, order) = step::place(&row, self.tenant)?;
        let is_own = |step: &TraceStepRecord| step.trace_id == *self.trace_id;
        let step = decode::trace_step(self.tenant, &row).and_then(|step| row.asked(step, is_own));
        Ok(OrderedStep {
            timestamp,
            order,
            step,
        })
    }

    /// The index in the whole trace of a step with a span: after the last position and the earlier
    /// spans. The index of a step with a position is that position.
    async fn index_of(
        &self,
        connection: &mut SqliteConnection,
        order: &StepOrder,
    ) -> StoreResult<u32> {
        let (timestamp, span_id) = match order {
            StepOrder::Position(position) => return Ok(position.get()),
            StepOrder::Span { timestamp, span_id } => (timestamp, span_id),
        };
        let index: i64 = sqlx::query_scalar(
            "SELECT (SELECT COALESCE(MAX(position) + 1, 0) \
                 FROM trace_step INDEXED BY trace_step_by_position \
                 WHERE tenant_id = ?1 AND trace_id = ?2 AND position <= ?5) \
             + (SELECT COUNT(*) FROM trace_step INDEXED BY trace_step_by_time \
                 WHERE tenant_id = ?1 AND trace_id = ?2 AND (timestamp, span_id) < (?3, ?4) \
                 AND span_id IS NOT NULL AND position IS NULL)",
        )
        .bind(self.tenant.as_str())
        .bind(self.trace_id.as_str())
        .bind(timestamp.as_micros())
        .bind(span_id.as_str())
        .bind(LAST_POSITION)
        .fetch_one(connection)
        .await
        .map_err(error::read)?;
        Ok(u32::try_from(index).unwrap_or(u32::MAX))
    }
}
