//! Rule 12: replay windows, and the windows of system records.

mod records;

use logs_domain::{
    AuditEventType, Draft, EntityType, ReplayEvent, ReplayQuery, ReplaySource, Severity,
    SystemEventType, TimeRange, Timestamp,
};

use crate::appends::{append, append_platform};
use crate::case::cases;
use crate::samples::{at, audit_of, between, first, largest, span, step, system, tenant, trace_id};
use crate::{Case, CaseContext};

cases! {
    r12_get_replay_window_events_shows_each_source_in_its_words,
    r12_get_replay_window_events_merges_by_time_then_source,
    r12_get_replay_window_events_orders_equal_times_within_a_source,
    r12_get_replay_window_events_shows_policy_rules_and_limits_only,
    r12_get_replay_window_events_without_a_trace_shows_no_steps,
    r12_get_replay_window_events_shows_steps_of_its_trace_only,
    r12_get_replay_window_events_is_half_open,
    r12_get_replay_window_events_may_be_open_at_either_end,
    r12_get_replay_window_events_places_records_by_when_they_occurred,
    r12_get_replay_window_events_pages_hold_their_place_within_equal_times,
    r12_get_replay_window_events_of_an_empty_window_is_empty,
    r12_get_system_records_in_window_is_half_open,
}

pub(super) const FILES: &[&[Case]] = &[CASES, records::CASES];

fn happened(number: u32, event: &str, seconds: i64) -> logs_domain::NewSystemRecord {
    let mut record = system(number).occurred_at(at(seconds));
    record.event_type = SystemEventType::new(event).unwrap();
    record
}

fn done(number: u32, event: &str, seconds: i64) -> logs_domain::NewAuditEntry {
    let mut entry = audit_of(number, EntityType::LIMIT).occurred_at(at(seconds));
    entry.event_type = AuditEventType::new(event).unwrap();
    entry
}

async fn window(case: &CaseContext, query: &ReplayQuery, limit: u32) -> Vec<ReplayEvent> {
    let mut events = Vec::new();
    let mut next = Some(first(limit));
    while let Some(request) = next {
        let page = case
            .store()
            .get_replay_window_events(&tenant("a"), query, &request)
            .await;
        let page = page.unwrap();
        events.extend(page.items);
        assert!(events.len() < 1_000, "the window comes to an end");
        next = page.next.map(|cursor| request.after(cursor));
    }
    events
}

fn actions(events: &[ReplayEvent]) -> Vec<&str> {
    events.iter().map(|event| event.action.as_str()).collect()
}

fn of_trace(window: TimeRange) -> ReplayQuery {
    ReplayQuery::new(window).trace_id(trace_id("t"))
}

