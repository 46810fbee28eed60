//! Futures that are dropped before their end.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use logs_domain::{AppendBatch, LogsStore, OnConflict, PlatformBatch, RecordOutcome, TenantId};

use crate::CaseContext;
use crate::appends::{append, batch};
use crate::case::cases;
use crate::lists::{List, populate};
use crate::samples::{audit, first, run, system, tenant};

cases! {
    r16_cancelled_append_that_was_never_polled_stores_nothing,
    r16_cancelled_append_stores_all_or_nothing,
    r16_cancelled_append_of_a_large_batch_stores_all_or_nothing,
    r16_cancelled_append_platform_stores_all_or_nothing,
    r16_cancelled_appends_do_not_use_up_the_store,
    r16_cancelled_reads_leave_the_store_usable,
    r16_cancelled_appends_do_not_disturb_others,
    r16_cancelled_close_can_be_called_again,
}

/// How often a future may be polled before it is dropped: never, once, and often enough to be
/// dropped in the middle of what it waits for.
const PATIENCE: [u32; 9] = [0, 1, 2, 3, 5, 10, 30, 100, 1_000];

/// Polls `future` until it is ready or `turns` of the scheduler have passed, and drops it.
async fn dropped_after<T>(turns: u32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..turns {
        let polled = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
        if let Poll::Ready(value) = polled {
            return Some(value);
        }
        tokio::task::yield_now().await;
    }
    None
}

/// Checks that all or nothing of `batch` is there, and that it can be sent again.
async fn assert_whole(store: &dyn LogsStore, tenant: &TenantId, batch: &AppendBatch, list: List) {
    let request = first(1).count(logs_domain::CountMode::Exact);
    let page = list.page(store, tenant, &request).await.unwrap();
    let all = logs_domain::Total::Exact(batch.len() as u64);
    let whole = page.total == all || page.total == logs_domain::Total::Exact(0);
    assert!(whole, "all or nothing, not {}", page.total);
    let receipt = store
        .append(tenant, batch, OnConflict::RejectCall)
        .await
        .unwrap();
    let stored = receipt.count(RecordOutcome::Stored);
    let already = receipt.count(RecordOutcome::AlreadyStored);
    assert_eq!(stored + already, batch.len());
    assert!(
        stored == 0 || already == 0,
        "{stored} were missing, {already} were there"
    );
    let page = list.page(store, tenant, &request).await.unwrap();
    assert_eq!(page.total, all, "sent again, all are there once");
}

async fn r16_cancelled_append_that_was_never_polled_stores_nothing(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let batch = batch([run("r")]);
    drop(store.append(&a, &batch, OnConflict::RejectCall));
    assert!(List::LlmRuns.all(&*store, &a).await.is_empty());
    append(&*store, &a, [run("r")]).await;
}

async fn r16_cancelled_append_stores_all_or_nothing(case: &mut CaseContext) {
    let store = case.store();
    for turns in PATIENCE {
        let tenant = tenant(&format!("t{turns}"));
        let batch = batch((0..20).map(|number| run(&format!("r{number}"))));
        dropped_after(turns, store.append(&tenant, &batch, OnConflict::RejectCall)).await;
        assert_whole(&*store, &tenant, &batch, List::LlmRuns).await;
    }
}

async fn r16_cancelled_append_of_a_large_batch_stores_all_or_nothing(case: &mut CaseContext) {
    let store = case.store();
    for turns in PATIENCE {
        let tenant = tenant(&format!("t{turns}"));
        let batch = batch((0..1_500).map(audit));
        dropped_after(turns, store.append(&tenant, &batch, OnConflict::SkipRecord)).await;
        assert_whole(&*store, &tenant, &batch, List::AuditEntries).await;
    }
}

async fn r16_cancelled_append_platform_stores_all_or_nothing(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    for (number, turns) in (0..).zip(PATIENCE) {
        let before = List::SystemRecords.all(&*store, &a).await.len();
        let records = (0..10).map(|place| system(number * 10 + place)).collect();
        let batch = PlatformBatch::new(records).unwrap();
        dropped_after(turns, store.append_platform(&batch, OnConflict::RejectCall)).await;
        let after = List::SystemRecords.all(&*store, &a).await.len();
        assert!(
            after == before || after == before + 10,
            "{before} became {after}"
        );
        store
            .append_platform(&batch, OnConflict::RejectCall)
            .await
            .unwrap();
        assert_eq!(
            List::SystemRecords.all(&*store, &a).await.len(),
            before + 10
        );
    }
}

async fn r16_cancelled_appends_do_not_use_up_the_store(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    for number in 0..200 {
        let batch = batch([run(&format!("dropped {number}"))]);
        dropped_after(1, store.append(&a, &batch, OnConflict::RejectCall)).await;
    }
    append(&*store, &a, [run("last")]).await;
    store.ready().await.unwrap();
}

async fn r16_cancelled_reads_leave_the_store_usable(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    populate(&*store, &a, 0..20).await;
    for list in List::ALL {
        let before = list.walk(&*store, &a, first(7)).await;
        for turns in [0, 1, 2, 5] {
            for _ in 0..20 {
                dropped_after(turns, list.page(&*store, &a, &first(3))).await;
            }
        }
        assert_eq!(list.walk(&*store, &a, first(7)).await, before, "{list:?}");
    }
    append(&*store, &a, [run("afterwards")]).await;
}

async fn r16_cancelled_appends_do_not_disturb_others(case: &mut CaseContext) {
    let mut writers = Vec::new();
    for writer in 0..4 {
        let store = case.store();
        writers.push(tokio::spawn(async move {
            for number in 0..20 {
                append(
                    &*store,
                    &tenant("kept"),
                    [run(&format!("{writer} {number}"))],
                )
                .await;
            }
        }));
    }
    let store = case.store();
    for number in 0..60 {
        let batch = batch([run(&format!("{number} 0")), run(&format!("{number} 1"))]);
        dropped_after(
            number % 4,
            store.append(&tenant("dropped"), &batch, OnConflict::RejectCall),
        )
        .await;
    }
    for writer in writers {
        writer.await.expect("the writer ends without a panic");
    }
    assert_eq!(List::LlmRuns.all(&*store, &tenant("kept")).await.len(), 80);
    let dropped = List::LlmRuns.all(&*store, &tenant("dropped")).await.len();
    assert_eq!(dropped % 2, 0, "both records of a batch or none");
}

async fn r16_cancelled_close_can_be_called_again(case: &mut CaseContext) {
    let store = case.store();
    append(&*store, &tenant("a"), [run("r")]).await;
    for turns in [0, 1, 2] {
        dropped_after(turns, store.close()).await;
    }
    store
        .close()
        .await
        .expect("a close that was dropped can be finished");
    assert!(store.ready().await.is_err(), "the store is closed");
}
