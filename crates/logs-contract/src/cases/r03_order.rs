//! Rule 3: the order of every list is total.

use std::fmt::Debug;
use std::time::Duration;

use logs_domain::{
    AuditFilter, GovernanceFilter, LlmRunFilter, LogExportFilter, RecordId, SystemRecordFilter,
    SystemRecordSnapshot, TimeRange, Timestamp, TraceFilter, TraceStepFilter,
};

use crate::CaseContext;
use crate::appends::{append, append_platform};
use crate::case::cases;
use crate::lists::{List, cases_of_lists, populate, populate_platform};
use crate::samples::{at, correlation, first, id, largest, run, system, tenant};

cases_of_lists! {
    "r03_" goes_both_ways_by_the_same_order,
}

cases! {
    r03_list_llm_runs_newest_first_then_by_id,
    r03_list_traces_newest_first_then_by_id,
    r03_list_trace_steps_newest_first_then_by_id,
    r03_list_audit_entries_newest_first_then_by_id,
    r03_get_governance_events_newest_first_then_by_id,
    r03_list_log_exports_newest_first_then_by_id,
    r03_list_system_records_tenant_before_platform_on_equal_times,
    r03_get_system_record_by_correlation_oldest_first,
    r03_get_system_records_in_window_oldest_first,
    r03_list_llm_runs_ignores_the_times_of_producers,
    r03_the_place_in_the_batch_does_not_matter,
}

/// Five appends of two records each with ids in no order, three of them at one time, and records
/// of the platform between them.
async fn store_shuffled(case: &CaseContext) {
    let store = case.store();
    let tenant = tenant("a");
    populate(&*store, &tenant, 4..6).await;
    populate_platform(&*store, 0..3).await;
    populate(&*store, &tenant, 0..2).await;
    populate(&*store, &tenant, 8..10).await;
    case.clock().advance(Duration::from_micros(1));
    populate(&*store, &tenant, 6..8).await;
    populate_platform(&*store, 3..5).await;
    populate(&*store, &tenant, 2..4).await;
}

async fn goes_both_ways_by_the_same_order(case: &mut CaseContext, list: List) {
    store_shuffled(case).await;
    let (store, a) = (case.store(), tenant("a"));
    let own = list.direction();
    let mut all = list.all(&*store, &a).await;
    assert_eq!(all.len() as u64, list.len(10, 5));
    // The own direction is the one that is not asked for, cursors included.
    let unasked = list.page(&*store, &a, &first(3)).await.unwrap();
    let asked = first(3).direction(own);
    assert_eq!(list.page(&*store, &a, &asked).await.unwrap(), unasked);
    all.reverse();
    for request in [largest(), first(4)] {
        let request = request.direction(own.reversed());
        let pages = list.walk(&*store, &a, request).await;
        assert_eq!(pages.concat(), all, "the exact reverse");
    }
}

fn assert_newest_first(keys: &[(Timestamp, RecordId)]) {
    assert_eq!(keys.len(), 10);
    let in_order = keys.windows(2).all(|pair| pair[0] > pair[1]);
    assert!(in_order, "newest first, then the larger id: {keys:?}");
}

async fn r03_list_llm_runs_newest_first_then_by_id(case: &mut CaseContext) {
    store_shuffled(case).await;
    let filter = LlmRunFilter::default();
    let page = case
        .store()
        .list_llm_runs(&tenant("a"), &filter, &largest())
        .await
        .unwrap();
    let keys: Vec<_> = page
        .items
        .iter()
        .map(|run| (run.created_at, run.id))
        .collect();
    assert_newest_first(&keys);
}

async fn r03_list_traces_newest_first_then_by_id(case: &mut CaseContext) {
    store_shuffled(case).await;
    let filter = TraceFilter::default();
    let page = case
        .store()
        .list_traces(&tenant("a"), &filter, &largest())
        .await
        .unwrap();
    let keys: Vec<_> = page
        .items
        .iter()
        .map(|trace| (trace.created_at, trace.id))
        .collect();
    assert_newest_first(&keys);
}

async fn r03_list_trace_steps_newest_first_then_by_id(case: &mut CaseContext) {
    store_shuffled(case).await;
    let filter = TraceStepFilter::default();
    let page = case
        .store()
        .list_trace_steps(&tenant("a"), &filter, &largest())
        .await
        .unwrap();
    let keys: Vec<_> = page
        .items
        .iter()
        .map(|step| (step.created_at, step.id))
        .collect();
    assert_newest_first(&keys);
}

async fn r03_list_audit_entries_newest_first_then_by_id(case: &mut CaseContext) {
    store_shuffled(case).await;
    let filter = AuditFilter::default();
    let page = case
        .store()
        .list_audit_entries(&tenant("a"), &filter, &largest())
        .await
        .unwrap();
    let keys: Vec<_> = page
        .items
        .iter()
        .map(|entry| (entry.created_at, entry.id))
        .collect();
    assert_newest_first(&keys);
}

async fn r03_get_governance_events_newest_first_then_by_id(case: &mut CaseContext) {
    store_shuffled(case).await;
    let filter = GovernanceFilter::default();
    let page = case
        .store()
        .get_governance_events(&tenant("a"), &filter, &largest())
        .await
        .unwrap();
    let keys: Vec<_> = page
        .items
        .iter()
        .map(|entry| (entry.created_at, entry.id))
        .collect();
    assert_newest_first(&keys);
}

