//! Trace headers and trace steps.

use logs_domain::page::{Keyed, StepOrder, Walk, refuse_twins};
use logs_domain::{
    PageRequest, Position, QueryResult, ReadMethod, RecordId, RecordKind, RunId, StoreError,
    StoreResult, TenantId, TraceFilter, TraceId, TraceSnapshot, TraceStepFilter, TraceStepRecord,
    TraceStepSnapshot,
};
use logs_sql::condition::push_equal;
use logs_sql::decode::{self, StoredRow};
use logs_sql::filter;
use logs_sql::step::{self, LAST_POSITION, OrderedStep, Part};
use sqlx::QueryBuilder;
use sqlx::postgres::{PgConnection, PgRow, Postgres};

use crate::decode::Row;
use crate::execute::{ReadTransaction, reading, rows};
use crate::list::{Selection, SortPlan, page, push_key, push_keyed, total};
use crate::lookup::by_key;
use crate::{PostgresStore, error, kind};

pub(super) const STEPS: &str = "trace_step";

pub(crate) async fn list(
    store: &PostgresStore,
    tenant: &TenantId,
    filter: &TraceFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceSnapshot>> {
    let walk = Walk::new(ReadMethod::ListTraces, tenant, filter, request)?;
    let conditions = |query: &mut QueryBuilder<Postgres>| {
        let key =
            |query: &mut QueryBuilder<Postgres>, id| push_key(query, tenant, RecordKind::Trace, id);
        filter::trace::push(query, tenant, filter, key);
    };
    let selection = Selection {
        kinds: &[RecordKind::Trace],
        columns: kind::columns(RecordKind::Trace),
        table: "logs.trace",
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let read =
        |row: &Row<'_>| row.asked(decode::trace(tenant, row)?, |trace| filter.matches(trace));
    let page = page(store, selection, SortPlan::IndexOrder, &walk, read).await?;
    if let Some(trace_id) = &filter.trace_id
        && page.items.is_empty()
        && matches!(request.position, Position::Offset(_))
    {
        // The header may be in another place than its key says. That is an error.
        get(store, tenant, trace_id).await?;
    }
    Ok(page)
}

pub(crate) async fn get(
    store: &PostgresStore,
    tenant: &TenantId,
    trace_id: &TraceId,
) -> StoreResult<Option<TraceSnapshot>> {
    let id = RecordId::of_trace(tenant, trace_id);
    let read = |_: &str, row: &Row<'_>| decode::trace(tenant, row);
    by_key(store, &[tenant.as_str()], RecordKind::Trace, id, read).await
}

/// The trace of the header that names a run, with the smallest record time and id.
pub(super) async fn first_of_run(
    store: &PostgresStore,
    tenant: &TenantId,
    run_id: &RunId,
) -> StoreResult<Option<TraceId>> {
    let mut query = QueryBuilder::new("");
    push_keyed(&mut query, &[RecordKind::Trace], |query| {
        query
            .push("SELECT ")
            .push(kind::columns(RecordKind::Trace))
            .push(" FROM logs.trace WHERE class = 0 AND tenant_id = ")
            .push_bind(tenant.to_string())
            .push(" AND run_id = ")
            .push_bind(run_id.to_string())
            .push(" ORDER BY created_at, trace_id LIMIT 1");
    });
    let read = |row: &PgRow| {
        let row = Row::new(row, "trace");
        row.asked(decode::trace(tenant, &row)?, |trace| {
            trace.run_id.as_ref() == Some(run_id)
        })
    };
    let found = rows(store, query, 1, read).await?;
    Ok(found.into_iter().next().map(|trace| trace.trace_id))
}

pub(crate) async fn list_steps(
    store: &PostgresStore,
    tenant: &TenantId,
    filter: &TraceStepFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceStepRecord>> {
    let walk = Walk::new(ReadMethod::ListTraceSteps, tenant, filter, request)?;
    let conditions = |query: &mut QueryBuilder<Postgres>| filter::trace::push_steps(query, filter);
    let tenant_key = tenant.as_str();
    let selection = Selection {
        kinds: &[RecordKind::TraceStep],
        columns: kind::columns(RecordKind::TraceStep),
        table: "logs.trace_step",
        tenant: tenant_key,
        conditions: &conditions,
    };
    let order = match filter.trace_id {
        Some(_) => SortPlan::SortSmall,
        None => SortPlan::IndexOrder,
    };
    let read = |row: &Row<'_>| {
        row.asked(decode::trace_step(tenant, row)?, |step| {
            filter.matches(step)
        })
    };
    page(store, selection, order, &walk, read).await
}

pub(crate) async fn steps_of(
    store: &PostgresStore,
    tenant: &TenantId,
    trace_id: &TraceId,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceStepSnapshot>> {
    let walk = Walk::new(ReadMethod::GetTraceSteps, tenant, trace_id, request)?;
    let trace = Trace { tenant, trace_id };
    let steps = reading(trace.page(store, &walk)).await?;
    let conditions =
        |query: &mut QueryBuilder<Postgres>| push_equal(query, "trace_id", Some(trace_id));
    let counted = Selection {
        kinds: &[RecordKind::TraceStep],
        columns: kind::columns(RecordKind::TraceStep),
        table: "logs.trace_step",
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
    /// The steps of a page, from both parts of the trace: steps with a position, then the others.
    async fn page(
        &self,
        store: &PostgresStore,
        walk: &Walk<'_, StepOrder>,
    ) -> StoreResult<Vec<Keyed<StepOrder, TraceStepSnapshot>>> {
        let mut snapshot = ReadTransaction::begin(store).await?;
        let connection = snapshot.connection();
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
        snapshot.end().await?;
        let indexed = indexes.into_iter().zip(steps);
        let mut steps: Vec<_> = indexed.map(|(index, step)| step.indexed(index)).collect();
        refuse_twins(&mut steps, |_| StoreError::inconsistent(STEPS, "id", ""));
        Ok(steps)
    }

    /// Up to `wanted` steps of one part, after the start of the walk if it is in this part, and
    /// after an offset.
    async fn rows(
        &self,
        connection: &mut PgConnection,
        part: Part,
        walk: &Walk<'_, StepOrder>,
        (limit, offset): (usize, usize),
    ) -> StoreResult<Vec<OrderedStep>> {
        let direction = walk.direction();
        let mut query = QueryBuilder::new("");
        push_keyed(&mut query, &[RecordKind::TraceStep], |query| {
            query
                .push("SELECT ")
                .push(kind::columns(RecordKind::TraceStep));
            self.push(query, part);
            if let Some(from) = walk.from().filter(|from| Part::of(from) == part) {
                step::push_behind(query, from, direction);
            }
            part.push_order(query, direction);
            query.push(" LIMIT ").push_bind(limit as i64);
            query.push(" OFFSET ").push_bind(offset as i64);
        });
        part.push_order(&mut query, direction);
        let rows = query.build().fetch_all(connection).await;
        let rows = rows.map_err(error::read)?;
        rows.iter().map(|row| self.ordered(row)).collect()
    }

    async fn count(&self, connection: &mut PgConnection, part: Part) -> StoreResult<usize> {
        let mut query = QueryBuilder::new("SELECT COUNT(*)");
        self.push(&mut query, part);
        let counted = query.build_query_scalar().fetch_one(connection).await;
        let counted: i64 = counted.map_err(error::read)?;
        Ok(usize::try_from(counted).unwrap_or_default())
    }

    /// Pushes `FROM … WHERE …` of a part of the trace, open for more conditions.
    fn push(&self, query: &mut QueryBuilder<Postgres>, part: Part) {
        query
            .push(" FROM logs.trace_step WHERE class = 0 AND tenant_id = ")
            .push_bind(self.tenant.to_string())
            .push(" AND trace_id = ")
            .push_bind(self.trace_id.to_string())
            .push(part.condition());
    }

    /// The index in the whole trace of each of some consecutive steps.
    pub(super) async fn indexes(
        &self,
        connection: &mut PgConnection,
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
    pub(super) fn ordered(&self, row: &PgRow) -> StoreResult<OrderedStep> {
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
    async fn index_of(&self, connection: &mut PgConnection, order: &StepOrder) -> StoreResult<u32> {
        let (timestamp, span_id) = match order {
            StepOrder::Position(position) => return Ok(position.get()),
            StepOrder::Span { timestamp, span_id } => (timestamp, span_id),
        };
        let index = sqlx::query_scalar!(
            "SELECT (SELECT COALESCE(MAX(position) + 1, 0) \
                 FROM logs.trace_step \
                 WHERE class = 0 AND tenant_id = $1 AND trace_id = $2 AND position IS NOT NULL \
                     AND position <= $5) \
             + (SELECT COUNT(*) FROM logs.trace_step \
                 WHERE class = 0 AND tenant_id = $1 AND trace_id = $2 AND (timestamp, span_id) < ($3, $4) \
                 AND span_id IS NOT NULL AND position IS NULL) AS \"index!\"",
            self.tenant.as_str(),
            self.trace_id.as_str(),
            timestamp.to_datetime(),
            span_id.as_str(),
            LAST_POSITION,
        )
        .fetch_one(connection)
        .await
        .map_err(error::read)?;
        Ok(u32::try_from(index).unwrap_or(u32::MAX))
    }
}
