//! Trace headers and trace steps.

use logs_domain::page::{ListKey, StepOrder};
use logs_domain::{
    Cost, CursorScope, DurationMs, NewTrace, NewTraceStep, PageRequest, Position, QueryResult,
    ReadMethod, RecordId, SpanId, StepKey, StepPosition, StoreResult, TenantId, Timestamp,
    TraceFilter, TraceId, TraceSnapshot, TraceStepFilter, TraceStepRecord, TraceStepSnapshot,
};
use sqlx::QueryBuilder;
use sqlx::postgres::{PgConnection, PgRow, Postgres};

use crate::list::{Order, Selection, newest_first, push_equal, push_key, push_range, total};
use crate::reading::{Snapshot, reading};
use crate::row::Row;
use crate::{PostgresStore, error};

const STEPS: &str = "trace_step";
/// What [`header`] reads.
const COLUMNS: &str = "tenant_id, created_at, id, digest, trace_id, run_id, started_at";

/// What [`step`] reads.
macro_rules! step_columns {
    () => {
        "tenant_id, created_at, id, digest, trace_id, position, span_id, timestamp, skill_name, \
         status, outcome_category, cost_nano_usd, duration_ms, attributes"
    };
}
pub(super) const STEP_COLUMNS: &str = step_columns!();

pub(super) async fn list(
    store: &PostgresStore,
    tenant: &TenantId,
    filter: &TraceFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceSnapshot>> {
    let scope = CursorScope::new(ReadMethod::ListTraces, tenant, filter);
    let conditions = |query: &mut QueryBuilder<Postgres>| {
        if let Some(trace_id) = &filter.trace_id {
            push_key(query, tenant, 2, &RecordId::of_trace(tenant, trace_id));
        }
        push_equal(query, "run_id", filter.run_id.as_ref());
        push_range(query, "created_at", &filter.created);
    };
    let selection = Selection {
        columns: COLUMNS,
        table: "logs.trace",
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    newest_first(store, selection, Order::OfIndex, request, &scope, |row| {
        let trace = header(tenant, row)?;
        Ok((
            ListKey {
                created_at: trace.created_at,
                id: trace.id,
            },
            trace,
        ))
    })
    .await
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
        columns: STEP_COLUMNS,
        table: "logs.trace_step",
        tenant: tenant_key,
        conditions: &conditions,
    };
    let order = match filter.trace_id {
        Some(_) => Order::SortedFew,
        None => Order::OfIndex,
    };
    newest_first(store, selection, order, request, &scope, |row| {
        let step = step(tenant, row)?;
        Ok((
            ListKey {
                created_at: step.created_at,
                id: step.id,
            },
            step,
        ))
    })
    .await
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
        columns: STEP_COLUMNS,
        table: "logs.trace_step",
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let total = total(store, request, &[counted]).await?;
    Ok(QueryResult::from_overfetched(
        steps,
        request.limit,
        &scope,
        total,
    ))
}

/// The steps of one trace.
pub(super) struct Trace<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) trace_id: &'a TraceId,
}

type KeyedStep = (StepOrder, TraceStepSnapshot);

