//! Rule 10: the steps of a trace.

use std::time::Duration;

use logs_domain::{
    LogsStore, NewTraceStep, OnConflict, ReplayQuery, ReplaySource, SpanId, StepKey, StepPosition,
    TenantId, TimeRange, TraceSnapshot, TraceStepSnapshot,
};

use crate::CaseContext;
use crate::appends::{append, batch};
use crate::case::cases;
use crate::lists::List;
use crate::samples::{at, between, first, largest, span, step, tenant, trace, trace_id};

cases! {
    r10_get_trace_steps_positions_are_indexes_and_gaps_stay,
    r10_get_trace_steps_positions_do_not_follow_the_times,
    r10_get_trace_steps_spans_follow_time_then_the_bytes_of_their_ids,
    r10_get_trace_steps_spans_are_numbered_from_zero_without_positions,
    r10_get_trace_steps_spans_come_after_the_last_position,
    r10_get_trace_steps_late_spans_renumber_those_after_them,
    r10_get_trace_steps_late_positions_take_their_place,
    r10_get_trace_steps_does_not_need_a_header,
    r10_get_trace_is_the_header_and_none_where_there_are_only_steps,
    r10_get_trace_steps_of_a_header_without_steps_is_empty,
    r10_get_trace_steps_keeps_traces_apart,
    r10_get_trace_steps_numbers_hold_over_many_pages,
    r10_get_trace_steps_goes_to_the_largest_position,
    r10_get_trace_steps_span_times_go_to_their_limits,
    r10_get_trace_steps_tells_the_key_and_the_parent_of_each,
    r10_get_replay_window_events_numbers_steps_over_the_whole_trace,
    r10_list_trace_steps_holds_steps_of_all_traces_with_their_keys,
}

async fn steps(store: &dyn LogsStore, tenant: &TenantId, trace: &str) -> Vec<TraceStepSnapshot> {
    let page = store
        .get_trace_steps(tenant, &trace_id(trace), &largest())
        .await
        .unwrap();
    assert!(!page.has_more);
    page.items
}

fn numbered(steps: &[TraceStepSnapshot]) -> Vec<(u32, &str)> {
    steps
        .iter()
        .map(|step| (step.step_index, step.skill_name.as_str()))
        .collect()
}

async fn assert_steps(case: &CaseContext, drafts: Vec<NewTraceStep>, expected: &[(u32, &str)]) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, drafts).await;
    assert_eq!(numbered(&steps(&*store, &a, "t").await), expected);
}

async fn r10_get_trace_steps_positions_are_indexes_and_gaps_stay(case: &mut CaseContext) {
    let drafts = vec![
        step("t", 7),
        step("t", 2),
        step("t", 1_000_000),
        step("t", 3),
    ];
    let expected = [
        (2, "at 2"),
        (3, "at 3"),
        (7, "at 7"),
        (1_000_000, "at 1000000"),
    ];
    assert_steps(case, drafts, &expected).await;
}

async fn r10_get_trace_steps_positions_do_not_follow_the_times(case: &mut CaseContext) {
    let drafts = (0..12)
        .map(|position| {
            let mut step = step("t", position);
            step.timestamp = at(100 - i64::from(position));
            step
        })
        .collect();
    // By number and not by text: 2 comes before 10.
    let names: Vec<String> = (0..12).map(|position| format!("at {position}")).collect();
    let expected: Vec<(u32, &str)> = (0..).zip(names.iter().map(String::as_str)).collect();
    assert_steps(case, drafts, &expected).await;
}

