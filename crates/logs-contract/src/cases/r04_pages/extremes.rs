//! Pages whose cursors hold the longest and the outermost keys.

use std::fmt::Debug;

use logs_domain::{
    Direction, PageRequest, QueryResult, ReplayQuery, SpanId, StepKey, TimeRange, Timestamp,
};

use crate::CaseContext;
use crate::appends::{append, append_platform};
use crate::case::cases;
use crate::samples::{first, span, system, tenant, trace_id};

cases! {
    r04_get_trace_steps_goes_past_the_longest_span_ids,
    r04_get_replay_window_events_goes_past_the_longest_span_ids,
    r04_get_system_records_in_window_goes_over_all_of_time,
}

/// Span ids of the largest size, of one to four bytes a character, that differ at their end.
fn longest() -> Vec<String> {
    let mut ids: Vec<String> = ["x", "\u{e9}", "\u{20ac}", "\u{1f600}"]
        .iter()
        .flat_map(|letter| {
            let filled = letter.repeat((SpanId::MAX_BYTES - 2) / letter.len());
            ["a", "b"].map(|end| format!("{filled}{end}"))
        })
        .collect();
    ids.sort_unstable();
    ids
}

async fn store_longest(case: &CaseContext) {
    append(
        &*case.store(),
        &tenant("a"),
        longest().iter().map(|id| {
            let mut step = span("t", "s", 0);
            step.key = StepKey::Span(SpanId::new(id.as_str()).unwrap());
            step.skill_name = logs_domain::SkillName::new(id.as_str()).unwrap();
            step
        }),
    )
    .await;
}

/// Each record of a list by pages of one, in each direction forwards and back: what `fetch` makes of a
/// page, in its own order. The four walks agree.
async fn one_by_one<T: PartialEq + Debug, F: Future<Output = QueryResult<T>>>(
    own: Direction,
    fetch: impl Fn(PageRequest) -> F,
) -> Vec<T> {
    let mut walks = Vec::new();
    for direction in [own, own.reversed()] {
        let request = first(1).direction(direction);
        let mut page = fetch(request.clone()).await;
        let mut forth = Vec::new();
        loop {
            assert_eq!(page.items.len(), 1, "{direction:?}");
            forth.append(&mut page.items);
            assert!(forth.len() < 100, "each record comes once");
            let Some(next) = page.next else { break };
            page = fetch(request.clone().after(next)).await;
        }
        let mut back = Vec::new();
        while let Some(place) = page.previous {
            page = fetch(request.clone().before(place)).await;
            back.append(&mut page.items);
            assert!(back.len() < forth.len(), "each record comes once");
        }
        back.reverse();
        assert_eq!(back, forth[..forth.len() - 1], "{direction:?}, back");
        if direction != own {
            forth.reverse();
        }
        walks.push(forth);
    }
    let (turned, own) = (walks.pop(), walks.pop());
    assert_eq!(turned, own, "the exact reverse");
    own.unwrap_or_default()
}

async fn r04_get_trace_steps_goes_past_the_longest_span_ids(case: &mut CaseContext) {
    store_longest(case).await;
    let (store, a, trace) = (&case.store(), &tenant("a"), &trace_id("t"));
    let found = one_by_one(Direction::Ascending, |request| async move {
        let page = store.get_trace_steps(a, trace, &request).await.unwrap();
        page.map(|step| step.skill_name.to_string())
    });
    assert_eq!(found.await, longest());
}

async fn r04_get_replay_window_events_goes_past_the_longest_span_ids(case: &mut CaseContext) {
    store_longest(case).await;
    let query = &ReplayQuery::new(TimeRange::ALL).trace_id(trace_id("t"));
    let (store, a) = (&case.store(), &tenant("a"));
    let found = one_by_one(Direction::Ascending, |request| async move {
        let page = store.get_replay_window_events(a, query, &request).await;
        page.unwrap().map(|event| event.action)
    });
    assert_eq!(found.await, longest());
}

async fn r04_get_system_records_in_window_goes_over_all_of_time(case: &mut CaseContext) {
    let (store, a) = (&case.store(), &tenant("a"));
    let times: Vec<Timestamp> = [
        Timestamp::MIN.as_micros(),
        -1_000_001,
        -1,
        0,
        1,
        Timestamp::MAX.as_micros(),
    ]
    .iter()
    .map(|micros| Timestamp::from_micros(*micros).unwrap())
    .collect();
    let records = || {
        (0..)
            .zip(&times)
            .map(|(number, time)| system(number).occurred_at(*time))
    };
    append(&**store, a, records()).await;
    append_platform(&**store, records()).await;
    let found = one_by_one(Direction::Ascending, |request| async move {
        let window = TimeRange::ALL;
        let page = store
            .get_system_records_in_window(a, &window, &request)
            .await;
        page.unwrap()
            .map(|record| (record.occurred_at, record.is_platform()))
    });
    let expected: Vec<_> = times
        .iter()
        .flat_map(|time| [(*time, false), (*time, true)])
        .collect();
    assert_eq!(found.await, expected);
}
