//! What happened in a window, merged from all topics: a bounded branch for each.

use logs_domain::page::{
    Keyed, ReplayEventKey, ReplayKey, StepOrder, SystemWindowKey, Walk, refuse_twins,
};
use logs_domain::{
    Direction, PageRequest, QueryResult, ReadMethod, RecordKind, ReplayEvent, ReplayQuery,
    StepPosition, StoreError, StoreResult, TenantId, Timestamp, TraceId,
};
use sqlx::QueryBuilder;
use sqlx::postgres::{PgConnection, PgRow, Postgres};
use uuid::Uuid;

use super::trace::OrderedStep;
use super::{audit_entry, system_record, trace};
use crate::bound::Bound;
use crate::execute::{ReadTransaction, reading};
use crate::list::{Selection, push_equal, push_keyed, push_order, push_range, total};
use crate::{PostgresStore, error, kind};

// The branches in the order of the merge on equal times.
const STEPS: u8 = 0;
const TENANT: u8 = 1;
const PLATFORM: u8 = 2;
const POLICY: u8 = 3;

/// The order of steps in a window. Those without a position come last at a time.
const STEP_ORDER: [&str; 3] = ["timestamp", "position", "span_id"];

type Event = Keyed<ReplayKey, ReplayEvent>;

pub(super) async fn window(
    store: &PostgresStore,
    tenant: &TenantId,
    query: &ReplayQuery,
    request: &PageRequest,
) -> StoreResult<QueryResult<ReplayEvent>> {
    let walk = Walk::new(ReadMethod::GetReplayWindowEvents, tenant, query, request)?;
    let from = match walk.offset() {
        0 => walk.from().cloned(),
        skipped => {
            let keys = reading(keys(store, tenant, query, walk.direction(), skipped)).await?;
            let Some(last) = walk.last_left_out(keys) else {
                let total = count(store, tenant, query, request).await?;
                return walk.page(Vec::new(), total);
            };
            Some(last)
        }
    };
    let mut found = reading(events(store, tenant, query, &walk, from.as_ref())).await?;
    walk.sort(&mut found);
    refuse_others(&mut found, query);
    refuse_twins(&mut found, |key| inconsistent(key, "id"));
    let total = count(store, tenant, query, request).await?;
    walk.page(found, total)
}

/// The keys of the first `wanted` events of each branch, in no order: they are small however large the
/// records are.
async fn keys(
    store: &PostgresStore,
    tenant: &TenantId,
    query: &ReplayQuery,
    direction: Direction,
    wanted: usize,
) -> StoreResult<Vec<ReplayKey>> {
    let mut snapshot = ReadTransaction::begin(store).await?;
    let connection = snapshot.connection();
    let mut found = Vec::new();
    if let Some(trace_id) = &query.trace_id {
        let trace = trace::Trace { tenant, trace_id };
        let conditions = |sql: &mut QueryBuilder<Postgres>| push_steps(sql, trace_id, query);
        let mut sql = QueryBuilder::new("SELECT tenant_id, id, timestamp, position, span_id");
        steps_selection(tenant, &conditions).push(&mut sql);
        push_order(&mut sql, &STEP_ORDER, direction);
        sql.push(" LIMIT ").push_bind(wanted as i64);
        for row in fetch(&mut sql, connection).await? {
            let (timestamp, order) = trace.place(&row)?;
            let event = ReplayEventKey::Step(order);
            found.push(ReplayKey { timestamp, event });
        }
    }
    let in_window =
        |sql: &mut QueryBuilder<Postgres>| push_range(sql, "occurred_at", &query.window);
    let mut sql = system_record::window_keys(tenant, &in_window, direction, wanted);
    for row in fetch(&mut sql, connection).await? {
        found.push(of_system(system_record::window_key(tenant, &row)?));
    }
    let mut sql = audit_entry::replay_keys(tenant, &query.window, direction, wanted);
    for row in fetch(&mut sql, connection).await? {
        let (timestamp, id) = audit_entry::replay_key(tenant, &row)?;
        let event = ReplayEventKey::Policy { id };
        found.push(ReplayKey { timestamp, event });
    }
    snapshot.end().await?;
    Ok(found)
}

