//! Rule 13: governance events.

use std::time::Duration;

use logs_domain::{EntityType, GovernanceFilter, NewAuditEntry, RunId, Total};

use crate::CaseContext;
use crate::appends::append;
use crate::case::cases;
use crate::samples::{at, audit_of, between, first, id, json, largest, run_id, tenant, varied};

cases! {
    r13_get_governance_events_are_about_four_types_of_things,
    r13_get_governance_events_of_a_run_name_it_in_either_state_and_field,
    r13_get_governance_events_hold_an_entry_once_that_names_the_run_twice,
    r13_get_governance_events_of_a_run_ignore_what_is_no_text,
    r13_get_governance_events_of_a_run_ignore_what_is_not_at_the_top,
    r13_get_governance_events_of_a_run_compare_as_bytes,
    r13_get_governance_events_read_json_as_json,
    r13_get_governance_events_are_filtered_before_the_limit,
    r13_get_governance_events_by_time_and_run_together,
    r13_get_governance_events_name_several_runs,
    r13_get_governance_events_of_a_run_know_the_longest_ids,
    r13_get_governance_events_hold_entries_with_texts_that_no_run_id_can_be,
}

/// The numbers of the events of a run, or of all, in ascending order.
async fn events(case: &CaseContext, run: Option<&str>) -> Vec<usize> {
    let filter = GovernanceFilter {
        run_id: run.map(run_id),
        ..GovernanceFilter::default()
    };
    let page = case
        .store()
        .get_governance_events(&tenant("a"), &filter, &largest())
        .await
        .unwrap();
    assert_eq!(page.total, Total::Exact(page.items.len() as u64));
    let number = |entry: &logs_domain::AuditLedgerSnapshot| {
        (0..100)
            .find(|number| id(*number) == entry.id)
            .expect("an id of this case") as usize
    };
    let mut numbers: Vec<usize> = page.items.iter().map(number).collect();
    numbers.sort_unstable();
    numbers
}

/// Stores one entry about a limit for each pair of states.
async fn store_states(case: &CaseContext, states: &[(Option<&str>, Option<&str>)]) {
    let entries = states.iter().zip(0..).map(|((before, after), number)| {
        let mut entry: NewAuditEntry = audit_of(number, EntityType::LIMIT);
        entry.before_state = before.map(json);
        entry.after_state = after.map(json);
        entry
    });
    append(&*case.store(), &tenant("a"), entries).await;
}

