//! Writers at the same time: barriers let them go together, and verdicts do not depend on who wins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;
use logs_domain::{
    AppendBatch, AppendReceipt, Draft, LlmRunFilter, LogsStore, OnConflict, PageRequest,
    RecordOutcome, StoreError, StoreResult, TenantId, TokenCount,
};
use tokio::sync::Barrier;

use crate::CaseContext;
use crate::appends::{append, batch};
use crate::case::cases;
use crate::samples::{first, largest, run, run_id, tenant};

cases! {
    r06_append_of_one_batch_by_32_writers_stores_each_record_once,
    r06_append_of_one_key_with_32_contents_keeps_one_and_refuses_the_others,
    r06_append_of_overlapping_batches_in_any_order_ends_and_stores_each_record_once,
    r06_append_of_many_writers_of_one_tenant_and_of_many_loses_nothing,
    r06_append_is_visible_to_its_writer_at_once_among_other_writers,
    r04_list_llm_runs_pages_hold_once_what_was_there_while_writers_append,
}

/// Lets every batch be appended at the same moment.
async fn together(
    store: &Arc<dyn LogsStore>,
    batches: Vec<(TenantId, AppendBatch, OnConflict)>,
) -> Vec<StoreResult<AppendReceipt>> {
    let barrier = Arc::new(Barrier::new(batches.len()));
    let writers = batches.into_iter().map(|(tenant, batch, on_conflict)| {
        let (store, barrier) = (Arc::clone(store), Arc::clone(&barrier));
        tokio::spawn(async move {
            barrier.wait().await;
            store.append(&tenant, &batch, on_conflict).await
        })
    });
    let ended = join_all(writers).await;
    ended
        .into_iter()
        .map(|writer| writer.expect("a writer does not panic"))
        .collect()
}

/// How often each record was acknowledged as stored.
fn stored(receipts: &[AppendReceipt]) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for record in receipts.iter().flat_map(|receipt| &receipt.records) {
        let count: &mut usize = times.entry(record.key.to_string()).or_default();
        *count += usize::from(record.outcome == RecordOutcome::Stored);
    }
    times
}

async fn count(store: &dyn LogsStore, tenant: &TenantId) -> usize {
    let runs = store
        .list_llm_runs(tenant, &LlmRunFilter::default(), &largest())
        .await;
    runs.expect("the runs are listed").items.len()
}

async fn r06_append_of_one_batch_by_32_writers_stores_each_record_once(case: &mut CaseContext) {
    let (store, a) = (case.store(), tenant("a"));
    for round in 0..5 {
        let runs: Vec<_> = (0..10)
            .map(|number| run(&format!("{round} {number}")))
            .collect();
        let batches = vec![(a.clone(), batch(runs), OnConflict::RejectCall); 32];
        let receipts: Vec<AppendReceipt> = together(&store, batches)
            .await
            .into_iter()
            .map(|outcome| outcome.expect("equal records do not conflict"))
            .collect();
        for (key, times) in stored(&receipts) {
            assert_eq!(
                times, 1,
                "{key} is stored by one writer and was there for the others"
            );
        }
        assert_eq!(
            count(&*store, &a).await,
            10 * (round + 1),
            "each record is there once"
        );
    }
}

async fn r06_append_of_one_key_with_32_contents_keeps_one_and_refuses_the_others(
    case: &mut CaseContext,
) {
    let (store, a) = (case.store(), tenant("a"));
    for round in 0..5_u64 {
        let key = format!("contested {round}");
        let batches: Vec<_> = (0..32)
            .map(|writer| {
                let contested = run(&key).input_tokens(TokenCount::new(writer).unwrap());
                let own = run(&format!("{round} of {writer}"));
                (a.clone(), batch([own, contested]), OnConflict::RejectCall)
            })
            .collect();
        let outcomes = together(&store, batches).await;
        let mut winners = Vec::new();
        for (writer, outcome) in (0..).zip(outcomes) {
            match outcome {
                Ok(_) => winners.push(writer),
                Err(StoreError::Conflict { records }) => {
                    assert_eq!(records.len(), 1, "only the contested record conflicts");
                    let own = run_id(&format!("{round} of {writer}"));
                    let own = store.get_llm_run(&a, &own).await.expect("a look-up");
                    assert_eq!(own, None, "nothing of a refused batch is stored");
                }
                Err(error) => panic!("a conflict was expected, not {error:?}"),
            }
        }
        assert_eq!(winners.len(), 1, "one content wins");
        let kept = store
            .get_llm_run(&a, &run_id(&key))
            .await
            .expect("a look-up");
        let tokens = kept.expect("the winner's record is there").input_tokens;
        assert_eq!(tokens.map(TokenCount::get), winners.first().copied());
    }
}