async fn r03_list_log_exports_newest_first_then_by_id(case: &mut CaseContext) {
    store_shuffled(case).await;
    let filter = LogExportFilter::default();
    let page = case
        .store()
        .list_log_exports(&tenant("a"), &filter, &largest())
        .await
        .unwrap();
    let keys: Vec<_> = page
        .items
        .iter()
        .map(|export| (export.created_at, export.id))
        .collect();
    assert_newest_first(&keys);
}

/// Whose record it is and its id.
fn owners(records: &[SystemRecordSnapshot]) -> Vec<(&'static str, RecordId)> {
    let owner = |record: &SystemRecordSnapshot| match record.is_platform() {
        true => "platform",
        false => "own",
    };
    records
        .iter()
        .map(|record| (owner(record), record.id))
        .collect()
}

fn assert_order<T: Debug + PartialEq>(found: &[T], expected: &[T]) {
    assert_eq!(found, expected);
}

async fn r03_list_system_records_tenant_before_platform_on_equal_times(case: &mut CaseContext) {
    store_shuffled(case).await;
    let filter = SystemRecordFilter::default();
    let page = case
        .store()
        .list_system_records(&tenant("a"), &filter, &largest())
        .await
        .unwrap();
    let own = |number| ("own", id(number));
    let platform = |number| ("platform", id(number));
    let second = [7, 6, 3, 2]
        .map(own)
        .into_iter()
        .chain([4, 3].map(platform));
    let first = [9, 8, 5, 4, 1, 0]
        .map(own)
        .into_iter()
        .chain([2, 1, 0].map(platform));
    let expected: Vec<_> = second.chain(first).collect();
    assert_order(&owners(&page.items), &expected);
}

/// Records whose times of occurrence and of record run against each other, with ties.
async fn store_windows(case: &CaseContext) {
    let store = case.store();
    let record = |number, second| {
        system(number)
            .correlation_id(correlation("c"))
            .occurred_at(at(second))
    };
    append(
        &*store,
        &tenant("a"),
        [record(5, 3), record(2, 2), record(4, 2)],
    )
    .await;
    append_platform(&*store, [record(1, 2), record(9, 1), record(3, 2)]).await;
    case.clock().advance(Duration::from_secs(1));
    append(
        &*store,
        &tenant("a"),
        [record(1, 2), record(8, 1), record(3, 0)],
    )
    .await;
    append_platform(&*store, [record(5, 3), record(0, 0)]).await;
}

const IN_WINDOW: [(&str, u32); 11] = [
    ("own", 3),
    ("platform", 0),
    ("own", 8),
    ("platform", 9),
    ("own", 1),
    ("own", 2),
    ("own", 4),
    ("platform", 1),
    ("platform", 3),
    ("own", 5),
    ("platform", 5),
];

async fn r03_get_system_record_by_correlation_oldest_first(case: &mut CaseContext) {
    store_windows(case).await;
    let store = case.store();
    let page = store
        .get_system_record_by_correlation(&tenant("a"), &correlation("c"), &largest())
        .await
        .unwrap();
    assert_order(
        &owners(&page.items),
        &IN_WINDOW.map(|(owner, number)| (owner, id(number))),
    );
}

async fn r03_get_system_records_in_window_oldest_first(case: &mut CaseContext) {
    store_windows(case).await;
    let store = case.store();
    let page = store
        .get_system_records_in_window(&tenant("a"), &TimeRange::ALL, &largest())
        .await
        .unwrap();
    assert_order(
        &owners(&page.items),
        &IN_WINDOW.map(|(owner, number)| (owner, id(number))),
    );
}

async fn r03_list_llm_runs_ignores_the_times_of_producers(case: &mut CaseContext) {
    let store = case.store();
    for (name, started) in [("first", 30), ("second", 10), ("third", 20)] {
        let mut run = run(name);
        run.started_at = at(started);
        append(&*store, &tenant("a"), [run]).await;
        case.clock().advance(Duration::from_secs(1));
    }
    let filter = LlmRunFilter::default();
    let page = store
        .list_llm_runs(&tenant("a"), &filter, &largest())
        .await
        .unwrap();
    let names: Vec<&str> = page.items.iter().map(|run| run.run_id.as_str()).collect();
    assert_order(&names, &["third", "second", "first"]);
}

async fn r03_the_place_in_the_batch_does_not_matter(case: &mut CaseContext) {
    let store = case.store();
    let numbers = [3, 1, 4, 0, 2];
    append(&*store, &tenant("a"), numbers.map(system)).await;
    append(&*store, &tenant("b"), [0, 1, 2, 3, 4].map(system)).await;
    let filter = SystemRecordFilter::default();
    for name in ["a", "b"] {
        let page = store
            .list_system_records(&tenant(name), &filter, &largest())
            .await
            .unwrap();
        let ids: Vec<_> = page.items.iter().map(|record| record.id).collect();
        assert_order(&ids, &[4, 3, 2, 1, 0].map(id));
    }
}