async fn r10_get_trace_steps_spans_follow_time_then_the_bytes_of_their_ids(case: &mut CaseContext) {
    let ids = [
        "b",
        "B",
        "a",
        "\u{e9}",
        "10",
        "9",
        "e\u{301}",
        "Z",
        "aa",
        "\u{ff5e}",
        "\u{1f600}",
    ];
    let mut drafts: Vec<NewTraceStep> = ids.iter().map(|id| span("t", id, 5)).collect();
    drafts.push(span("t", "zzz early", 4));
    drafts.push(span("t", "0 late", 6));
    let mut sorted: Vec<String> = ids.iter().map(|id| format!("span {id}")).collect();
    // `String` compares as bytes: `\u{ff5e}` before `\u{1f600}`, which UTF-16 turns round.
    sorted.sort_unstable();
    sorted.insert(0, "span zzz early".to_owned());
    sorted.push("span 0 late".to_owned());
    let expected: Vec<(u32, &str)> = (0..).zip(sorted.iter().map(String::as_str)).collect();
    assert_steps(case, drafts, &expected).await;
}

async fn r10_get_trace_steps_spans_are_numbered_from_zero_without_positions(
    case: &mut CaseContext,
) {
    let drafts = vec![span("t", "x", 30), span("t", "y", 10), span("t", "z", 20)];
    assert_steps(case, drafts, &[(0, "span y"), (1, "span z"), (2, "span x")]).await;
}

async fn r10_get_trace_steps_spans_come_after_the_last_position(case: &mut CaseContext) {
    // All spans begin before all positioned steps, and come after them all the same.
    let drafts = vec![
        step("t", 5),
        span("t", "b", -50),
        step("t", 1),
        span("t", "a", -49),
    ];
    let expected = [(1, "at 1"), (5, "at 5"), (6, "span b"), (7, "span a")];
    assert_steps(case, drafts, &expected).await;
}

async fn r10_get_trace_steps_late_spans_renumber_those_after_them(case: &mut CaseContext) {
    assert_steps(case, vec![span("t", "last", 30)], &[(0, "span last")]).await;
    case.clock().advance(Duration::from_secs(60));
    let expected = [(0, "span first"), (1, "span last")];
    assert_steps(case, vec![span("t", "first", 10)], &expected).await;
    case.clock().advance(Duration::from_secs(60));
    let expected = [(0, "span first"), (1, "span middle"), (2, "span last")];
    assert_steps(case, vec![span("t", "middle", 20)], &expected).await;
    // The same telemetry again changes no number.
    let again = batch([span("t", "middle", 20), span("t", "first", 10)]);
    case.store()
        .append(&tenant("a"), &again, OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(
        numbered(&steps(&*case.store(), &tenant("a"), "t").await),
        expected
    );
}

async fn r10_get_trace_steps_late_positions_take_their_place(case: &mut CaseContext) {
    let drafts = vec![step("t", 4), span("t", "s", 0)];
    assert_steps(case, drafts, &[(4, "at 4"), (5, "span s")]).await;
    let expected = [(0, "at 0"), (4, "at 4"), (9, "at 9"), (10, "span s")];
    assert_steps(case, vec![step("t", 9), step("t", 0)], &expected).await;
}

async fn r10_get_trace_steps_does_not_need_a_header(case: &mut CaseContext) {
    assert_steps(
        case,
        vec![step("t", 0), span("t", "s", 1)],
        &[(0, "at 0"), (1, "span s")],
    )
    .await;
    let store = case.store();
    let a = tenant("a");
    assert!(List::Traces.all(&*store, &a).await.is_empty());
    assert_eq!(List::TraceSteps.all(&*store, &a).await.len(), 2);
    // The header may come later.
    append(&*store, &a, [trace("t")]).await;
    assert_eq!(steps(&*store, &a, "t").await.len(), 2);
}

async fn r10_get_trace_is_the_header_and_none_where_there_are_only_steps(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, [step("t", 0), step("u", 0)]).await;
    for name in ["t", "absent"] {
        let found = store.get_trace(&a, &trace_id(name)).await;
        assert_eq!(found.unwrap(), None, "trace {name}");
    }
    // A header needs no steps, and one that comes later is found as it was stored.
    for (name, second) in [("t", 1), ("bare", 2)] {
        let draft = trace(name).started_at(at(second));
        let receipt = append(&*store, &a, [draft.clone()]).await;
        let found = store.get_trace(&a, &trace_id(name)).await.unwrap();
        let stored = TraceSnapshot::from_parts(a.clone(), draft, receipt.records[0].created_at);
        assert_eq!(found, Some(stored), "trace {name}");
    }
    let other = store.get_trace(&a, &trace_id("u")).await;
    assert_eq!(other.unwrap(), None);
}

