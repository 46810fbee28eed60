//! Trace headers and trace steps.

use logs_domain::page::{StepOrder, refuse_twins};
use logs_domain::{
    CursorScope, PageRequest, Position, QueryResult, ReadMethod, RecordId, RecordKind, RunId,
    SpanId, StepPosition, StoreError, StoreResult, TenantId, Timestamp, TraceFilter, TraceId,
    TraceSnapshot, TraceStepFilter, TraceStepRecord, TraceStepSnapshot,
};
use sqlx::postgres::{PgConnection, PgRow, Postgres};
use sqlx::{QueryBuilder, Row as _};

mod ordered;

use self::ordered::KeyedStep;
pub(super) use self::ordered::OrderedStep;
use crate::decode::Row;
use crate::execute::{ReadTransaction, reading, rows};
use crate::list::{
    Selection, SortPlan, newest_first, push_equal, push_key, push_keyed, push_range, total,
};
use crate::lookup::by_key;
use crate::{PostgresStore, error, kind};

const STEPS: &str = "trace_step";
/// The last position that a step can have.
const LAST: i64 = StepPosition::MAX as i64;
pub(super) async fn list(
    store: &PostgresStore,
    tenant: &TenantId,
    filter: &TraceFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceSnapshot>> {
    let scope = CursorScope::new(ReadMethod::ListTraces, tenant, filter);
    let conditions = |query: &mut QueryBuilder<Postgres>| {
        if let Some(trace_id) = &filter.trace_id {
            push_key(
                query,
                tenant,
                RecordKind::Trace,
                &RecordId::of_trace(tenant, trace_id),
            );
        }
        push_equal(query, "run_id", filter.run_id.as_ref());
        push_range(query, "created_at", &filter.created);
    };
    let selection = Selection {
        kinds: &[RecordKind::Trace],
        columns: kind::columns(RecordKind::Trace),
        table: "logs.trace",
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let read = |row: &Row<'_>| row.asked(header(tenant, row)?, |trace| filter.matches(trace));
    let page = newest_first(
        store,
        selection,
        SortPlan::IndexOrder,
        request,
        &scope,
        read,
    )
    .await?;
    if let Some(trace_id) = &filter.trace_id
        && page.items.is_empty()
        && !matches!(request.position, Position::After(_))
    {
        // Its header may be elsewhere than its key says: that is told.
        get(store, tenant, trace_id).await?;
    }
    Ok(page)
}

pub(super) async fn get(
    store: &PostgresStore,
    tenant: &TenantId,
    trace_id: &TraceId,
) -> StoreResult<Option<TraceSnapshot>> {
    let id = RecordId::of_trace(tenant, trace_id);
    let read = |_: &str, row: &Row<'_>| header(tenant, row);
    by_key(store, &[tenant.as_str()], RecordKind::Trace, id, read).await
}

/// The trace of the header that names a run with the smallest record time and id.
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
        row.asked(header(tenant, &row)?, |trace| {
            trace.run_id.as_ref() == Some(run_id)
        })
    };
    let found = rows(store, query, 1, read).await?;
    Ok(found.into_iter().next().map(|trace| trace.trace_id))
}

pub(super) async fn list_steps(
    store: &PostgresStore,
    tenant: &TenantId,
    filter: &TraceStepFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceStepRecord>> {
    let scope = CursorScope::new(ReadMethod::ListTraceSteps, tenant, filter);
    let conditions = |query: &mut QueryBuilder<Postgres>| {
        push_equal(query, "trace_id", filter.trace_id.as_ref());
        push_range(query, "created_at", &filter.created);
    };
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
    let read = |row: &Row<'_>| row.asked(step(tenant, row)?, |step| filter.matches(step));
    newest_first(store, selection, order, request, &scope, read).await
}

pub(super) async fn steps_of(
    store: &PostgresStore,
    tenant: &TenantId,
    trace_id: &TraceId,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceStepSnapshot>> {
    let scope = CursorScope::new(ReadMethod::GetTraceSteps, tenant, trace_id);
    let wanted = i64::from(request.limit.get()) + 1;
    let (after, offset) = match &request.position {
        Position::Offset(offset) => (None, i64::from(offset.get())),
        Position::After(cursor) => (Some(cursor.decode::<StepOrder>(&scope)?), 0),
    };
    let trace = Trace { tenant, trace_id };
    let steps = reading(trace.page(store, after.as_ref(), wanted, offset)).await?;
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
    QueryResult::from_overfetched(steps, request.limit, &scope, total)
}

/// The steps of one trace.
pub(super) struct Trace<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) trace_id: &'a TraceId,
}