async fn r13_get_governance_events_are_about_four_types_of_things(case: &mut CaseContext) {
    let types = [
        "POLICY_RULE",
        "POLICY_PROPOSAL",
        "LIMIT",
        "INCIDENT",
        "SIGNAL",
        "policy_rule",
        "LIMITS",
        "OTHER",
    ];
    let entries = types.iter().zip(0..).map(|(entity_type, number)| {
        audit_of(number, EntityType::new(*entity_type).unwrap())
            .after_state(json(r#"{"run_id":"r"}"#))
    });
    append(&*case.store(), &tenant("a"), entries).await;
    assert_eq!(events(case, None).await, [0, 1, 2, 3]);
    assert_eq!(events(case, Some("r")).await, [0, 1, 2, 3]);
}

async fn r13_get_governance_events_of_a_run_name_it_in_either_state_and_field(
    case: &mut CaseContext,
) {
    store_states(
        case,
        &[
            (Some(r#"{"run_id":"r"}"#), None),
            (None, Some(r#"{"run_id":"r"}"#)),
            (Some(r#"{"source_run_id":"r"}"#), None),
            (None, Some(r#"{"source_run_id":"r"}"#)),
            (Some(r#"{"run_id":"x"}"#), Some(r#"{"source_run_id":"r"}"#)),
            (
                Some(r#"{"other":"r"}"#),
                Some(r#"{"target_run_id":"r","RUN_ID":"r"}"#),
            ),
            (None, None),
            (Some("{}"), Some("{}")),
        ],
    )
    .await;
    assert_eq!(events(case, Some("r")).await, [0, 1, 2, 3, 4]);
    assert_eq!(events(case, Some("x")).await, [4]);
    assert_eq!(events(case, Some("unknown")).await, Vec::<usize>::new());
    assert_eq!(events(case, None).await.len(), 8);
}

async fn r13_get_governance_events_hold_an_entry_once_that_names_the_run_twice(
    case: &mut CaseContext,
) {
    let both = r#"{"run_id":"r","source_run_id":"r"}"#;
    store_states(
        case,
        &[
            (Some(both), Some(both)),
            (Some(both), None),
            (None, Some(both)),
        ],
    )
    .await;
    assert_eq!(events(case, Some("r")).await, [0, 1, 2]);
    assert_eq!(events(case, None).await, [0, 1, 2]);
    let filter = GovernanceFilter::default().run_id(run_id("r"));
    let mut request = first(1);
    for remaining in (0..3).rev() {
        let page = case
            .store()
            .get_governance_events(&tenant("a"), &filter, &request)
            .await
            .unwrap();
        assert_eq!(page.items.len(), 1);
        assert_eq!(page.items[0].id, id(remaining), "the larger id first");
        assert_eq!(page.has_more, remaining > 0);
        request = page
            .next
            .map_or_else(largest, |cursor| request.after(cursor));
    }
}

async fn r13_get_governance_events_of_a_run_ignore_what_is_no_text(case: &mut CaseContext) {
    store_states(
        case,
        &[
            (Some(r#"{"run_id":1}"#), Some(r#"{"source_run_id":["1"]}"#)),
            (Some(r#"{"run_id":null}"#), Some(r#"{"run_id":true}"#)),
            (Some(r#"{"run_id":{"run_id":"1"}}"#), None),
            (Some(r#"{"run_id":1.5,"source_run_id":"1"}"#), None),
        ],
    )
    .await;
    assert_eq!(events(case, Some("1")).await, [3]);
    for run in ["null", "true", "[\"1\"]", "1.5", "{\"run_id\":\"1\"}"] {
        assert_eq!(events(case, Some(run)).await, Vec::<usize>::new(), "{run}");
    }
}

async fn r13_get_governance_events_of_a_run_ignore_what_is_not_at_the_top(case: &mut CaseContext) {
    store_states(
        case,
        &[
            (
                Some(r#"{"state":{"run_id":"r"}}"#),
                Some(r#"{"list":[{"source_run_id":"r"}]}"#),
            ),
            (
                Some(r#"{"text":"\"run_id\":\"r\""}"#),
                Some(r#"{"run_id ":"r","state.run_id":"r"}"#),
            ),
        ],
    )
    .await;
    assert_eq!(events(case, Some("r")).await, Vec::<usize>::new());
    assert_eq!(events(case, None).await, [0, 1]);
}

async fn r13_get_governance_events_of_a_run_compare_as_bytes(case: &mut CaseContext) {
    let state = |run: &str| format!(r#"{{"run_id":"{run}"}}"#);
    let runs = ["r", "R", "r ", "\u{e9}", "e\u{301}", "rr", "%", "_"];
    let states: Vec<String> = runs.iter().map(|run| state(run)).collect();
    let states: Vec<_> = states
        .iter()
        .map(|state| (None, Some(state.as_str())))
        .collect();
    store_states(case, &states).await;
    for (number, run) in runs.iter().enumerate() {
        assert_eq!(events(case, Some(run)).await, [number], "{run:?}");
    }
}

async fn r13_get_governance_events_read_json_as_json(case: &mut CaseContext) {
    store_states(
        case,
        &[
            (Some(r#"{"run_id":"\u0041\"\\\/b"}"#), None),
            (
                None,
                Some(r#"{ "z" : 1 , "source_run_id" : "\ud83d\ude00" }"#),
            ),
            (Some(r#"{"run\u005fid":"escaped key"}"#), None),
        ],
    )
    .await;
    assert_eq!(events(case, Some("A\"\\/b")).await, [0]);
    assert_eq!(events(case, Some("\u{1f600}")).await, [1]);
    assert_eq!(events(case, Some("escaped key")).await, [2]);
}

async fn r13_get_governance_events_are_filtered_before_the_limit(case: &mut CaseContext) {
    let state = r#"{"run_id":"r"}"#;
    store_states(case, &[(Some(state), None)]).await;
    case.clock().advance(Duration::from_secs(1));
    // Newer ones that the filter does not hold fill the first pages of a store that filters late.
    let others = (10..40).map(|number| audit_of(number, EntityType::LIMIT));
    append(&*case.store(), &tenant("a"), others).await;
    let filter = GovernanceFilter::default().run_id(run_id("r"));
    let page = case
        .store()
        .get_governance_events(&tenant("a"), &filter, &first(1))
        .await
        .unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.total, Total::Exact(1));
    assert!(!page.has_more);
}

async fn r13_get_governance_events_by_time_and_run_together(case: &mut CaseContext) {
    let entry = |number: u32, run: &str, second: i64| {
        audit_of(number, EntityType::INCIDENT)
            .after_state(json(&format!(r#"{{"run_id":"{run}"}}"#)))
            .occurred_at(at(second))
    };
    let entries = [
        entry(0, "r", 9),
        entry(1, "r", 10),
        entry(2, "x", 15),
        entry(3, "r", 20),
    ];
    append(&*case.store(), &tenant("a"), entries).await;
    let filter = GovernanceFilter::default()
        .run_id(run_id("r"))
        .occurred(between(10, 20));
    let page = case
        .store()
        .get_governance_events(&tenant("a"), &filter, &largest())
        .await
        .unwrap();
    assert_eq!(
        page.items.iter().map(|entry| entry.id).collect::<Vec<_>>(),
        [id(1)]
    );
    assert_eq!(page.total, Total::Exact(1));
}

async fn r13_get_governance_events_name_several_runs(case: &mut CaseContext) {
    store_states(
        case,
        &[(
            Some(r#"{"run_id":"1","source_run_id":"2"}"#),
            Some(r#"{"run_id":"3","source_run_id":"4"}"#),
        )],
    )
    .await;
    for run in ["1", "2", "3", "4"] {
        assert_eq!(events(case, Some(run)).await, [0], "run {run}");
    }
}

async fn r13_get_governance_events_of_a_run_know_the_longest_ids(case: &mut CaseContext) {
    let ids = [1, 2, 3].map(|seed| varied(RunId::MAX_BYTES, seed));
    let last = "\u{1f9ff}".repeat(RunId::MAX_BYTES / 4);
    let (before, after) = (
        format!(r#"{{"run_id":"{}","source_run_id":"{}"}}"#, ids[0], ids[1]),
        format!(r#"{{"run_id":"{}","source_run_id":"{last}"}}"#, ids[2]),
    );
    store_states(case, &[(Some(&before), Some(&after)), (Some("{}"), None)]).await;
    for run in ids.iter().chain([&last]) {
        assert_eq!(events(case, Some(run)).await, [0], "{run:?}");
    }
}

/// Whoever writes a state must not keep the entry, or the batch it is in, out of the store.
async fn r13_get_governance_events_hold_entries_with_texts_that_no_run_id_can_be(
    case: &mut CaseContext,
) {
    let longer = "y".repeat(RunId::MAX_BYTES) + "y";
    let sizes = [129, 512, 2_692, 2_704, 3_000, 8_192, 60_000];
    let long = (1..).zip(sizes).map(|(seed, bytes)| varied(bytes, seed));
    let mut texts: Vec<String> = long.collect();
    texts.push(longer.clone());
    texts.extend(["", "line\\nbreak", "\\u0001", "\u{7f}", "\u{85}"].map(str::to_owned));
    let states: Vec<String> = texts
        .iter()
        .map(|text| format!(r#"{{"run_id":"{text}","source_run_id":"r"}}"#))
        .collect();
    // Both states at once, and each beside an id that is one.
    let pairs: Vec<_> = states
        .iter()
        .map(|state| (Some(state.as_str()), Some(state.as_str())))
        .collect();
    store_states(case, &pairs).await;
    let all: Vec<usize> = (0..texts.len()).collect();
    assert_eq!(events(case, None).await, all);
    assert_eq!(
        events(case, Some("r")).await,
        all,
        "the ids beside them are runs"
    );
    // None of them is cut to the length of an id, or trimmed to one.
    for text in [&longer[1..], "line", "break", "linebreak", "line break"] {
        assert_eq!(
            events(case, Some(text)).await,
            Vec::<usize>::new(),
            "{text:?}"
        );
    }
    let stored = case
        .store()
        .get_audit_entry(&tenant("a"), &id(6))
        .await
        .unwrap()
        .expect("the entry with the longest text");
    assert_eq!(stored.before_state, Some(json(&states[6])));
}