async fn r06_append_of_overlapping_batches_in_any_order_ends_and_stores_each_record_once(
    case: &mut CaseContext,
) {
    let (store, a) = (case.store(), tenant("a"));
    let batches: Vec<_> = (0..16_usize)
        .map(|writer| {
            // Each writer has another window of the records, each in another order.
            let mut runs: Vec<Draft> = (0..20)
                .map(|n| run(&format!("{}", writer + n)).into())
                .collect();
            runs.rotate_left(writer % 20);
            if writer % 2 == 1 {
                runs.reverse();
            }
            (a.clone(), batch(runs), OnConflict::SkipRecord)
        })
        .collect();
    let outcomes = together(&store, batches).await;
    let receipts: Vec<AppendReceipt> = outcomes
        .into_iter()
        .map(|outcome| outcome.expect("no error escapes"))
        .collect();
    let times = stored(&receipts);
    assert_eq!(times.len(), 35);
    for (key, times) in times {
        assert_eq!(times, 1, "{key} is stored by one writer");
    }
    assert_eq!(count(&*store, &a).await, 35);
}

async fn r06_append_of_many_writers_of_one_tenant_and_of_many_loses_nothing(
    case: &mut CaseContext,
) {
    let store = case.store();
    let tenants: Vec<TenantId> = (0..4).map(|number| tenant(&format!("t{number}"))).collect();
    let batches = (0..32).map(|writer| {
        // Half of the writers share the first tenant.
        let owner = if writer % 2 == 0 { 0 } else { (writer / 2) % 4 };
        let runs = (0..5).map(|number| run(&format!("{writer} {number}")));
        (tenants[owner].clone(), batch(runs), OnConflict::RejectCall)
    });
    let batches: Vec<_> = batches.collect();
    let mut expected: BTreeMap<TenantId, usize> = BTreeMap::new();
    for (owner, batch, _) in &batches {
        *expected.entry(owner.clone()).or_default() += batch.len();
    }
    for outcome in together(&store, batches).await {
        assert_eq!(
            outcome
                .expect("nothing conflicts")
                .count(RecordOutcome::Stored),
            5
        );
    }
    for (owner, records) in expected {
        assert_eq!(
            count(&*store, &owner).await,
            records,
            "all of {owner} are there"
        );
    }
}

async fn r06_append_is_visible_to_its_writer_at_once_among_other_writers(case: &mut CaseContext) {
    let writers = (0..8).map(|writer| {
        let store = case.store();
        tokio::spawn(async move {
            let a = tenant("a");
            for number in 0..10 {
                let name = format!("{writer} {number}");
                append(&*store, &a, [run(&name)]).await;
                let found = store
                    .get_llm_run(&a, &run_id(&name))
                    .await
                    .expect("a look-up");
                assert!(found.is_some(), "{name} was acknowledged");
                let newest = store
                    .list_llm_runs(&a, &LlmRunFilter::default(), &largest())
                    .await;
                let newest = newest.expect("the runs are listed").items;
                assert!(newest.iter().any(|found| found.run_id.as_str() == name));
            }
        })
    });
    for writer in join_all(writers.collect::<Vec<_>>()).await {
        writer.expect("a writer does not panic");
    }
}

async fn r04_list_llm_runs_pages_hold_once_what_was_there_while_writers_append(
    case: &mut CaseContext,
) {
    let (store, a) = (case.store(), tenant("a"));
    append(
        &*store,
        &a,
        (0..60).map(|number| run(&format!("before {number}"))),
    )
    .await;
    let barrier = Arc::new(Barrier::new(6));
    let writers: Vec<_> = (0..3)
        .map(|writer| {
            let (store, barrier) = (case.store(), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                for number in 0..15 {
                    append(
                        &*store,
                        &tenant("a"),
                        [run(&format!("new {writer} {number}"))],
                    )
                    .await;
                }
            })
        })
        .collect();
    let readers: Vec<_> = [1_u32, 7, 20]
        .into_iter()
        .map(|limit| {
            let (store, barrier) = (case.store(), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                walk(&*store, &first(limit)).await
            })
        })
        .collect();
    for writer in join_all(writers).await {
        writer.expect("a writer does not panic");
    }
    for reader in join_all(readers).await {
        let walked = reader.expect("a reader does not panic");
        let distinct: BTreeSet<&String> = walked.iter().collect();
        assert_eq!(distinct.len(), walked.len(), "nothing comes twice");
        let before = walked
            .iter()
            .filter(|name| name.starts_with("before"))
            .count();
        assert_eq!(
            before, 60,
            "what was there before the first page comes once"
        );
    }
}

/// The names of all runs, page after page, with time for others between the pages.
async fn walk(store: &dyn LogsStore, request: &PageRequest) -> Vec<String> {
    let (a, filter) = (tenant("a"), LlmRunFilter::default());
    let mut request = request.clone();
    let mut walked = Vec::new();
    loop {
        let page = store
            .list_llm_runs(&a, &filter, &request)
            .await
            .expect("a page");
        walked.extend(page.items.iter().map(|run| run.run_id.to_string()));
        match page.next {
            Some(next) => request = request.after(next),
            None => return walked,
        }
        tokio::task::yield_now().await;
    }
}