async fn fetch(
    sql: &mut QueryBuilder<Postgres>,
    connection: &mut PgConnection,
) -> StoreResult<Vec<PgRow>> {
    let rows = sql.build().fetch_all(connection).await;
    rows.map_err(error::read)
}

fn of_system(key: SystemWindowKey) -> ReplayKey {
    ReplayKey {
        timestamp: key.occurred_at,
        event: ReplayEventKey::System {
            platform: key.platform,
            id: key.id,
        },
    }
}

/// The error about a record that stands where it should not.
fn inconsistent(key: &ReplayKey, column: &'static str) -> StoreError {
    let (table, id) = match &key.event {
        ReplayEventKey::Step(_) => ("trace_step", String::new()),
        ReplayEventKey::System { id, .. } => ("system_record", id.to_string()),
        ReplayEventKey::Policy { id } => ("audit_entry", id.to_string()),
    };
    StoreError::inconsistent(table, column, id)
}

/// Refuses what is outside of the window: a damaged index finds it.
fn refuse_others(found: &mut [Event], query: &ReplayQuery) {
    for (key, event) in found {
        if event.is_ok() && !query.window.contains(key.timestamp) {
            *event = Err(inconsistent(key, "index"));
        }
    }
}

/// As many events of each branch as the walk wants, in no order.
async fn events(
    store: &PostgresStore,
    tenant: &TenantId,
    query: &ReplayQuery,
    walk: &Walk<'_, ReplayKey>,
    from: Option<&ReplayKey>,
) -> StoreResult<Vec<Event>> {
    let (direction, wanted) = (walk.direction(), walk.wanted());
    let mut snapshot = ReadTransaction::begin(store).await?;
    let connection = snapshot.connection();
    let mut found = Vec::new();
    if let Some(trace_id) = &query.trace_id {
        let trace = trace::Trace { tenant, trace_id };
        found.extend(steps(connection, &trace, query, (walk, from), wanted).await?);
    }
    let in_window =
        |sql: &mut QueryBuilder<Postgres>| push_range(sql, "occurred_at", &query.window);
    let place = |platform| if platform { PLATFORM } else { TENANT };
    let mut sql = system_record::window_query(
        tenant,
        &in_window,
        direction,
        |platform| bound(walk, place(platform), from),
        wanted,
    );
    for row in &fetch(&mut sql, connection).await? {
        let (key, record) = system_record::window_record(tenant, row)?;
        let record = record.map(|record| ReplayEvent::from(&record));
        found.push((of_system(key), record));
    }
    let bound = bound(walk, POLICY, from);
    let window = &query.window;
    let entries =
        audit_entry::in_replay(connection, tenant, window, direction, bound, wanted).await?;
    for ((timestamp, id), entry) in entries {
        let event = ReplayEventKey::Policy { id };
        let entry = entry.map(|entry| ReplayEvent::from(&entry));
        found.push((ReplayKey { timestamp, event }, entry));
    }
    snapshot.end().await?;
    Ok(found)
}

/// Where a branch with ids goes on.
fn bound(walk: &Walk<'_, ReplayKey>, branch: u8, from: Option<&ReplayKey>) -> Option<Bound> {
    let key = from?;
    let (cursor, id): (u8, Option<Uuid>) = match &key.event {
        ReplayEventKey::Step(_) => (STEPS, None),
        ReplayEventKey::System {
            platform: false,
            id,
        } => (TENANT, Some(*id)),
        ReplayEventKey::System { platform: true, id } => (PLATFORM, Some(*id)),
        ReplayEventKey::Policy { id } => (POLICY, Some(*id)),
    };
    Some(match id {
        Some(id) => Bound::new(walk, branch, cursor, (key.timestamp, id)),
        // All branches with ids come after the steps of the same time.
        None if walk.is_reversed() => Bound::Past(key.timestamp),
        None => Bound::At(key.timestamp),
    })
}

