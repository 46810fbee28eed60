//! Pages whose cursors hold the longest and the outermost keys.

use logs_domain::{ReplayQuery, SpanId, StepKey, TimeRange, Timestamp};

use crate::CaseContext;
use crate::appends::{append, append_platform};
use crate::case::cases;
use crate::samples::{first, span, system, tenant, trace_id};

cases! {
    r04_get_trace_steps_continues_behind_the_longest_span_ids,
    r04_get_replay_window_events_continues_behind_the_longest_span_ids,
    r04_get_system_records_in_window_continues_over_all_of_time,
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

async fn r04_get_trace_steps_continues_behind_the_longest_span_ids(case: &mut CaseContext) {
    store_longest(case).await;
    let mut request = first(1);
    for (place, id) in longest().iter().enumerate() {
        let page = case
            .store()
            .get_trace_steps(&tenant("a"), &trace_id("t"), &request)
            .await;
        let page = page.unwrap();
        assert_eq!(page.items[0].skill_name.as_str(), id);
        assert_eq!(page.has_more, place + 1 < longest().len());
        request = page
            .next
            .map_or_else(|| first(1), |cursor| request.after(cursor));
    }
}

async fn r04_get_replay_window_events_continues_behind_the_longest_span_ids(
    case: &mut CaseContext,
) {
    store_longest(case).await;
    let query = ReplayQuery::new(TimeRange::ALL).trace_id(trace_id("t"));
    let mut request = first(1);
    for (place, id) in longest().iter().enumerate() {
        let page = case
            .store()
            .get_replay_window_events(&tenant("a"), &query, &request)
            .await;
        let page = page.unwrap();
        assert_eq!(&page.items[0].action, id);
        assert_eq!(page.has_more, place + 1 < longest().len());
        request = page
            .next
            .map_or_else(|| first(1), |cursor| request.after(cursor));
    }
}

async fn r04_get_system_records_in_window_continues_over_all_of_time(case: &mut CaseContext) {
    let store = case.store();
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
    append(&*store, &tenant("a"), records()).await;
    append_platform(&*store, records()).await;
    let mut found = Vec::new();
    let mut next = Some(first(1));
    while let Some(request) = next {
        let page = store
            .get_system_records_in_window(&tenant("a"), &TimeRange::ALL, &request)
            .await;
        let page = page.unwrap();
        found.extend(
            page.items
                .iter()
                .map(|record| (record.occurred_at, record.is_platform())),
        );
        assert!(found.len() <= 2 * times.len(), "each record comes once");
        next = page.next.map(|cursor| request.after(cursor));
    }
    let expected: Vec<_> = times
        .iter()
        .flat_map(|time| [(*time, false), (*time, true)])
        .collect();
    assert_eq!(found, expected);
}