async fn r10_get_trace_steps_of_a_header_without_steps_is_empty(case: &mut CaseContext) {
    let store = case.store();
    append(&*store, &tenant("a"), [trace("t")]).await;
    assert!(steps(&*store, &tenant("a"), "t").await.is_empty());
    assert!(steps(&*store, &tenant("a"), "unknown").await.is_empty());
}

async fn r10_get_trace_steps_keeps_traces_apart(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    for (trace, seconds) in [("t", 1), ("T", 2), ("t ", 3), ("tt", 4)] {
        append(&*store, &a, [span(trace, "s", seconds), step(trace, 3)]).await;
    }
    for (trace, seconds) in [("t", 1), ("T", 2), ("t ", 3), ("tt", 4)] {
        let found = steps(&*store, &a, trace).await;
        assert_eq!(
            numbered(&found),
            [(3, "at 3"), (4, "span s")],
            "trace {trace:?}"
        );
        assert_eq!(found[1].timestamp, at(seconds), "trace {trace:?}");
    }
}

async fn r10_get_trace_steps_numbers_hold_over_many_pages(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let positioned = (0..700).map(|number| step("t", number * 2));
    let spans = (0..800).map(|number| span("t", &format!("s{number:04}"), i64::from(number / 3)));
    append(&*store, &a, positioned.chain(spans)).await;
    let expected: Vec<u32> = (0..700)
        .map(|number| number * 2)
        .chain(1_399..2_199)
        .collect();
    for limit in [1_000, 999, 77] {
        let mut found = Vec::new();
        let mut next = Some(first(limit));
        while let Some(request) = next {
            let page = store
                .get_trace_steps(&a, &trace_id("t"), &request)
                .await
                .unwrap();
            found.extend(page.items.iter().map(|step| step.step_index));
            assert!(found.len() <= expected.len(), "each step comes once");
            next = page.next.map(|cursor| request.after(cursor));
        }
        assert_eq!(found, expected, "pages of {limit}");
    }
    let offset = logs_domain::PageOffset::new(1_498).unwrap();
    let page = store
        .get_trace_steps(&a, &trace_id("t"), &first(5).offset(offset))
        .await
        .unwrap();
    assert_eq!(
        numbered(&page.items),
        [(2_197, "span s0798"), (2_198, "span s0799")]
    );
}

async fn r10_get_trace_steps_goes_to_the_largest_position(case: &mut CaseContext) {
    let largest = logs_domain::StepPosition::MAX;
    let name = format!("at {largest}");
    let mut last = step("t", largest);
    last.timestamp = at(0);
    let drafts = vec![span("t", "s", 0), last, span("t", "u", 1)];
    let expected = [
        (largest, name.as_str()),
        (largest + 1, "span s"),
        (largest + 2, "span u"),
    ];
    assert_steps(case, drafts, &expected).await;
}

async fn r10_get_trace_steps_span_times_go_to_their_limits(case: &mut CaseContext) {
    let mut first = span("t", "z", 0);
    first.timestamp = logs_domain::Timestamp::MIN;
    let mut last = span("t", "a", 0);
    last.timestamp = logs_domain::Timestamp::MAX;
    let mut before_1970 = span("t", "y", 0);
    before_1970.timestamp = logs_domain::Timestamp::from_micros(-1).unwrap();
    let mut after_1970 = span("t", "b", 0);
    after_1970.timestamp = logs_domain::Timestamp::from_micros(0).unwrap();
    let drafts = vec![last, before_1970, first, after_1970];
    assert_steps(
        case,
        drafts,
        &[(0, "span z"), (1, "span y"), (2, "span b"), (3, "span a")],
    )
    .await;
}

