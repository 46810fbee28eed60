//! Rule 15: overload and limits are errors with a name, never a dropped record.

use std::sync::Arc;

use logs_domain::{
    AppendBatch, LogsStore, OnConflict, RecordOutcome, StoreError, StoreLimits, TenantId,
    WriteOutcome,
};

use crate::CaseContext;
use crate::appends::{append, batch};
use crate::case::cases;
use crate::lists::{List, populate};
use crate::samples::{first, run, run_id, tenant};

cases! {
    r15_overload_limits_are_told,
    r15_overload_of_many_writers_drops_no_record,
    r15_overload_of_many_writers_of_many_tenants_drops_no_record,
    r15_overload_of_readers_and_writers_has_a_name,
    r15_overload_of_many_large_batches_drops_no_record,
}

async fn r15_overload_limits_are_told(case: &mut CaseContext) {
    let info = case.store().info().await.unwrap();
    assert_eq!(
        info.limits,
        StoreLimits::default(),
        "what the types of the domain hold is taken"
    );
}

/// Whether an error says by its name that the store could not answer now.
fn is_overload(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Pushback { .. }
            | StoreError::LimitExceeded { .. }
            | StoreError::Timeout { .. }
            | StoreError::Unavailable { .. }
    )
}

/// Sends an append until it is stored, as a producer does that loses nothing.
async fn append_patiently(store: &dyn LogsStore, tenant: &TenantId, batch: &AppendBatch) {
    for _ in 0..1_000 {
        match store.append(tenant, batch, OnConflict::RejectCall).await {
            Ok(receipt) => {
                let stored = receipt.count(RecordOutcome::Stored);
                let already = receipt.count(RecordOutcome::AlreadyStored);
                assert_eq!(stored + already, batch.len(), "{receipt:?}");
                assert!(
                    stored == 0 || already == 0,
                    "whole batches only: {receipt:?}"
                );
                return;
            }
            Err(error) => {
                assert!(is_overload(&error), "overload has a name: {error:?}");
                assert!(error.is_retryable(), "{error:?}");
                if error.write_outcome() == WriteOutcome::NotApplied {
                    let key = batch.drafts()[0].key();
                    let logs_domain::RecordKey::LlmRun(run) = key else {
                        panic!("a run was sent, not {key}");
                    };
                    let found = store.get_llm_run(tenant, &run).await;
                    assert!(
                        !matches!(found, Ok(Some(_))),
                        "{key:?} is stored",
                        key = run
                    );
                }
                tokio::task::yield_now().await;
            }
        }
    }
    panic!("the store takes an append sooner or later");
}

/// Appends from 24 tasks at once; `tenant_of` tells whose records each writes.
async fn write_at_once(case: &CaseContext, records: usize, tenant_of: fn(usize) -> String) {
    const WRITERS: usize = 24;
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let store = case.store();
        writers.push(tokio::spawn(async move {
            let tenant = tenant(&tenant_of(writer));
            for number in 0..4 {
                let runs = (0..records).map(|place| run(&format!("{writer} {number} {place}")));
                append_patiently(&*store, &tenant, &batch(runs)).await;
            }
        }));
    }
    for writer in writers {
        writer.await.expect("the writer ends without a panic");
    }
    let store = case.store();
    for writer in 0..WRITERS {
        for number in 0..4 {
            for place in [0, records - 1] {
                let name = run_id(&format!("{writer} {number} {place}"));
                let found = store
                    .get_llm_run(&tenant(&tenant_of(writer)), &name)
                    .await
                    .unwrap();
                assert!(found.is_some(), "{name} was acknowledged");
            }
        }
    }
}

async fn r15_overload_of_many_writers_drops_no_record(case: &mut CaseContext) {
    write_at_once(case, 5, |_| "a".to_owned()).await;
    let pages = List::LlmRuns
        .walk(&*case.store(), &tenant("a"), first(100))
        .await;
    assert_eq!(pages.concat().len(), 24 * 4 * 5);
}

async fn r15_overload_of_many_writers_of_many_tenants_drops_no_record(case: &mut CaseContext) {
    write_at_once(case, 5, |writer| format!("tenant {}", writer % 7)).await;
}

async fn r15_overload_of_many_large_batches_drops_no_record(case: &mut CaseContext) {
    write_at_once(case, 200, |writer| format!("tenant {}", writer % 2)).await;
}

async fn r15_overload_of_readers_and_writers_has_a_name(case: &mut CaseContext) {
    populate(&*case.store(), &tenant("a"), 0..50).await;
    let mut readers = Vec::new();
    for reader in 0..12 {
        let store: Arc<dyn LogsStore> = case.store();
        readers.push(tokio::spawn(async move {
            for _ in 0..10 {
                let list = List::ALL[reader % List::ALL.len()];
                match list.page(&*store, &tenant("a"), &first(7)).await {
                    Ok(page) => assert_eq!(page.items.len(), 7),
                    Err(error) => assert!(is_overload(&error), "overload has a name: {error:?}"),
                }
            }
        }));
    }
    write_at_once(case, 3, |_| "b".to_owned()).await;
    for reader in readers {
        reader.await.expect("the reader ends without a panic");
    }
    append(&*case.store(), &tenant("a"), [run("afterwards")]).await;
}
