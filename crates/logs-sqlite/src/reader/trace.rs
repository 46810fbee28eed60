//! Trace headers and trace steps.

mod part;

use logs_domain::page::{Keyed, StepOrder, Walk, refuse_twins};
use logs_domain::{
    Direction, PageRequest, QueryResult, ReadMethod, RecordId, RunId, SpanId, StepPosition,
    StoreError, StoreResult, TenantId, Timestamp, TraceFilter, TraceId, TraceSnapshot,
    TraceStepFilter, TraceStepRecord, TraceStepSnapshot,
};
use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteRow};
use sqlx::{QueryBuilder, Row as _};

use self::part::{LAST, Part, push_behind};
use crate::decode::Row;
use crate::list::{Selection, page, push_equal, push_order, push_range, total};
use crate::{SqliteStore, error};

const TABLE: &str = "trace";
const STEPS: &str = "trace_step";

pub(super) async fn list(
    store: &SqliteStore,
    tenant: &TenantId,
    filter: &TraceFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceSnapshot>> {
    let walk = Walk::new(ReadMethod::ListTraces, tenant, filter, request)?;
    let conditions = |query: &mut QueryBuilder<Sqlite>| {
        let TraceFilter {
            trace_id,
            run_id,
            created,
        } = filter;
        if let Some(trace_id) = trace_id {
            let id = RecordId::of_trace(tenant, trace_id);
            query.push(" AND id = ").push_bind(id.as_bytes().to_vec());
        }
        push_equal(query, "run_id", run_id.as_ref());
        push_range(query, "created_at", created);
    };
    let by_run = filter.trace_id.is_none() && filter.run_id.is_some();
    let selection = Selection {
        table: TABLE,
        index: by_run.then_some("trace_by_run"),
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let read = |row: &Row<'_>| row.asked(header(tenant, row)?, |trace| filter.matches(trace));
    page(store, selection, &walk, TABLE, read).await
}

pub(super) async fn get(
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
        row.asked(header(tenant, &row)?, |trace| trace.trace_id == *trace_id)
    };
    row.map(read).transpose()
}

/// The trace of the header that names a run with the smallest record time and id.
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
        Ok(row.asked(header(tenant, &row)?, is_named)?.trace_id)
    };
    row.map(read).transpose()
}

