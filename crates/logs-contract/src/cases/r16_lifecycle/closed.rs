//! The life of a store and its end.

use std::fmt::Debug;

use logs_domain::{OnConflict, PlatformBatch, StoreError, StoreResult, UsageQuery, WriteOutcome};

use crate::CaseContext;
use crate::appends::{append, batch};
use crate::case::cases;
use crate::lists::{List, cases_of_lists, populate};
use crate::samples::{first, id, largest, run, run_id, system, tenant, trace_id};

cases_of_lists! {
    "r16_" after_close_is_unavailable,
}

cases! {
    r16_get_llm_run_after_close_is_unavailable,
    r16_get_trace_id_for_run_after_close_is_unavailable,
    r16_get_trace_after_close_is_unavailable,
    r16_get_system_record_after_close_is_unavailable,
    r16_get_audit_entry_after_close_is_unavailable,
    r16_get_log_export_after_close_is_unavailable,
    r16_summarize_usage_after_close_is_unavailable,
    r16_append_after_close_is_unavailable,
    r16_append_platform_after_close_is_unavailable,
    r16_info_after_close_is_unavailable,
    r16_ready_after_close_is_unavailable,
    r16_settled_before_after_close_is_unavailable,
    r16_close_may_be_called_again,
    r16_close_may_be_called_by_many_at_once,
    r16_close_ends_the_store_for_everybody_who_holds_it,
    r16_close_leaves_appends_under_way_whole,
    r16_close_keeps_appends_that_were_acknowledged needs Reopen,
    r16_close_leaves_other_open_stores_alone needs Reopen,
    r16_info_tells_the_backend_and_its_limits,
    r16_info_is_the_same_after_reopening needs Reopen,
    r16_ready_is_ok_when_opened_and_after_work,
}

fn assert_unavailable<T: Debug>(answer: StoreResult<T>) {
    match answer {
        Err(error @ StoreError::Unavailable { .. }) => {
            assert_eq!(error.write_outcome(), WriteOutcome::NotApplied);
        }
        other => panic!("a closed store is unavailable, not {other:?}"),
    }
}

/// A store with records, closed.
async fn closed(case: &CaseContext) -> std::sync::Arc<dyn logs_domain::LogsStore> {
    let store = case.store();
    populate(&*store, &tenant("a"), 0..3).await;
    store.close().await.unwrap();
    store
}

async fn after_close_is_unavailable(case: &mut CaseContext, list: List) {
    let store = case.store();
    populate(&*store, &tenant("a"), 0..3).await;
    let cursor = list.cursor(&*store, &tenant("a")).await;
    store.close().await.unwrap();
    for request in [first(1), largest(), first(1).after(cursor)] {
        assert_unavailable(list.page(&*store, &tenant("a"), &request).await);
    }
    assert_unavailable(list.page(&*store, &tenant("nobody"), &first(1)).await);
}

async fn r16_get_llm_run_after_close_is_unavailable(case: &mut CaseContext) {
    let store = closed(case).await;
    assert_unavailable(store.get_llm_run(&tenant("a"), &run_id("r0")).await);
    assert_unavailable(store.get_llm_run(&tenant("a"), &run_id("unknown")).await);
}

async fn r16_get_trace_id_for_run_after_close_is_unavailable(case: &mut CaseContext) {
    let store = closed(case).await;
    assert_unavailable(store.get_trace_id_for_run(&tenant("a"), &run_id("r")).await);
    assert_unavailable(
        store
            .get_trace_id_for_run(&tenant("a"), &run_id("unknown"))
            .await,
    );
}

async fn r16_get_trace_after_close_is_unavailable(case: &mut CaseContext) {
    let store = closed(case).await;
    assert_unavailable(store.get_trace(&tenant("a"), &trace_id("t0")).await);
    assert_unavailable(store.get_trace(&tenant("a"), &trace_id("unknown")).await);
}

async fn r16_get_system_record_after_close_is_unavailable(case: &mut CaseContext) {
    let store = closed(case).await;
    assert_unavailable(store.get_system_record(&tenant("a"), &id(0)).await);
    assert_unavailable(store.get_system_record(&tenant("a"), &id(99)).await);
}

async fn r16_get_log_export_after_close_is_unavailable(case: &mut CaseContext) {
    let store = closed(case).await;
    assert_unavailable(store.get_log_export(&tenant("a"), &id(0)).await);
    assert_unavailable(store.get_log_export(&tenant("a"), &id(99)).await);
}

async fn r16_get_audit_entry_after_close_is_unavailable(case: &mut CaseContext) {
    let store = closed(case).await;
    assert_unavailable(store.get_audit_entry(&tenant("a"), &id(0)).await);
    assert_unavailable(store.get_audit_entry(&tenant("a"), &id(99)).await);
}

async fn r16_summarize_usage_after_close_is_unavailable(case: &mut CaseContext) {
    let store = closed(case).await;
    for name in ["a", "nobody"] {
        let query = UsageQuery::default();
        assert_unavailable(store.summarize_usage(&tenant(name), &query).await);
    }
}

async fn r16_append_after_close_is_unavailable(case: &mut CaseContext) {
    let store = closed(case).await;
    for on_conflict in [OnConflict::RejectCall, OnConflict::SkipRecord] {
        // New, equal and conflicting records alike.
        for draft in [run("new"), run("r0"), run("r0").is_synthetic(true)] {
            assert_unavailable(
                store
                    .append(&tenant("a"), &batch([draft]), on_conflict)
                    .await,
            );
        }
    }
}

