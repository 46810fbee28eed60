//! Replay windows: the events of all topics, merged, with a bounded branch for each topic.

use logs_domain::page::{ReplayKey, Walk, refuse_twins};
use logs_domain::{
    PageRequest, QueryResult, ReadMethod, ReplayEvent, ReplayQuery, StoreResult, TenantId, Total,
};
use logs_sql::condition::{push_order, push_range};
use logs_sql::filter;
use logs_sql::replay::{self, Branch, Event};
use logs_sql::step;
use sqlx::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteRow};

use super::{audit_entry, system_record, trace};
use crate::decode::Row;
use crate::list::{Selection, total};
use crate::{SqliteStore, error};

pub(crate) async fn window(
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
    replay::refuse_others(&mut found, query);
    // Other events have ids, which are unique.
    refuse_twins(&mut found, |key| replay::inconsistent(key, "id"));
    let total = count(store, tenant, query, request).await?;
    walk.page(found, total)
}

/// Up to `wanted` events of each branch, unordered.
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
    for platform in [false, true] {
        let branch = system_record::Branch::in_window(tenant, platform, &in_window);
        let bound = Branch::of_system(platform).bound(walk, from);
        let records = branch.fetch(connection, walk.direction(), bound, wanted);
        for (key, record) in records.await? {
            let record = record.map(|record| ReplayEvent::from(&record));
            found.push((replay::system_key(key), record));
        }
    }
    let bound = Branch::Policy.bound(walk, from);
    let entries =
        audit_entry::in_replay(connection, tenant, window, walk.direction(), bound, wanted).await?;
    for (place, entry) in entries {
        let entry = entry.map(|entry| ReplayEvent::from(&entry));
        found.push((replay::policy_key(place), entry));
    }
    Ok(found)
}

/// The keys of the first `wanted` events of each branch, unordered. Keys are small, whatever the
/// size of the records.
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
            let (timestamp, order) = step::place(&Row::new(&row, trace::STEPS), tenant)?;
            found.push(replay::step_key(timestamp, order));
        }
    }
    let in_window = |sql: &mut QueryBuilder<Sqlite>| push_range(sql, "occurred_at", window);
    for platform in [false, true] {
        let branch = system_record::Branch::in_window(tenant, platform, &in_window);
        let keys = branch.keys(connection, walk.direction(), wanted).await?;
        found.extend(keys.into_iter().map(replay::system_key));
    }
    let places =
        audit_entry::replay_keys(connection, tenant, window, walk.direction(), wanted).await?;
    found.extend(places.into_iter().map(replay::policy_key));
    Ok(found)
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
    Ok(events
        .map(|(index, step)| replay::step_event(index, step))
        .collect())
}

async fn step_rows(
    connection: &mut SqliteConnection,
    columns: &str,
    trace: &trace::Trace<'_>,
    query: &ReplayQuery,
    (walk, from): (&Walk<'_, ReplayKey>, Option<&ReplayKey>),
    wanted: usize,
) -> StoreResult<Vec<SqliteRow>> {
    let conditions =
        |sql: &mut QueryBuilder<Sqlite>| replay::push_steps(sql, trace.trace_id, query);
    let mut sql = QueryBuilder::new("SELECT ");
    sql.push(columns);
    steps_selection(trace.tenant, &conditions).push_from(&mut sql, |sql| {
        if let Some(key) = from {
            replay::push_behind(sql, key, walk.direction());
        }
    });
    let columns = ["timestamp", "position IS NULL", "position", "span_id"];
    push_order(&mut sql, &columns, walk.direction());
    sql.push(" LIMIT ").push_bind(wanted as i64);
    let rows = sql.build().fetch_all(connection).await;
    rows.map_err(error::read)
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
) -> StoreResult<Total> {
    let ReplayQuery { trace_id, window } = query;
    let in_window = |sql: &mut QueryBuilder<Sqlite>| push_range(sql, "occurred_at", window);
    let policy = |sql: &mut QueryBuilder<Sqlite>| filter::audit_entry::push_replay(sql, window);
    let of_trace = |sql: &mut QueryBuilder<Sqlite>| {
        if let Some(trace_id) = trace_id {
            replay::push_steps(sql, trace_id, query);
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