async fn r10_get_trace_steps_tells_the_key_and_the_parent_of_each(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let position = |number| StepKey::Position(StepPosition::new(number).unwrap());
    let of_span = |text: &str| StepKey::Span(SpanId::new(text).unwrap());
    // One key space is not the other; a parent may be missing, come later, or be the step itself.
    let drafts = [
        step("t", 0),
        step("t", 1).parent(position(0)),
        step("t", 2).parent(of_span("0")),
        step("t", 3).parent(position(3)),
        span("t", "0", 1).parent(position(StepPosition::MAX)),
        span("t", "b", 2).parent(of_span("c")),
        span("t", "c", 3),
    ];
    let expected: Vec<_> = drafts
        .iter()
        .map(|draft| (draft.key.clone(), draft.parent.clone()))
        .collect();
    append(&*store, &a, drafts.clone()).await;
    let found = steps(&*store, &a, "t").await;
    let told: Vec<_> = found
        .iter()
        .map(|step| (step.key.clone(), step.parent.clone()))
        .collect();
    assert_eq!(told, expected);
    let filter = logs_domain::TraceStepFilter::default();
    let listed = store.list_trace_steps(&a, &filter, &largest()).await;
    let mut told: Vec<_> = listed
        .unwrap()
        .items
        .into_iter()
        .map(|step| (step.key, step.parent))
        .collect();
    told.sort_unstable();
    let mut expected = expected;
    expected.sort_unstable();
    assert_eq!(told, expected);
    // The parent is content: the key under another parent is another step.
    let other = batch([step("t", 1).parent(position(2))]);
    let refused = store.append(&a, &other, OnConflict::RejectCall).await;
    assert!(refused.is_err(), "{refused:?}");
}

async fn r10_get_replay_window_events_numbers_steps_over_the_whole_trace(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let spans = (0..10).map(|number| span("t", &format!("s{number}"), 100 + number));
    append(&*store, &a, spans.chain([step("t", 3), step("t", 8)])).await;
    for (window, expected) in [
        (between(105, 108), vec![14, 15, 16]),
        (between(3, 4), vec![3]),
        (TimeRange::since(at(109)), vec![18]),
        (between(8, 101), vec![8, 9]),
    ] {
        let query = ReplayQuery::new(window).trace_id(trace_id("t"));
        for limit in [1, 1_000] {
            let mut found = Vec::new();
            let mut next = Some(first(limit));
            while let Some(request) = next {
                let page = store
                    .get_replay_window_events(&a, &query, &request)
                    .await
                    .unwrap();
                assert!(
                    page.items
                        .iter()
                        .all(|event| event.source == ReplaySource::Llm)
                );
                found.extend(page.items.iter().filter_map(|event| event.step_index));
                assert!(found.len() <= expected.len(), "each step comes once");
                next = page.next.map(|cursor| request.after(cursor));
            }
            assert_eq!(found, expected, "{window:?}, pages of {limit}");
        }
    }
}

async fn r10_list_trace_steps_holds_steps_of_all_traces_with_their_keys(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let drafts = vec![
        step("t", 1),
        span("t", "1", 1),
        step("u", 1),
        span("u", "x", 9),
    ];
    append(&*store, &a, drafts.clone()).await;
    let filter = logs_domain::TraceStepFilter::default();
    let page = store
        .list_trace_steps(&a, &filter, &largest())
        .await
        .unwrap();
    let found: Vec<NewTraceStep> = page
        .items
        .iter()
        .map(logs_domain::TraceStepRecord::to_draft)
        .collect();
    assert_eq!(found.len(), drafts.len());
    assert!(
        drafts.iter().all(|draft| found.contains(draft)),
        "{found:?}"
    );
}