async fn r12_get_replay_window_events_shows_each_source_in_its_words(case: &mut CaseContext) {
    let mut part = span("t", "s", 1);
    part.outcome_category = logs_domain::OutcomeCategory::new("tool_calls").unwrap();
    let mut record = happened(1, "DEPLOY", 2);
    record.severity = Severity::Critical;
    let mut of_platform = happened(1, "RESTART", 3);
    of_platform.severity = Severity::Warn;
    append(
        &*case.store(),
        &tenant("a"),
        [
            Draft::from(part),
            record.into(),
            done(1, "LimitBreached", 4).into(),
        ],
    )
    .await;
    append_platform(&*case.store(), [of_platform]).await;
    let events = window(case, &of_trace(TimeRange::ALL), 1_000).await;
    let found: Vec<(ReplaySource, Option<u32>, Timestamp, &str, &str)> = events
        .iter()
        .map(|event| {
            let (action, outcome) = (event.action.as_str(), event.outcome.as_str());
            (
                event.source,
                event.step_index,
                event.timestamp,
                action,
                outcome,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (ReplaySource::Llm, Some(0), at(1), "span s", "tool_calls"),
            (ReplaySource::System, None, at(2), "DEPLOY", "CRITICAL"),
            (ReplaySource::System, None, at(3), "RESTART", "WARN"),
            (ReplaySource::Policy, None, at(4), "LimitBreached", "LIMIT"),
        ]
    );
}

/// At each of the times 10 and 20: a step, a system record of the tenant, one of the platform and
/// a policy event; ids run against the order of the merge.
async fn store_two_moments(case: &CaseContext) {
    let drafts = [20, 10].into_iter().flat_map(|second| {
        [
            Draft::from(done(
                1_000 - second,
                &format!("policy {second}"),
                i64::from(second),
            )),
            happened(2_000 - second, &format!("own {second}"), i64::from(second)).into(),
            span("t", &format!("{second}"), i64::from(second)).into(),
        ]
    });
    append(&*case.store(), &tenant("a"), drafts).await;
    let of_platform =
        [20, 10].map(|second| happened(second, &format!("platform {second}"), i64::from(second)));
    append_platform(&*case.store(), of_platform).await;
}

const TWO_MOMENTS: [&str; 8] = [
    "span 10",
    "own 10",
    "platform 10",
    "policy 10",
    "span 20",
    "own 20",
    "platform 20",
    "policy 20",
];

async fn r12_get_replay_window_events_merges_by_time_then_source(case: &mut CaseContext) {
    store_two_moments(case).await;
    let query = of_trace(TimeRange::ALL);
    assert_eq!(actions(&window(case, &query, 1_000).await), TWO_MOMENTS);
}

async fn r12_get_replay_window_events_orders_equal_times_within_a_source(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    // Positioned steps before spans; ids ascending; the later append holds the smaller ids.
    let mut at_5 = step("t", 5);
    at_5.timestamp = at(0);
    append(
        &*store,
        &a,
        [
            Draft::from(happened(5, "own 5", 0)),
            done(8, "policy 8", 0).into(),
            span("t", "b", 0).into(),
            span("t", "a", 0).into(),
        ],
    )
    .await;
    append_platform(
        &*store,
        [happened(9, "platform 9", 0), happened(2, "platform 2", 0)],
    )
    .await;
    case.clock().advance(std::time::Duration::from_secs(1));
    append(
        &*store,
        &a,
        [
            Draft::from(happened(3, "own 3", 0)),
            done(4, "policy 4", 0).into(),
            at_5.into(),
        ],
    )
    .await;
    let expected = [
        "at 5",
        "span a",
        "span b",
        "own 3",
        "own 5",
        "platform 2",
        "platform 9",
        "policy 4",
        "policy 8",
    ];
    let query = of_trace(TimeRange::ALL);
    for limit in [1, 2, 1_000] {
        assert_eq!(
            actions(&window(case, &query, limit).await),
            expected,
            "pages of {limit}"
        );
    }
}

async fn r12_get_replay_window_events_shows_policy_rules_and_limits_only(case: &mut CaseContext) {
    let types = EntityType::WELL_KNOWN.iter().cloned();
    let more = ["limit", "Limit", "OTHER"].map(|text| EntityType::new(text).unwrap());
    let entries = types.chain(more).zip(0..).map(|(entity_type, number)| {
        audit_of(number, entity_type).occurred_at(at(i64::from(number)))
    });
    append(&*case.store(), &tenant("a"), entries).await;
    let events = window(case, &ReplayQuery::new(TimeRange::ALL), 1_000).await;
    let mut shown: Vec<&str> = events.iter().map(|event| event.outcome.as_str()).collect();
    shown.sort_unstable();
    assert_eq!(shown, ["LIMIT", "POLICY_RULE"]);
    assert!(
        events
            .iter()
            .all(|event| event.source == ReplaySource::Policy)
    );
}

async fn r12_get_replay_window_events_without_a_trace_shows_no_steps(case: &mut CaseContext) {
    store_two_moments(case).await;
    let events = window(case, &ReplayQuery::new(TimeRange::ALL), 1_000).await;
    let expected = [
        "own 10",
        "platform 10",
        "policy 10",
        "own 20",
        "platform 20",
        "policy 20",
    ];
    assert_eq!(actions(&events), expected);
}

async fn r12_get_replay_window_events_shows_steps_of_its_trace_only(case: &mut CaseContext) {
    store_two_moments(case).await;
    append(
        &*case.store(),
        &tenant("a"),
        [span("T", "other", 15), span("t2", "other", 15)],
    )
    .await;
    append(&*case.store(), &tenant("b"), [span("t", "of b", 15)]).await;
    let query = of_trace(TimeRange::ALL);
    assert_eq!(actions(&window(case, &query, 1_000).await), TWO_MOMENTS);
    let unknown = ReplayQuery::new(TimeRange::ALL).trace_id(trace_id("unknown"));
    assert_eq!(window(case, &unknown, 1_000).await.len(), 6);
}

async fn r12_get_replay_window_events_is_half_open(case: &mut CaseContext) {
    store_two_moments(case).await;
    let micro = |seconds, micros| at(seconds).saturating_add_micros(micros);
    for (from, to, expected) in [
        (at(10), at(20), &TWO_MOMENTS[..4]),
        (at(10), micro(20, 1), &TWO_MOMENTS[..]),
        (micro(10, 1), at(20), &[]),
        (micro(10, 1), micro(20, 1), &TWO_MOMENTS[4..]),
        (micro(10, -1), micro(10, 1), &TWO_MOMENTS[..4]),
        (at(10), at(10), &[]),
        (at(20), at(20), &[]),
    ] {
        let query = of_trace(TimeRange::between(from, to).unwrap());
        assert_eq!(
            actions(&window(case, &query, 1_000).await),
            expected,
            "{from} to {to}"
        );
    }
}

async fn r12_get_replay_window_events_may_be_open_at_either_end(case: &mut CaseContext) {
    store_two_moments(case).await;
    for (range, expected) in [
        (TimeRange::since(at(20)), &TWO_MOMENTS[4..]),
        (TimeRange::before(at(20)), &TWO_MOMENTS[..4]),
        (TimeRange::ALL, &TWO_MOMENTS[..]),
        (TimeRange::since(Timestamp::MIN), &TWO_MOMENTS[..]),
        (TimeRange::before(Timestamp::MAX), &TWO_MOMENTS[..]),
        (TimeRange::since(at(21)), &[]),
        (TimeRange::before(at(10)), &[]),
    ] {
        let found = window(case, &of_trace(range), 3).await;
        assert_eq!(actions(&found), expected, "{range:?}");
    }
}

async fn r12_get_replay_window_events_places_records_by_when_they_occurred(case: &mut CaseContext) {
    let store = case.store();
    // Recorded now, occurred long ago; and one whose occurrence is the record time.
    append(
        &*store,
        &tenant("a"),
        [
            Draft::from(happened(1, "old", 10)),
            done(2, "old policy", 11).into(),
        ],
    )
    .await;
    append(&*store, &tenant("a"), [system(3)]).await;
    let events = window(case, &ReplayQuery::new(between(0, 100)), 1_000).await;
    assert_eq!(actions(&events), ["old", "old policy"]);
    let now = logs_domain::Clock::now(&*case.clock());
    let events = window(case, &ReplayQuery::new(TimeRange::since(now)), 1_000).await;
    assert_eq!(actions(&events), ["ERROR"]);
}

async fn r12_get_replay_window_events_pages_hold_their_place_within_equal_times(
    case: &mut CaseContext,
) {
    store_two_moments(case).await;
    for limit in 1..=9 {
        let found = window(case, &of_trace(TimeRange::ALL), limit).await;
        assert_eq!(actions(&found), TWO_MOMENTS, "pages of {limit}");
        let found = window(case, &of_trace(between(10, 11)), limit).await;
        assert_eq!(actions(&found), TWO_MOMENTS[..4], "pages of {limit}");
    }
}

async fn r12_get_replay_window_events_of_an_empty_window_is_empty(case: &mut CaseContext) {
    store_two_moments(case).await;
    let query = of_trace(between(11, 20));
    let page = case
        .store()
        .get_replay_window_events(&tenant("a"), &query, &largest())
        .await;
    let page = page.unwrap();
    assert!(page.items.is_empty() && !page.has_more);
    assert_eq!(page.total, logs_domain::Total::Exact(0));
}

async fn r12_get_system_records_in_window_is_half_open(case: &mut CaseContext) {
    let store = case.store();
    append(
        &*store,
        &tenant("a"),
        [happened(1, "own 10", 10), happened(2, "own 20", 20)],
    )
    .await;
    append_platform(
        &*store,
        [
            happened(1, "platform 10", 10),
            happened(2, "platform 20", 20),
        ],
    )
    .await;
    let micro = |seconds, micros| at(seconds).saturating_add_micros(micros);
    let all = ["own 10", "platform 10", "own 20", "platform 20"];
    for (range, expected) in [
        (between(10, 20), &all[..2]),
        (TimeRange::between(at(10), micro(20, 1)).unwrap(), &all[..]),
        (TimeRange::between(micro(10, 1), at(20)).unwrap(), &[]),
        (between(10, 10), &[]),
        (TimeRange::since(at(20)), &all[2..]),
        (TimeRange::before(at(20)), &all[..2]),
        (TimeRange::ALL, &all[..]),
    ] {
        let page = store
            .get_system_records_in_window(&tenant("a"), &range, &largest())
            .await;
        let page = page.unwrap();
        let found: Vec<&str> = page
            .items
            .iter()
            .map(|record| record.event_type.as_str())
            .collect();
        assert_eq!(found, expected, "{range:?}");
        assert_eq!(
            page.total,
            logs_domain::Total::Exact(expected.len() as u64),
            "{range:?}"
        );
    }
}
