//! The time below which nothing becomes visible any more.
//!
//! Clocks step back by seconds here and not by more: an adapter whose clock is a server's may
//! answer with a margin instead of remembering what it answered before.

use std::time::Duration;

use logs_domain::{LlmRunFilter, LogsStore, TenantId, TimeRange, Timestamp};

use crate::CaseContext;
use crate::appends::{append, append_platform};
use crate::case::cases;
use crate::samples::{largest, run, system, tenant};

cases! {
    r04_settled_before_is_not_after_any_later_append,
    r04_settled_before_is_not_after_any_later_append_of_the_platform,
    r04_settled_before_passes_what_is_stored_when_time_goes_on,
    r04_settled_before_does_not_depend_on_what_the_tenant_has,
    r04_settled_before_holds_while_writers_append,
    r04_settled_before_holds_after_reopening needs Reopen,
    r04_settled_before_holds_for_other_open_stores needs Reopen,
}

async fn append_one(store: &dyn LogsStore, name: &str) -> Timestamp {
    append(store, &tenant("a"), [run(name)]).await.records[0].created_at
}

async fn r04_settled_before_is_not_after_any_later_append(case: &mut CaseContext) {
    let store = case.store();
    for number in 0..6 {
        let settled = store.settled_before(&tenant("a")).await.unwrap();
        match number % 3 {
            0 => case.clock().step_back(Duration::from_secs(4)),
            1 => {}
            _ => case.clock().advance(Duration::from_secs(60)),
        }
        let created_at = append_one(&*store, &format!("r{number}")).await;
        assert!(created_at >= settled, "{created_at} comes before {settled}");
    }
}

async fn r04_settled_before_is_not_after_any_later_append_of_the_platform(case: &mut CaseContext) {
    let store = case.store();
    for number in 0..4 {
        let settled = store.settled_before(&tenant("a")).await.unwrap();
        case.clock().step_back(Duration::from_secs(2));
        let receipt = append_platform(&*store, [system(number)]).await;
        let created_at = receipt.records[0].created_at;
        assert!(created_at >= settled, "{created_at} comes before {settled}");
        case.clock().advance(Duration::from_secs(3));
    }
}

async fn r04_settled_before_passes_what_is_stored_when_time_goes_on(case: &mut CaseContext) {
    let store = case.store();
    let created_at = append_one(&*store, "r").await;
    case.clock().advance(Duration::from_secs(600));
    let settled = store.settled_before(&tenant("a")).await.unwrap();
    assert!(
        settled > created_at,
        "ten minutes later {created_at} is settled, at {settled}"
    );
    assert!(
        settled <= logs_domain::Clock::now(&*case.clock()),
        "the future is not settled"
    );
}

async fn r04_settled_before_does_not_depend_on_what_the_tenant_has(case: &mut CaseContext) {
    let store = case.store();
    let start = store.settled_before(&tenant("nobody")).await.unwrap();
    append_one(&*store, "r").await;
    case.clock().advance(Duration::from_secs(600));
    let settled = store.settled_before(&tenant("nobody")).await.unwrap();
    assert!(
        settled > start,
        "time settles for a tenant without records too"
    );
}

async fn run_names(store: &dyn LogsStore, tenant: &TenantId, before: Timestamp) -> Vec<String> {
    let filter = LlmRunFilter::default().created(TimeRange::before(before));
    let page = store
        .list_llm_runs(tenant, &filter, &largest())
        .await
        .unwrap();
    assert!(!page.has_more);
    page.items
        .iter()
        .map(|run| run.run_id.to_string())
        .collect()
}

async fn r04_settled_before_holds_while_writers_append(case: &mut CaseContext) {
    let mut writers = Vec::new();
    for writer in 0..4 {
        let (store, clock) = (case.store(), case.clock());
        writers.push(tokio::spawn(async move {
            for number in 0..40 {
                append(&*store, &tenant("a"), [run(&format!("{writer} {number}"))]).await;
                clock.advance(Duration::from_secs(1));
            }
        }));
    }
    let store = case.store();
    let mut seen = Vec::new();
    while writers.iter().any(|writer| !writer.is_finished()) {
        let settled = store.settled_before(&tenant("a")).await.unwrap();
        seen.push((settled, run_names(&*store, &tenant("a"), settled).await));
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.expect("the writer ends without a panic");
    }
    for (settled, names) in seen {
        let now = run_names(&*store, &tenant("a"), settled).await;
        assert_eq!(now, names, "something became visible below {settled}");
    }
}

async fn r04_settled_before_holds_after_reopening(case: &mut CaseContext) {
    let settled = case.store().settled_before(&tenant("a")).await.unwrap();
    case.clock().step_back(Duration::from_secs(5));
    let options = case.options();
    let store = case.reopen(options).await;
    let created_at = append_one(&*store, "r").await;
    assert!(created_at >= settled, "{created_at} comes before {settled}");
}

async fn r04_settled_before_holds_for_other_open_stores(case: &mut CaseContext) {
    let store = case.store();
    let other = case.open(case.options()).await;
    for (number, (reader, writer)) in [(&store, &other), (&other, &store)].into_iter().enumerate() {
        let settled = reader.settled_before(&tenant("a")).await.unwrap();
        case.clock().step_back(Duration::from_secs(5));
        let created_at = append_one(&**writer, &format!("r{number}")).await;
        assert!(created_at >= settled, "{created_at} comes before {settled}");
        case.clock().advance(Duration::from_secs(10));
    }
    other.close().await.unwrap();
}
