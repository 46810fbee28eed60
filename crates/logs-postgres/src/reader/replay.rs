//! Replay windows: the events of all topics, merged, with a bounded branch for each topic.

use logs_domain::page::{ReplayKey, Walk, refuse_twins};
use logs_domain::{
    Direction, PageRequest, QueryResult, ReadMethod, RecordKind, ReplayEvent, ReplayQuery,
    StoreResult, TenantId, Total,
};
use logs_sql::condition::{push_order, push_range};
use logs_sql::filter;
use logs_sql::replay::{self, Branch, Event};
use logs_sql::step;
use sqlx::QueryBuilder;
use sqlx::postgres::{PgConnection, PgRow, Postgres};

use super::{audit_entry, system_record, trace};
use crate::decode::Row;
use crate::execute::{ReadTransaction, reading};
use crate::list::{Selection, push_keyed, total};
use crate::{PostgresStore, error, kind};

/// The order of steps in a window. At equal times, steps without a position come last.
const STEP_ORDER: [&str; 3] = ["timestamp", "position", "span_id"];

pub(crate) async fn window(
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
    replay::refuse_others(&mut found, query);
    refuse_twins(&mut found, |key| replay::inconsistent(key, "id"));
    let total = count(store, tenant, query, request).await?;
    walk.page(found, total)
}

/// The keys of the first `wanted` events of each branch, unordered. Keys are small, whatever the
/// size of the records.
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
        let conditions =
            |sql: &mut QueryBuilder<Postgres>| replay::push_steps(sql, trace_id, query);
        let mut sql = QueryBuilder::new("SELECT tenant_id, id, timestamp, position, span_id");
        steps_selection(tenant, &conditions).push(&mut sql);
        push_order(&mut sql, &STEP_ORDER, direction);
        sql.push(" LIMIT ").push_bind(wanted as i64);
        for row in fetch(&mut sql, connection).await? {
            let (timestamp, order) = step::place(&Row::new(&row, trace::STEPS), tenant)?;
            found.push(replay::step_key(timestamp, order));
        }
    }
    let in_window =
        |sql: &mut QueryBuilder<Postgres>| push_range(sql, "occurred_at", &query.window);
    let mut sql = system_record::window_keys(tenant, &in_window, direction, wanted);
    for row in fetch(&mut sql, connection).await? {
        found.push(replay::system_key(system_record::window_key(tenant, &row)?));
    }
    let mut sql = audit_entry::replay_keys(tenant, &query.window, direction, wanted);
    for row in fetch(&mut sql, connection).await? {
        found.push(replay::policy_key(audit_entry::replay_key(tenant, &row)?));
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

/// Up to `wanted` events of each branch, unordered.
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
    let mut sql = system_record::window_query(
        tenant,
        &in_window,
        direction,
        |platform| Branch::of_system(platform).bound(walk, from),
        wanted,
    );
    for row in &fetch(&mut sql, connection).await? {
        let (key, record) = system_record::window_record(tenant, row)?;
        let record = record.map(|record| ReplayEvent::from(&record));
        found.push((replay::system_key(key), record));
    }
    let bound = Branch::Policy.bound(walk, from);
    let window = &query.window;
    let entries =
        audit_entry::in_replay(connection, tenant, window, direction, bound, wanted).await?;
    for (place, entry) in entries {
        let entry = entry.map(|entry| ReplayEvent::from(&entry));
        found.push((replay::policy_key(place), entry));
    }
    snapshot.end().await?;
    Ok(found)
}

/// The steps of the trace in the window, with their indexes in the whole trace.
async fn steps(
    connection: &mut PgConnection,
    trace: &trace::Trace<'_>,
    query: &ReplayQuery,
    (walk, from): (&Walk<'_, ReplayKey>, Option<&ReplayKey>),
    wanted: usize,
) -> StoreResult<Vec<Event>> {
    let conditions =
        |sql: &mut QueryBuilder<Postgres>| replay::push_steps(sql, trace.trace_id, query);
    let selection = steps_selection(trace.tenant, &conditions);
    let direction = walk.direction();
    let mut sql = QueryBuilder::new("");
    push_keyed(&mut sql, selection.kinds, |sql| {
        sql.push("SELECT ").push(selection.columns);
        selection.push(sql);
        if let Some(key) = from {
            replay::push_behind(sql, key, direction);
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
    Ok(events
        .map(|(index, step)| replay::step_event(index, step))
        .collect())
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
) -> StoreResult<Total> {
    let in_window =
        |sql: &mut QueryBuilder<Postgres>| push_range(sql, "occurred_at", &query.window);
    let policy =
        |sql: &mut QueryBuilder<Postgres>| filter::audit_entry::push_replay(sql, &query.window);
    let of_trace = |sql: &mut QueryBuilder<Postgres>| {
        if let Some(trace_id) = &query.trace_id {
            replay::push_steps(sql, trace_id, query);
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
