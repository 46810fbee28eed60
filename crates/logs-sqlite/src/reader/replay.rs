//! What happened in a window, merged from all topics: a bounded branch for each.

use logs_domain::page::{
    Keyed, ReplayEventKey, ReplayKey, StepOrder, SystemWindowKey, Walk, refuse_twins,
};
use logs_domain::{
    Direction, PageRequest, QueryResult, ReadMethod, ReplayEvent, ReplayQuery, StepPosition,
    StoreError, StoreResult, TenantId, Timestamp, TraceId,
};
use sqlx::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteRow};
use uuid::Uuid;

use super::trace::OrderedStep;
use super::{audit_entry, system_record, trace};
use crate::bound::Bound;
use crate::list::{Selection, push_equal, push_order, push_range, total};
use crate::{SqliteStore, error};

// The branches in the order of the merge on equal times.
const STEPS: u8 = 0;
const TENANT: u8 = 1;
const PLATFORM: u8 = 2;
const POLICY: u8 = 3;

type Event = Keyed<ReplayKey, ReplayEvent>;

pub(super) async fn window(
    store: &SqliteStore,
    tenant: &TenantId,
    query: &ReplayQuery,
    request: &PageRequest,
) -> StoreResult<QueryResult<ReplayEvent>> {
    let walk = Walk::new(ReadMethod::GetReplayWindowEvents, tenant, query, request)?;
    let mut transaction = store.readers.begin().await.map_err(error::read)?;
    let from = match walk.offset() {
        0 => walk.from().cloned(),
        skipped => {
            let keys = keys(&mut transaction, tenant, query, &walk, skipped).await?;
            let Some(last) = walk.last_left_out(keys) else {
                transaction.rollback().await.map_err(error::read)?;
                let total = count(store, tenant, query, request).await?;
                return walk.page(Vec::new(), total);
            };
            Some(last)
        }
    };
    let wanted = walk.wanted();
    let mut found = events(
        &mut transaction,
        tenant,
        query,
        (&walk, from.as_ref()),
        wanted,
    )
    .await?;
    transaction.rollback().await.map_err(error::read)?;
    walk.sort(&mut found);
    refuse_others(&mut found, query);
    // Other events have ids, which are there once.
    refuse_twins(&mut found, |key| inconsistent(key, "id"));
    let total = count(store, tenant, query, request).await?;
    walk.page(found, total)
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

/// Up to `wanted` events of each branch, in no order.
async fn events(
    connection: &mut SqliteConnection,
    tenant: &TenantId,
    query: &ReplayQuery,
    (walk, from): (&Walk<'_, ReplayKey>, Option<&ReplayKey>),
    wanted: usize,
) -> StoreResult<Vec<Event>> {
    let ReplayQuery { trace_id, window } = query;
    let mut found = Vec::new();
    if let Some(trace_id) = trace_id {
        let trace = trace::Trace { tenant, trace_id };
        found.extend(steps(connection, &trace, query, (walk, from), wanted).await?);
    }
    let in_window = |sql: &mut QueryBuilder<Sqlite>| push_range(sql, "occurred_at", window);
    for (platform, place) in [(false, TENANT), (true, PLATFORM)] {
        let branch = system_record::Branch::in_window(tenant, platform, &in_window);
        let bound = bound(walk, place, from);
        for (key, record) in branch
            .fetch(connection, walk.direction(), bound, wanted)
            .await?
        {
            let record = record.map(|record| ReplayEvent::from(&record));
            found.push((of_system(key), record));
        }
    }
    let bound = bound(walk, POLICY, from);
    let entries =
        audit_entry::in_replay(connection, tenant, window, walk.direction(), bound, wanted).await?;
    for ((timestamp, id), entry) in entries {
        let event = ReplayEventKey::Policy { id };
        let entry = entry.map(|entry| ReplayEvent::from(&entry));
        found.push((ReplayKey { timestamp, event }, entry));
    }
    Ok(found)
}

/// The keys of the first `wanted` events of each branch, in no order: they are small however large the
/// records are.
async fn keys(
    connection: &mut SqliteConnection,
    tenant: &TenantId,
    query: &ReplayQuery,
    walk: &Walk<'_, ReplayKey>,
    wanted: usize,
) -> StoreResult<Vec<ReplayKey>> {
    let ReplayQuery { trace_id, window } = query;
    let mut found = Vec::new();
    if let Some(trace_id) = trace_id {
        let trace = trace::Trace { tenant, trace_id };
        let columns = "tenant_id, id, timestamp, position, span_id";
        for row in step_rows(connection, columns, &trace, query, (walk, None), wanted).await? {
            let (timestamp, order) = trace.place(&row)?;
            let event = ReplayEventKey::Step(order);
            found.push(ReplayKey { timestamp, event });
        }
    }
    let in_window = |sql: &mut QueryBuilder<Sqlite>| push_range(sql, "occurred_at", window);
    for platform in [false, true] {
        let branch = system_record::Branch::in_window(tenant, platform, &in_window);
        let keys = branch.keys(connection, walk.direction(), wanted).await?;
        found.extend(keys.into_iter().map(of_system));
    }
    for (timestamp, id) in
        audit_entry::replay_keys(connection, tenant, window, walk.direction(), wanted).await?
    {
        let event = ReplayEventKey::Policy { id };
        found.push(ReplayKey { timestamp, event });
    }
    Ok(found)
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
    connection: &mut SqliteConnection,
    trace: &trace::Trace<'_>,
    query: &ReplayQuery,
    (walk, from): (&Walk<'_, ReplayKey>, Option<&ReplayKey>),
    wanted: usize,
) -> StoreResult<Vec<Event>> {
    let rows = step_rows(connection, "*", trace, query, (walk, from), wanted).await?;
    let steps = rows.iter().map(|row| trace.ordered(row));
    let steps = steps.collect::<StoreResult<Vec<_>>>()?;
    let indexes = trace
        .indexes(connection, &steps, walk.is_reversed())
        .await?;
    let events = indexes.into_iter().zip(steps);
    Ok(events.map(|(index, step)| event(index, step)).collect())
}

async fn step_rows(
    connection: &mut SqliteConnection,
    columns: &str,
    trace: &trace::Trace<'_>,
    query: &ReplayQuery,
    (walk, from): (&Walk<'_, ReplayKey>, Option<&ReplayKey>),
    wanted: usize,
) -> StoreResult<Vec<SqliteRow>> {
    let conditions = |sql: &mut QueryBuilder<Sqlite>| push_steps(sql, trace.trace_id, query);
    let mut sql = QueryBuilder::new("SELECT ");
    sql.push(columns);
    steps_selection(trace.tenant, &conditions).push(&mut sql);
    if let Some(key) = from {
        match walk.direction() {
            Direction::Ascending => push_after(&mut sql, key),
            Direction::Descending => push_before(&mut sql, key),
        }
    }
    let columns = ["timestamp", "position IS NULL", "position", "span_id"];
    push_order(&mut sql, &columns, walk.direction());
    sql.push(" LIMIT ").push_bind(wanted as i64);
    let rows = sql.build().fetch_all(connection).await;
    rows.map_err(error::read)
}

fn event(index: u32, step: OrderedStep) -> Event {
    let timestamp = step.timestamp;
    let event = ReplayEventKey::Step(step.order);
    let read = step.step.map(|step| ReplayEvent::of_step(index, &step));
    (ReplayKey { timestamp, event }, read)
}

fn push_steps(sql: &mut QueryBuilder<Sqlite>, trace_id: &TraceId, query: &ReplayQuery) {
    push_equal(sql, "trace_id", Some(trace_id));
    push_range(sql, "timestamp", &query.window);
}

/// Pushes the condition for steps behind a key of the merge.
fn push_after(sql: &mut QueryBuilder<Sqlite>, key: &ReplayKey) {
    let time = key.timestamp.as_micros();
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
fn push_before(sql: &mut QueryBuilder<Sqlite>, key: &ReplayKey) {
    let time = key.timestamp.as_micros();
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
    conditions: &'a (dyn Fn(&mut QueryBuilder<Sqlite>) + Send + Sync),
) -> Selection<'a> {
    let index = Some("trace_step_by_time");
    Selection {
        table: "trace_step",
        index,
        tenant: tenant.as_str(),
        conditions,
    }
}

async fn count(
    store: &SqliteStore,
    tenant: &TenantId,
    query: &ReplayQuery,
    request: &PageRequest,
) -> StoreResult<logs_domain::Total> {
    let ReplayQuery { trace_id, window } = query;
    let in_window = |sql: &mut QueryBuilder<Sqlite>| push_range(sql, "occurred_at", window);
    let policy = |sql: &mut QueryBuilder<Sqlite>| audit_entry::push_replay(sql, window);
    let of_trace = |sql: &mut QueryBuilder<Sqlite>| {
        if let Some(trace_id) = trace_id {
            push_steps(sql, trace_id, query);
        }
    };
    let index = Some("system_record_by_time");
    let mut selections: Vec<Selection<'_>> = system_record::both(tenant, index, &in_window)
        .into_iter()
        .collect();
    selections.push(audit_entry::replay_selection(tenant, &policy));
    if trace_id.is_some() {
        selections.push(steps_selection(tenant, &of_trace));
    }
    total(store, request, &selections).await
}

#[cfg(test)]
mod tests {
    use logs_domain::{
        Direction, PageRequest, ReadMethod, RecordId, ReplayQuery, TenantId, Timestamp,
    };

    use super::{Bound, PLATFORM, POLICY, ReplayEventKey, ReplayKey, TENANT, Walk, bound};

    #[test]
    fn each_branch_goes_on_where_the_merge_stopped() {
        let tenant = TenantId::new("t").unwrap();
        let timestamp = Timestamp::from_micros(5).unwrap();
        let id = RecordId::imported(&tenant, "bound", 0).as_uuid();
        let key = ReplayKey {
            timestamp,
            event: ReplayEventKey::System { platform: true, id },
        };
        let (at, past) = (Bound::At(timestamp), Bound::Past(timestamp));
        for (direction, [before, behind]) in [
            (Direction::Ascending, [past, at]),
            (Direction::Descending, [at, past]),
        ] {
            let request = PageRequest::default().direction(direction);
            let (method, query) = (ReadMethod::GetReplayWindowEvents, ReplayQuery::default());
            let walk = Walk::new(method, &tenant, &query, &request).unwrap();
            let bound = |branch| bound(&walk, branch, Some(&key));
            assert_eq!(bound(TENANT), Some(before));
            assert_eq!(bound(PLATFORM), Some(Bound::Behind(timestamp, id)));
            assert_eq!(bound(POLICY), Some(behind));
            assert_eq!(super::bound(&walk, POLICY, None), None);
        }
    }
}