pub(super) async fn list_steps(
    store: &SqliteStore,
    tenant: &TenantId,
    filter: &TraceStepFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceStepRecord>> {
    let walk = Walk::new(ReadMethod::ListTraceSteps, tenant, filter, request)?;
    let conditions = |query: &mut QueryBuilder<Sqlite>| {
        let TraceStepFilter { trace_id, created } = filter;
        push_equal(query, "trace_id", trace_id.as_ref());
        push_range(query, "created_at", created);
    };
    let selection = Selection {
        table: STEPS,
        index: None,
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let read = |row: &Row<'_>| row.asked(step(tenant, row)?, |step| filter.matches(step));
    page(store, selection, &walk, STEPS, read).await
}

pub(super) async fn steps_of(
    store: &SqliteStore,
    tenant: &TenantId,
    trace_id: &TraceId,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceStepSnapshot>> {
    let walk = Walk::new(ReadMethod::GetTraceSteps, tenant, trace_id, request)?;
    // One snapshot of the file for all statements of the page.
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

type KeyedStep = Keyed<StepOrder, TraceStepSnapshot>;

impl Trace<'_> {
    /// The steps of a page, of both parts of the trace: positioned ones, and behind them the others.
    async fn page(
        &self,
        connection: &mut SqliteConnection,
        walk: &Walk<'_, StepOrder>,
    ) -> StoreResult<Vec<KeyedStep>> {
        let mut parts = [Part::Positioned, Part::Spans];
        if walk.is_reversed() {
            parts.reverse();
        }
        let begins = walk.from().map(|from| match from {
            StepOrder::Position(_) => Part::Positioned,
            StepOrder::Span { .. } => Part::Spans,
        });
        let mut steps = Vec::new();
        let mut offset = walk.offset();
        for part in parts {
            let missing = walk.wanted() - steps.len();
            let is_passed = begins.is_some_and(|begins| begins != part) && part == parts[0];
            if missing == 0 || is_passed {
                continue;
            }
            let from = walk.from().filter(|_| begins == Some(part));
            let rows = self.rows(connection, part, walk.direction(), from, (missing, offset));
            let found = rows.await?;
            if offset > 0 && steps.is_empty() && found.is_empty() && part == parts[0] {
                offset = offset.saturating_sub(self.count(connection, part).await?);
            } else if !found.is_empty() {
                offset = 0;
            }
            steps.extend(found);
        }
        let indexes = self.indexes(connection, &steps, walk.is_reversed()).await?;
        let indexed = indexes.into_iter().zip(steps);
        Ok(indexed.map(|(index, step)| step.indexed(index)).collect())
    }

    /// Steps of one part, behind a place in it.
    async fn rows(
        &self,
        connection: &mut SqliteConnection,
        part: Part,
        direction: Direction,
        from: Option<&StepOrder>,
        (limit, offset): (usize, usize),
    ) -> StoreResult<Vec<OrderedStep>> {
        let mut query = QueryBuilder::new("SELECT * FROM trace_step INDEXED BY ");
        query.push(part.index()).push(" WHERE tenant_id = ");
        query
            .push_bind(self.tenant.to_string())
            .push(" AND trace_id = ");
        query
            .push_bind(self.trace_id.to_string())
            .push(part.condition());
        if let Some(from) = from {
            push_behind(&mut query, from, direction);
        }
        push_order(&mut query, part.order(), direction);
        query.push(" LIMIT ").push_bind(limit as i64);
        query.push(" OFFSET ").push_bind(offset as i64);
        let rows = query.build().fetch_all(connection).await;
        let rows = rows.map_err(error::read)?;
        rows.iter().map(|row| self.ordered(row)).collect()
    }

    /// The index in the whole trace of each of some steps that follow each other in it, whatever
    /// positioned ones stand between spans.
    pub(super) async fn indexes(
        &self,
        connection: &mut SqliteConnection,
        steps: &[OrderedStep],
        is_reversed: bool,
    ) -> StoreResult<Vec<u32>> {
        let is_span = |step: &&OrderedStep| matches!(step.order, StepOrder::Span { .. });
        let mut next = 0;
        if let Some(first) = steps.iter().find(is_span) {
            next = self.index_of(connection, &first.order).await?;
            if is_reversed {
                // Of those that share its place, it is the last.
                let twins = steps.iter().filter(|step| step.order == first.order);
                next += u32::try_from(twins.count() - 1).unwrap_or_default();
            }
        }
        let indexes = steps.iter().map(|step| match &step.order {
            StepOrder::Position(position) => position.get(),
            StepOrder::Span { .. } => {
                let index = next;
                next = if is_reversed {
                    next.saturating_sub(1)
                } else {
                    next + 1
                };
                index
            }
        });
        Ok(indexes.collect())
    }

    /// Where the step of a row stands, and when. A position beyond the last stands there.
    pub(super) fn place(&self, row: &SqliteRow) -> StoreResult<(Timestamp, StepOrder)> {
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
    pub(super) fn ordered(&self, row: &SqliteRow) -> StoreResult<OrderedStep> {
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
        .bind(LAST)
        .fetch_one(connection)
        .await
        .map_err(error::read)?;
        Ok(u32::try_from(index).unwrap_or(u32::MAX))
    }

    async fn count(&self, connection: &mut SqliteConnection, part: Part) -> StoreResult<usize> {
        let mut query = QueryBuilder::new("SELECT COUNT(*) FROM trace_step INDEXED BY ");
        query.push(part.index()).push(" WHERE tenant_id = ");
        query
            .push_bind(self.tenant.to_string())
            .push(" AND trace_id = ");
        query
            .push_bind(self.trace_id.to_string())
            .push(part.condition());
        let counted: i64 = query
            .build_query_scalar()
            .fetch_one(connection)
            .await
            .map_err(error::read)?;
        Ok(usize::try_from(counted).unwrap_or_default())
    }
}

/// A step with its place, or why it cannot be read.
pub(super) struct OrderedStep {
    pub(super) timestamp: Timestamp,
    pub(super) order: StepOrder,
    pub(super) step: StoreResult<TraceStepRecord>,
}

impl OrderedStep {
    /// The step with its index, which is given for a step that was made from a span.
    fn indexed(self, span_index: u32) -> KeyedStep {
        let index = match &self.order {
            StepOrder::Position(position) => position.get(),
            StepOrder::Span { .. } => span_index,
        };
        let snapshot =
            |step: TraceStepRecord| TraceStepSnapshot::from_parts(index, step.to_draft());
        (self.order, self.step.map(snapshot))
    }
}

pub(crate) fn header(tenant: &TenantId, row: &Row<'_>) -> StoreResult<TraceSnapshot> {
    let head = row.head(tenant.as_str())?;
    let draft = row.draft(Some(tenant), &head)?;
    let snapshot = TraceSnapshot::from_parts(tenant.clone(), draft, head.created_at);
    row.check_id(&head, snapshot.id)?;
    Ok(snapshot)
}

pub(crate) fn step(tenant: &TenantId, row: &Row<'_>) -> StoreResult<TraceStepRecord> {
    let head = row.head(tenant.as_str())?;
    let draft = row.draft(Some(tenant), &head)?;
    let snapshot = TraceStepRecord::from_parts(tenant.clone(), draft, head.created_at);
    row.check_id(&head, snapshot.id)?;
    Ok(snapshot)
}