async fn r16_append_platform_after_close_is_unavailable(case: &mut CaseContext) {
    let store = closed(case).await;
    let batch = PlatformBatch::new(vec![system(77)]).unwrap();
    assert_unavailable(store.append_platform(&batch, OnConflict::RejectCall).await);
}

async fn r16_info_after_close_is_unavailable(case: &mut CaseContext) {
    assert_unavailable(closed(case).await.info().await);
}

async fn r16_ready_after_close_is_unavailable(case: &mut CaseContext) {
    assert_unavailable(closed(case).await.ready().await);
}

async fn r16_settled_before_after_close_is_unavailable(case: &mut CaseContext) {
    assert_unavailable(closed(case).await.settled_before(&tenant("a")).await);
}

async fn r16_close_may_be_called_again(case: &mut CaseContext) {
    let store = closed(case).await;
    for _ in 0..3 {
        store
            .close()
            .await
            .expect("closing a closed store succeeds");
    }
    assert_unavailable(store.ready().await);
}

async fn r16_close_may_be_called_by_many_at_once(case: &mut CaseContext) {
    populate(&*case.store(), &tenant("a"), 0..3).await;
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let store = case.store();
        tasks.push(tokio::spawn(async move { store.close().await }));
    }
    for task in tasks {
        task.await
            .expect("no panic")
            .expect("closing succeeds for everybody");
    }
    assert_unavailable(case.store().ready().await);
}

async fn r16_close_ends_the_store_for_everybody_who_holds_it(case: &mut CaseContext) {
    let (one, other) = (case.store(), case.store());
    one.close().await.unwrap();
    assert_unavailable(other.get_llm_run(&tenant("a"), &run_id("r")).await);
    assert_unavailable(
        other
            .append(&tenant("a"), &batch([run("r")]), OnConflict::RejectCall)
            .await,
    );
}

/// Appends of many tasks while the store is closed; the names of the runs that were acknowledged.
async fn append_until_closed(case: &CaseContext) -> Vec<String> {
    let mut writers = Vec::new();
    for writer in 0..6 {
        let store = case.store();
        writers.push(tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for number in 0..1_000 {
                let names = [0, 1].map(|place| format!("{writer} {number} {place}"));
                let drafts = batch(names.each_ref().map(|name| run(name)));
                match store
                    .append(&tenant("a"), &drafts, OnConflict::RejectCall)
                    .await
                {
                    Ok(_) => acknowledged.extend(names),
                    Err(StoreError::Pushback { .. }) => {}
                    Err(StoreError::Unavailable { .. }) => break,
                    Err(other) => panic!("an append is stored or the store is closed: {other:?}"),
                }
                tokio::task::yield_now().await;
            }
            acknowledged
        }));
    }
    append(&*case.store(), &tenant("a"), [run("before")]).await;
    case.store().close().await.unwrap();
    let mut acknowledged = vec!["before".to_owned()];
    for writer in writers {
        acknowledged.extend(writer.await.expect("the writer ends without a panic"));
    }
    acknowledged
}

async fn r16_close_leaves_appends_under_way_whole(case: &mut CaseContext) {
    let acknowledged = append_until_closed(case).await;
    assert!(!acknowledged.is_empty());
    assert_unavailable(case.store().ready().await);
}

async fn r16_close_keeps_appends_that_were_acknowledged(case: &mut CaseContext) {
    let acknowledged = append_until_closed(case).await;
    let options = case.options();
    let store = case.reopen(options).await;
    for name in &acknowledged {
        let found = store
            .get_llm_run(&tenant("a"), &run_id(name))
            .await
            .unwrap();
        assert!(found.is_some(), "{name} was acknowledged");
    }
    let stored = List::LlmRuns
        .walk(&*store, &tenant("a"), largest())
        .await
        .concat()
        .len();
    assert_eq!(stored % 2, 1, "one record before, then two at a time");
}

async fn r16_close_leaves_other_open_stores_alone(case: &mut CaseContext) {
    let store = case.store();
    let other = case.open(case.options()).await;
    populate(&*store, &tenant("a"), 0..2).await;
    store.close().await.unwrap();
    other.ready().await.unwrap();
    assert_eq!(List::LlmRuns.all(&*other, &tenant("a")).await.len(), 2);
    append(&*other, &tenant("a"), [run("afterwards")]).await;
    other.close().await.unwrap();
}

async fn r16_info_tells_the_backend_and_its_limits(case: &mut CaseContext) {
    let info = case.store().info().await.unwrap();
    assert!(!info.backend.is_empty());
    populate(&*case.store(), &tenant("a"), 0..3).await;
    assert_eq!(
        case.store().info().await.unwrap(),
        info,
        "records do not change it"
    );
}

async fn r16_info_is_the_same_after_reopening(case: &mut CaseContext) {
    let info = case.store().info().await.unwrap();
    let options = case.options();
    let store = case.reopen(options).await;
    assert_eq!(store.info().await.unwrap(), info);
}

async fn r16_ready_is_ok_when_opened_and_after_work(case: &mut CaseContext) {
    let store = case.store();
    store.ready().await.unwrap();
    populate(&*store, &tenant("a"), 0..3).await;
    List::LlmRuns.all(&*store, &tenant("a")).await;
    store.ready().await.unwrap();
}
