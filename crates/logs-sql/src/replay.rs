//! The merge of a replay window: steps of a trace, system records of tenant and platform, and
//! events of policies and limits.

use logs_domain::page::{Keyed, ReplayEventKey, ReplayKey, StepOrder, SystemWindowKey, Walk};
use logs_domain::{
    Direction, ReplayEvent, ReplayQuery, StepPosition, StoreError, Timestamp, TraceId,
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::Dialect;
use crate::bound::Bound;
use crate::condition::{push_equal, push_range};
use crate::step::OrderedStep;

/// The position of an event in the merge, with the event or the error of reading it.
pub type Event = Keyed<ReplayKey, ReplayEvent>;

/// The branches of the merge whose records have ids, in their order on equal times. The steps of
/// the trace come before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Branch {
    /// System records of the tenant.
    Tenant = 1,
    /// System records of the platform.
    Platform = 2,
    /// Events of policies and limits.
    Policy = 3,
}

impl Branch {
    /// The branch of system records.
    #[must_use]
    pub const fn of_system(platform: bool) -> Self {
        if platform {
            Self::Platform
        } else {
            Self::Tenant
        }
    }

    /// The start of this branch, if the walk continues after a key.
    #[must_use]
    pub fn bound(self, walk: &Walk<'_, ReplayKey>, from: Option<&ReplayKey>) -> Option<Bound> {
        let key = from?;
        let (cursor, id): (Self, Uuid) = match &key.event {
            ReplayEventKey::System { platform, id } => (Self::of_system(*platform), *id),
            ReplayEventKey::Policy { id } => (Self::Policy, *id),
            // On equal times, all branches with ids come after the steps.
            ReplayEventKey::Step(_) if walk.is_reversed() => {
                return Some(Bound::Past(key.timestamp));
            }
            ReplayEventKey::Step(_) => return Some(Bound::At(key.timestamp)),
        };
        let place = (key.timestamp, id);
        Some(Bound::new(walk, self as u8, cursor as u8, place))
    }
}

/// The key of a step.
#[must_use]
pub const fn step_key(timestamp: Timestamp, order: StepOrder) -> ReplayKey {
    let event = ReplayEventKey::Step(order);
    ReplayKey { timestamp, event }
}

/// The key of a system record.
#[must_use]
pub const fn system_key(key: SystemWindowKey) -> ReplayKey {
    ReplayKey {
        timestamp: key.occurred_at,
        event: ReplayEventKey::System {
            platform: key.platform,
            id: key.id,
        },
    }
}

/// The key of an event of a policy or a limit.
#[must_use]
pub const fn policy_key((timestamp, id): (Timestamp, Uuid)) -> ReplayKey {
    let event = ReplayEventKey::Policy { id };
    ReplayKey { timestamp, event }
}

/// A step with its index in the whole trace.
pub fn step_event(index: u32, step: OrderedStep) -> Event {
    let event = step.step.map(|step| ReplayEvent::of_step(index, &step));
    (step_key(step.timestamp, step.order), event)
}

/// Refuses records outside the window, which a damaged index may return.
pub fn refuse_others(found: &mut [Event], query: &ReplayQuery) {
    for (key, event) in found {
        if event.is_ok() && !query.window.contains(key.timestamp) {
            *event = Err(inconsistent(key, "index"));
        }
    }
}

/// The error for a record in a wrong place.
#[must_use]
pub fn inconsistent(key: &ReplayKey, column: &'static str) -> StoreError {
    let (table, id) = match &key.event {
        ReplayEventKey::Step(_) => ("trace_step", String::new()),
        ReplayEventKey::System { id, .. } => ("system_record", id.to_string()),
        ReplayEventKey::Policy { id } => ("audit_entry", id.to_string()),
    };
    StoreError::inconsistent(table, column, id)
}