impl Trace<'_> {
    /// Up to `wanted` steps, in the order of the trace.
    async fn page(
        &self,
        store: &PostgresStore,
        after: Option<&StepOrder>,
        wanted: i64,
        offset: i64,
    ) -> StoreResult<Vec<KeyedStep>> {
        let mut snapshot = ReadTransaction::begin(store).await?;
        let connection = snapshot.connection();
        let mut steps = Vec::new();
        if !matches!(after, Some(StepOrder::Span { .. })) {
            steps.extend(self.positioned(connection, after, wanted, offset).await?);
        }
        let missing = wanted - steps.len() as i64;
        if missing > 0 {
            let positioned = self.count_positioned(connection).await?;
            let offset = (offset - positioned).max(0);
            steps.extend(self.spans(connection, after, missing, offset).await?);
        }
        snapshot.end().await?;
        refuse_twins(&mut steps, |_| StoreError::inconsistent(STEPS, "id", ""));
        Ok(steps)
    }

    async fn positioned(
        &self,
        connection: &mut PgConnection,
        after: Option<&StepOrder>,
        limit: i64,
        offset: i64,
    ) -> StoreResult<Vec<KeyedStep>> {
        let after = match after {
            Some(StepOrder::Position(position)) => position.as_i64(),
            Some(StepOrder::Span { .. }) | None => -1,
        };
        let mut query = QueryBuilder::new("");
        push_keyed(&mut query, &[RecordKind::TraceStep], |query| {
            self.push(query);
            query.push(" AND position > ").push_bind(after);
            if after == LAST {
                // A step whose position was altered to one beyond stands at the end.
                query.push(" AND position <= ").push_bind(after);
            }
            query.push(" ORDER BY position LIMIT ").push_bind(limit);
            query.push(" OFFSET ").push_bind(offset);
        });
        query.push(" ORDER BY position");
        let rows = query.build().fetch_all(connection).await;
        let rows = rows.map_err(error::read)?;
        let indexed = |row| Ok(self.ordered(row)?.indexed(0));
        rows.iter().map(indexed).collect()
    }

    async fn spans(
        &self,
        connection: &mut PgConnection,
        after: Option<&StepOrder>,
        limit: i64,
        offset: i64,
    ) -> StoreResult<Vec<KeyedStep>> {
        let mut query = QueryBuilder::new("");
        push_keyed(&mut query, &[RecordKind::TraceStep], |query| {
            self.push(query);
            query.push(" AND span_id IS NOT NULL AND position IS NULL");
            if let Some(StepOrder::Span { timestamp, span_id }) = after {
                let time = timestamp.to_datetime();
                query.push(" AND timestamp >= ").push_bind(time);
                query.push(" AND (timestamp, span_id) > (").push_bind(time);
                query.push(", ").push_bind(span_id.to_string()).push(")");
                if *timestamp == Timestamp::MAX {
                    // A step whose time was altered to one beyond stands at the end.
                    query.push(" AND timestamp <= ").push_bind(time);
                }
            }
            query.push(" ORDER BY timestamp, span_id LIMIT ");
            query.push_bind(limit).push(" OFFSET ").push_bind(offset);
        });
        query.push(" ORDER BY timestamp, span_id");
        let rows = query.build().fetch_all(&mut *connection).await;
        let rows = rows.map_err(error::read)?;
        let steps: Vec<OrderedStep> = rows
            .iter()
            .map(|row| self.ordered(row))
            .collect::<StoreResult<_>>()?;
        let Some(first) = steps.first() else {
            return Ok(Vec::new());
        };
        let first_index = self.index_of(connection, &first.order).await?;
        Ok((first_index..)
            .zip(steps)
            .map(|(index, step)| step.indexed(index))
            .collect())
    }

    /// Pushes a query of the steps of the trace, open for more conditions.
    fn push(&self, query: &mut QueryBuilder<Postgres>) {
        query
            .push("SELECT ")
            .push(kind::columns(RecordKind::TraceStep))
            .push(" FROM logs.trace_step WHERE class = 0 AND tenant_id = ")
            .push_bind(self.tenant.to_string())
            .push(" AND trace_id = ")
            .push_bind(self.trace_id.to_string());
    }

    /// Where the step of a row stands, and when. A position beyond the last stands there.
    pub(super) fn place(&self, row: &PgRow) -> StoreResult<(Timestamp, StepOrder)> {
        let columns = Row::new(row, STEPS);
        let (timestamp, _) = columns.place(self.tenant.as_str(), "timestamp")?;
        let position: Option<i64> = row.try_get("position").map_err(error::read)?;
        let span_id: Option<&str> = row.try_get("span_id").map_err(error::read)?;
        let order = match (position, span_id) {
            (Some(position), _) => StepPosition::from_i64(position.min(LAST))
                .map(StepOrder::Position)
                .map_err(|_| columns.inconsistent("position"))?,
            (None, Some(span_id)) => StepOrder::Span {
                timestamp,
                span_id: SpanId::new(span_id).map_err(|_| columns.inconsistent("span_id"))?,
            },
            (None, None) => return Err(columns.inconsistent("position")),
        };
        Ok((timestamp, order))
    }

    /// The step of a row, and where it stands whether it can be read or not.
    pub(super) fn ordered(&self, row: &PgRow) -> StoreResult<OrderedStep> {
        let (timestamp, order) = self.place(row)?;
        let row = Row::new(row, STEPS);
        let is_own = |step: &TraceStepRecord| step.trace_id == *self.trace_id;
        Ok(OrderedStep {
            timestamp,
            order,
            step: step(self.tenant, &row).and_then(|step| row.asked(step, is_own)),
        })
    }

    /// The index in the whole trace of a step that was made from a span: after the last position
    /// and the earlier spans. For a positioned step it is the position.
    pub(super) async fn index_of(
        &self,
        connection: &mut PgConnection,
        order: &StepOrder,
    ) -> StoreResult<u32> {
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
            LAST,
        )
        .fetch_one(connection)
        .await
        .map_err(error::read)?;
        Ok(u32::try_from(index).unwrap_or(u32::MAX))
    }

    async fn count_positioned(&self, connection: &mut PgConnection) -> StoreResult<i64> {
        sqlx::query_scalar!(
            "SELECT COUNT(*) AS \"steps!\" FROM logs.trace_step \
             WHERE class = 0 AND tenant_id = $1 AND trace_id = $2 AND position IS NOT NULL",
            self.tenant.as_str(),
            self.trace_id.as_str(),
        )
        .fetch_one(connection)
        .await
        .map_err(error::read)
    }
}

pub(crate) fn header(tenant: &TenantId, row: &Row<'_>) -> StoreResult<TraceSnapshot> {
    let head = row.head(tenant.as_str())?;
    let draft = row.draft(&head)?;
    row.check(Some(tenant), &head, &draft)?;
    let snapshot = TraceSnapshot::from_parts(tenant.clone(), draft, head.created_at);
    row.check_id(&head, snapshot.id)?;
    Ok(snapshot)
}

pub(crate) fn step(tenant: &TenantId, row: &Row<'_>) -> StoreResult<TraceStepRecord> {
    let head = row.head(tenant.as_str())?;
    let draft = row.draft(&head)?;
    row.check(Some(tenant), &head, &draft)?;
    let snapshot = TraceStepRecord::from_parts(tenant.clone(), draft, head.created_at);
    row.check_id(&head, snapshot.id)?;
    Ok(snapshot)
}