/// The steps of the trace in the window, with their indexes in the whole trace.
async fn steps(
    connection: &mut PgConnection,
    trace: &trace::Trace<'_>,
    query: &ReplayQuery,
    (walk, from): (&Walk<'_, ReplayKey>, Option<&ReplayKey>),
    wanted: usize,
) -> StoreResult<Vec<Event>> {
    let conditions = |sql: &mut QueryBuilder<Postgres>| push_steps(sql, trace.trace_id, query);
    let selection = steps_selection(trace.tenant, &conditions);
    let direction = walk.direction();
    let mut sql = QueryBuilder::new("");
    push_keyed(&mut sql, selection.kinds, |sql| {
        sql.push("SELECT ").push(selection.columns);
        selection.push(sql);
        if let Some(key) = from {
            match direction {
                Direction::Ascending => push_after(sql, key),
                Direction::Descending => push_before(sql, key),
            }
        }
        push_order(sql, &STEP_ORDER, direction);
        sql.push(" LIMIT ").push_bind(wanted as i64);
    });
    push_order(&mut sql, &STEP_ORDER, direction);
    let rows = fetch(&mut sql, connection).await?;
    let steps = rows.iter().map(|row| trace.ordered(row));
    let steps = steps.collect::<StoreResult<Vec<_>>>()?;
    let is_reversed = walk.is_reversed();
    let indexes = trace.indexes(connection, &steps, is_reversed).await?;
    let events = indexes.into_iter().zip(steps);
    Ok(events.map(|(index, step)| event(index, step)).collect())
}

fn event(index: u32, step: OrderedStep) -> Event {
    let timestamp = step.timestamp;
    let event = ReplayEventKey::Step(step.order);
    let read = step.step.map(|step| ReplayEvent::of_step(index, &step));
    (ReplayKey { timestamp, event }, read)
}

fn push_steps(sql: &mut QueryBuilder<Postgres>, trace_id: &TraceId, query: &ReplayQuery) {
    push_equal(sql, "trace_id", Some(trace_id));
    push_range(sql, "timestamp", &query.window);
}

/// Pushes the condition for steps behind a key of the merge.
fn push_after(sql: &mut QueryBuilder<Postgres>, key: &ReplayKey) {
    let time = key.timestamp.to_datetime();
    match &key.event {
        ReplayEventKey::Step(StepOrder::Position(position)) => {
            sql.push(" AND timestamp >= ").push_bind(time);
            sql.push(" AND (timestamp > ").push_bind(time);
            sql.push(" OR position IS NULL OR position > ")
                .push_bind(position.as_i64());
            if position.get() == StepPosition::MAX {
                // One that was altered to a position beyond stands at the end.
                sql.push(" AND position <= ").push_bind(position.as_i64());
            }
            sql.push(")");
        }
        ReplayEventKey::Step(StepOrder::Span { span_id, .. }) => {
            sql.push(" AND timestamp >= ").push_bind(time);
            sql.push(" AND (timestamp > ").push_bind(time);
            sql.push(" OR position IS NULL AND span_id > ")
                .push_bind(span_id.to_string())
                .push(")");
        }
        ReplayEventKey::System { .. } | ReplayEventKey::Policy { .. } => {
            sql.push(" AND timestamp > ").push_bind(time);
        }
    }
    if key.timestamp == Timestamp::MAX {
        // A step whose time was altered to one beyond stands at the end.
        sql.push(" AND timestamp <= ").push_bind(time);
    }
}

/// Pushes the condition for steps before a key of the merge.
fn push_before(sql: &mut QueryBuilder<Postgres>, key: &ReplayKey) {
    let time = key.timestamp.to_datetime();
    sql.push(" AND timestamp <= ").push_bind(time);
    match &key.event {
        ReplayEventKey::Step(StepOrder::Position(position)) => {
            sql.push(" AND (timestamp < ").push_bind(time);
            sql.push(" OR position < ").push_bind(position.as_i64());
            sql.push(")");
        }
        ReplayEventKey::Step(StepOrder::Span { span_id, .. }) => {
            sql.push(" AND (timestamp < ").push_bind(time);
            sql.push(" OR position IS NOT NULL OR span_id < ")
                .push_bind(span_id.to_string())
                .push(")");
        }
        // All steps of the same time come before.
        ReplayEventKey::System { .. } | ReplayEventKey::Policy { .. } => return,
    }
    if key.timestamp == Timestamp::MIN {
        // A step whose time was altered to one beyond stands at the end.
        sql.push(" AND timestamp >= ").push_bind(time);
    }
}

fn steps_selection<'a>(
    tenant: &'a TenantId,
    conditions: &'a (dyn Fn(&mut QueryBuilder<Postgres>) + Send + Sync),
) -> Selection<'a> {
    Selection {
        kinds: &[RecordKind::TraceStep],
        columns: kind::columns(RecordKind::TraceStep),
        table: "logs.trace_step",
        tenant: tenant.as_str(),
        conditions,
    }
}