impl Trace<'_> {
    /// Up to `wanted` steps, in the order of the trace.
    async fn page(
        &self,
        store: &PostgresStore,
        after: Option<&StepOrder>,
        wanted: i64,
        offset: i64,
    ) -> StoreResult<Vec<KeyedStep>> {
        let mut snapshot = Snapshot::begin(store).await?;
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
        let rows = sqlx::query(concat!(
            "SELECT ",
            step_columns!(),
            " FROM logs.trace_step \
                 WHERE class = 0 AND tenant_id = $1 AND trace_id = $2 AND position > $3 \
                 ORDER BY position LIMIT $4 OFFSET $5"
        ))
        .bind(self.tenant.as_str())
        .bind(self.trace_id.as_str())
        .bind(after)
        .bind(limit)
        .bind(offset)
        .fetch_all(connection)
        .await
        .map_err(error::read)?;
        rows.iter()
            .map(|row| Ok(self.keyed(step(self.tenant, row)?, 0)))
            .collect()
    }

    async fn spans(
        &self,
        connection: &mut PgConnection,
        after: Option<&StepOrder>,
        limit: i64,
        offset: i64,
    ) -> StoreResult<Vec<KeyedStep>> {
        let (time, span_id) = match after {
            Some(StepOrder::Span { timestamp, span_id }) => {
                (timestamp.to_datetime(), span_id.as_str())
            }
            Some(StepOrder::Position(_)) | None => (Timestamp::MIN.to_datetime(), ""),
        };
        let rows = sqlx::query(concat!(
            "SELECT ",
            step_columns!(),
            " FROM logs.trace_step \
                 WHERE class = 0 AND tenant_id = $1 AND trace_id = $2 \
                 AND timestamp >= $3 AND (timestamp, span_id) > ($3, $4) \
                 AND span_id IS NOT NULL ORDER BY timestamp, span_id LIMIT $5 OFFSET $6"
        ))
        .bind(self.tenant.as_str())
        .bind(self.trace_id.as_str())
        .bind(time)
        .bind(span_id)
        .bind(limit)
        .bind(offset)
        .fetch_all(&mut *connection)
        .await
        .map_err(error::read)?;
        let steps: Vec<TraceStepRecord> = rows
            .iter()
            .map(|row| step(self.tenant, row))
            .collect::<StoreResult<_>>()?;
        let Some(first) = steps.first() else {
            return Ok(Vec::new());
        };
        let first_index = self.index_of(connection, first).await?;
        Ok((first_index..)
            .zip(steps)
            .map(|(index, step)| self.keyed(step, index))
            .collect())
    }

    /// The index in the whole trace of a step that was made from a span: after the last position
    /// and the earlier spans. For a positioned step it is the position.
    pub(super) async fn index_of(
        &self,
        connection: &mut PgConnection,
        step: &TraceStepRecord,
    ) -> StoreResult<u32> {
        let span_id = match &step.key {
            StepKey::Position(position) => return Ok(position.get()),
            StepKey::Span(span_id) => span_id,
        };
        let index = sqlx::query_scalar!(
            "SELECT (SELECT COALESCE(MAX(position) + 1, 0) \
                 FROM logs.trace_step \
                 WHERE class = 0 AND tenant_id = $1 AND trace_id = $2 AND position IS NOT NULL) \
             + (SELECT COUNT(*) FROM logs.trace_step \
                 WHERE class = 0 AND tenant_id = $1 AND trace_id = $2 AND (timestamp, span_id) < ($3, $4) \
                 AND span_id IS NOT NULL) AS \"index!\"",
            self.tenant.as_str(),
            self.trace_id.as_str(),
            step.timestamp.to_datetime(),
            span_id.as_str(),
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

    fn keyed(&self, step: TraceStepRecord, span_index: u32) -> KeyedStep {
        let order = step.order();
        let index = match &order {
            StepOrder::Position(position) => position.get(),
            StepOrder::Span { .. } => span_index,
        };
        (order, TraceStepSnapshot::from_parts(index, step.to_draft()))
    }
}

fn header(tenant: &TenantId, row: &PgRow) -> StoreResult<TraceSnapshot> {
    let row = Row::new(row, "trace");
    let head = row.head(tenant.as_str())?;
    let mut draft = NewTrace::new(row.text("trace_id")?);
    draft.run_id = row.optional_text("run_id")?;
    draft.started_at = row.optional_time("started_at")?;
    row.check(&head, |digest| draft.digest() == digest)?;
    let snapshot = TraceSnapshot::from_parts(tenant.clone(), draft, head.created_at);
    row.check_id(&head, snapshot.id)?;
    Ok(snapshot)
}

pub(super) fn step(tenant: &TenantId, row: &PgRow) -> StoreResult<TraceStepRecord> {
    let row = Row::new(row, STEPS);
    let head = row.head(tenant.as_str())?;
    let trace_id = row.text("trace_id")?;
    let position = row.optional_integer("position", StepPosition::from_i64)?;
    let span_id: Option<SpanId> = row.optional_text("span_id")?;
    let key = match (position, span_id) {
        (Some(position), None) => StepKey::Position(position),
        (None, Some(span_id)) => StepKey::Span(span_id),
        (Some(_), Some(_)) | (None, None) => return Err(row.inconsistent("position")),
    };
    let time = row.time("timestamp")?;
    let skill = row.text("skill_name")?;
    let status = row.text("status")?;
    let outcome = row.text("outcome_category")?;
    let cost = row.optional_integer("cost_nano_usd", Cost::from_nano_usd)?;
    let duration = row.integer("duration_ms", DurationMs::from_i64)?;
    let mut draft = NewTraceStep::new(trace_id, key, time, skill, status, outcome, duration);
    draft.cost = cost;
    draft.attributes = row.json("attributes")?;
    row.check(&head, |digest| draft.digest() == digest)?;
    let snapshot = TraceStepRecord::from_parts(tenant.clone(), draft, head.created_at);
    row.check_id(&head, snapshot.id)?;
    Ok(snapshot)
}
