//! Trace headers and trace steps.

use logs_domain::page::{Keyed, StepOrder, refuse_twins};
use logs_domain::{
    CursorScope, PageRequest, Position, QueryResult, ReadMethod, RecordId, RunId, SpanId,
    StepPosition, StoreError, StoreResult, TenantId, Timestamp, TraceFilter, TraceId,
    TraceSnapshot, TraceStepFilter, TraceStepRecord, TraceStepSnapshot,
};
use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteRow};
use sqlx::{QueryBuilder, Row as _};

use crate::decode::Row;
use crate::list::{Selection, newest_first, push_equal, push_range, total};
use crate::{SqliteStore, error};

const TABLE: &str = "trace";
const STEPS: &str = "trace_step";
/// The last position that a step can have.
const LAST: i64 = StepPosition::MAX as i64;

pub(super) async fn list(
    store: &SqliteStore,
    tenant: &TenantId,
    filter: &TraceFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceSnapshot>> {
    let scope = CursorScope::new(ReadMethod::ListTraces, tenant, filter);
    let conditions = |query: &mut QueryBuilder<Sqlite>| {
        if let Some(trace_id) = &filter.trace_id {
            let id = RecordId::of_trace(tenant, trace_id);
            query.push(" AND id = ").push_bind(id.as_bytes().to_vec());
        }
        push_equal(query, "run_id", filter.run_id.as_ref());
        push_range(query, "created_at", &filter.created);
    };
    let by_run = filter.trace_id.is_none() && filter.run_id.is_some();
    let selection = Selection {
        table: TABLE,
        index: by_run.then_some("trace_by_run"),
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let read = |row: &Row<'_>| row.asked(header(tenant, row)?, |trace| filter.matches(trace));
    newest_first(store, selection, request, &scope, TABLE, read).await
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
    let scope = CursorScope::new(ReadMethod::ListTraceSteps, tenant, filter);
    let conditions = |query: &mut QueryBuilder<Sqlite>| {
        push_equal(query, "trace_id", filter.trace_id.as_ref());
        push_range(query, "created_at", &filter.created);
    };
    let tenant_key = tenant.as_str();
    let selection = Selection {
        table: STEPS,
        index: None,
        tenant: tenant_key,
        conditions: &conditions,
    };
    let read = |row: &Row<'_>| row.asked(step(tenant, row)?, |step| filter.matches(step));
    newest_first(store, selection, request, &scope, STEPS, read).await
}

pub(super) async fn steps_of(
    store: &SqliteStore,
    tenant: &TenantId,
    trace_id: &TraceId,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceStepSnapshot>> {
    let scope = CursorScope::new(ReadMethod::GetTraceSteps, tenant, trace_id);
    let wanted = i64::from(request.limit.get()) + 1;
    // One snapshot of the file for all statements of the page.
    let mut transaction = store.readers.begin().await.map_err(error::read)?;
    let (after, offset) = match &request.position {
        Position::Offset(offset) => (None, i64::from(offset.get())),
        Position::After(cursor) => (Some(cursor.decode::<StepOrder>(&scope)?), 0),
    };
    let trace = Trace { tenant, trace_id };
    let mut steps = Vec::new();
    if !matches!(after, Some(StepOrder::Span { .. })) {
        let rows = trace
            .positioned(&mut transaction, after.as_ref(), wanted, offset)
            .await?;
        steps.extend(rows);
    }
    let missing = wanted - steps.len() as i64;
    if missing > 0 {
        let positioned = trace.count_positioned(&mut transaction).await?;
        let offset = (offset - positioned).max(0);
        let spans = trace
            .spans(&mut transaction, after.as_ref(), missing, offset)
            .await?;
        steps.extend(spans);
    }
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
    QueryResult::from_overfetched(steps, request.limit, &scope, total)
}

/// The steps of one trace.
pub(super) struct Trace<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) trace_id: &'a TraceId,
}

type KeyedStep = Keyed<StepOrder, TraceStepSnapshot>;

impl Trace<'_> {
    async fn positioned(
        &self,
        connection: &mut SqliteConnection,
        after: Option<&StepOrder>,
        limit: i64,
        offset: i64,
    ) -> StoreResult<Vec<KeyedStep>> {
        let after = match after {
            Some(StepOrder::Position(position)) => position.as_i64(),
            Some(StepOrder::Span { .. }) | None => -1,
        };
        // A step whose position was altered to one beyond stands at the end.
        let last = if after == LAST { after } else { i64::MAX };
        let rows = sqlx::query(
            "SELECT * FROM trace_step INDEXED BY trace_step_by_position \
             WHERE tenant_id = ? AND trace_id = ? AND position > ? AND position <= ? \
             ORDER BY position LIMIT ? OFFSET ?",
        )
        .bind(self.tenant.as_str())
        .bind(self.trace_id.as_str())
        .bind(after)
        .bind(last)
        .bind(limit)
        .bind(offset)
        .fetch_all(connection)
        .await
        .map_err(error::read)?;
        let indexed = |row| Ok(self.ordered(row)?.indexed(0));
        rows.iter().map(indexed).collect()
    }

    async fn spans(
        &self,
        connection: &mut SqliteConnection,
        after: Option<&StepOrder>,
        limit: i64,
        offset: i64,
    ) -> StoreResult<Vec<KeyedStep>> {
        let (time, span_id, last) = match after {
            Some(StepOrder::Span { timestamp, span_id }) => {
                // A step whose time was altered to one beyond stands at the end.
                let is_end = *timestamp == Timestamp::MAX;
                let last = if is_end {
                    timestamp.as_micros()
                } else {
                    i64::MAX
                };
                (timestamp.as_micros(), span_id.as_str(), last)
            }
            Some(StepOrder::Position(_)) | None => (i64::MIN, "", i64::MAX),
        };
        let rows = sqlx::query(
            "SELECT * FROM trace_step INDEXED BY trace_step_by_time \
             WHERE tenant_id = ? AND trace_id = ? AND (timestamp, span_id) > (?, ?) \
             AND timestamp <= ? AND span_id IS NOT NULL AND position IS NULL ORDER BY timestamp, span_id LIMIT ? OFFSET ?",
        )
        .bind(self.tenant.as_str())
        .bind(self.trace_id.as_str())
        .bind(time)
        .bind(span_id)
        .bind(last)
        .bind(limit)
        .bind(offset)
        .fetch_all(&mut *connection)
        .await
        .map_err(error::read)?;
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

    async fn count_positioned(&self, connection: &mut SqliteConnection) -> StoreResult<i64> {
        sqlx::query_scalar(
            "SELECT COUNT(*) FROM trace_step INDEXED BY trace_step_by_position \
             WHERE tenant_id = ? AND trace_id = ? AND position IS NOT NULL",
        )
        .bind(self.tenant.as_str())
        .bind(self.trace_id.as_str())
        .fetch_one(connection)
        .await
        .map_err(error::read)
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