async fn count(
    store: &PostgresStore,
    tenant: &TenantId,
    query: &ReplayQuery,
    request: &PageRequest,
) -> StoreResult<logs_domain::Total> {
    let in_window =
        |sql: &mut QueryBuilder<Postgres>| push_range(sql, "occurred_at", &query.window);
    let policy = |sql: &mut QueryBuilder<Postgres>| audit_entry::push_replay(sql, &query.window);
    let of_trace = |sql: &mut QueryBuilder<Postgres>| {
        if let Some(trace_id) = &query.trace_id {
            push_steps(sql, trace_id, query);
        }
    };
    let mut selections: Vec<Selection<'_>> = system_record::both(tenant, &in_window)
        .into_iter()
        .collect();
    selections.push(audit_entry::replay_selection(tenant, &policy));
    if query.trace_id.is_some() {
        selections.push(steps_selection(tenant, &of_trace));
    }
    total(store, request, &selections).await
}

#[cfg(test)]
mod tests {
    use logs_domain::page::Walk;
    use logs_domain::{
        Direction, PageRequest, ReadMethod, RecordId, ReplayQuery, StepPosition, TenantId,
        TimeRange, Timestamp,
    };

    use super::{Bound, PLATFORM, POLICY, ReplayEventKey, ReplayKey, StepOrder, TENANT, bound};

    #[test]
    fn each_branch_goes_on_where_the_merge_stopped() {
        let tenant = TenantId::new("t").unwrap();
        let query = ReplayQuery::new(TimeRange::ALL);
        let timestamp = Timestamp::from_micros(5).unwrap();
        let id = RecordId::imported(&tenant, "bound", 0).as_uuid();
        let key = |event| ReplayKey { timestamp, event };
        let record = key(ReplayEventKey::System { platform: true, id });
        let step = key(ReplayEventKey::Step(StepOrder::Position(
            StepPosition::from_i64(0).unwrap(),
        )));
        let (at, past) = (Bound::At(timestamp), Bound::Past(timestamp));
        for (direction, earlier, later) in [
            (Direction::Ascending, past, at),
            (Direction::Descending, at, past),
        ] {
            let request = PageRequest::default().direction(direction);
            let method = ReadMethod::GetReplayWindowEvents;
            let walk = Walk::new(method, &tenant, &query, &request).unwrap();
            let goes_on = |branch, from| bound(&walk, branch, from).unwrap();
            assert_eq!(goes_on(TENANT, Some(&record)), earlier);
            assert_eq!(
                goes_on(PLATFORM, Some(&record)),
                Bound::Behind(timestamp, id)
            );
            assert_eq!(goes_on(POLICY, Some(&record)), later);
            assert_eq!(goes_on(TENANT, Some(&step)), later);
            assert_eq!(bound(&walk, POLICY, None), None);
        }
    }
}