/// Pushes the conditions for the steps of a trace in the window.
pub fn push_steps<DB: Dialect>(
    query: &mut QueryBuilder<DB>,
    trace_id: &TraceId,
    replay: &ReplayQuery,
) {
    push_equal(query, "trace_id", Some(trace_id));
    push_range(query, "timestamp", &replay.window);
}

/// Pushes the condition for steps behind a key of the merge.
pub fn push_behind<DB: Dialect>(
    query: &mut QueryBuilder<DB>,
    key: &ReplayKey,
    direction: Direction,
) {
    match direction {
        Direction::Ascending => push_after(query, key),
        Direction::Descending => push_before(query, key),
    }
}

fn push_after<DB: Dialect>(query: &mut QueryBuilder<DB>, key: &ReplayKey) {
    let time = key.timestamp;
    match &key.event {
        ReplayEventKey::Step(StepOrder::Position(position)) => {
            query.push(" AND timestamp >= ");
            DB::push_time(query, time);
            query.push(" AND (timestamp > ");
            DB::push_time(query, time);
            query.push(" OR position IS NULL OR position > ");
            DB::push_integer(query, position.as_i64());
            if position.get() == StepPosition::MAX {
                // A step with an altered position beyond the last one counts as the last.
                query.push(" AND position <= ");
                DB::push_integer(query, position.as_i64());
            }
            query.push(")");
        }
        ReplayEventKey::Step(StepOrder::Span { span_id, .. }) => {
            query.push(" AND timestamp >= ");
            DB::push_time(query, time);
            query.push(" AND (timestamp > ");
            DB::push_time(query, time);
            query.push(" OR position IS NULL AND span_id > ");
            DB::push_text(query, span_id.to_string());
            query.push(")");
        }
        ReplayEventKey::System { .. } | ReplayEventKey::Policy { .. } => {
            query.push(" AND timestamp > ");
            DB::push_time(query, time);
        }
    }
    if time == Timestamp::MAX {
        // A step with an altered time beyond the range counts as the last.
        query.push(" AND timestamp <= ");
        DB::push_time(query, time);
    }
}

fn push_before<DB: Dialect>(query: &mut QueryBuilder<DB>, key: &ReplayKey) {
    let time = key.timestamp;
    query.push(" AND timestamp <= ");
    DB::push_time(query, time);
    match &key.event {
        ReplayEventKey::Step(StepOrder::Position(position)) => {
            query.push(" AND (timestamp < ");
            DB::push_time(query, time);
            query.push(" OR position < ");
            DB::push_integer(query, position.as_i64());
            query.push(")");
        }
        ReplayEventKey::Step(StepOrder::Span { span_id, .. }) => {
            query.push(" AND (timestamp < ");
            DB::push_time(query, time);
            query.push(" OR position IS NOT NULL OR span_id < ");
            DB::push_text(query, span_id.to_string());
            query.push(")");
        }
        // All steps of the same time come before.
        ReplayEventKey::System { .. } | ReplayEventKey::Policy { .. } => return,
    }
    if time == Timestamp::MIN {
        // A step with an altered time beyond the range counts as the last.
        query.push(" AND timestamp >= ");
        DB::push_time(query, time);
    }
}

#[cfg(test)]
mod tests {
    use logs_domain::page::{ReplayEventKey, ReplayKey, StepOrder, Walk};
    use logs_domain::{
        Direction, PageRequest, ReadMethod, RecordId, ReplayQuery, StepPosition, TenantId,
        TimeRange, Timestamp,
    };

    use super::{Bound, Branch};

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
            let goes_on = |branch: Branch, from| branch.bound(&walk, Some(from)).unwrap();
            assert_eq!(goes_on(Branch::Tenant, &record), earlier);
            let behind = Bound::Behind(timestamp, id);
            assert_eq!(goes_on(Branch::Platform, &record), behind);
            assert_eq!(goes_on(Branch::Policy, &record), later);
            assert_eq!(goes_on(Branch::Tenant, &step), later);
            assert_eq!(Branch::Policy.bound(&walk, None), None);
        }
    }
}
