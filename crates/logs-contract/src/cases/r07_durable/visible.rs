//! What is acknowledged is visible at once, and after reopening.

use std::time::Duration;

use logs_domain::{Draft, LogExportOutcome, OnConflict, Reason, RecordOutcome};

use crate::CaseContext;
use crate::appends::{append, append_platform, batch, conflicts, outcomes};
use crate::case::cases;
use crate::lists::{List, cases_of_lists, everything, populate, populate_platform};
use crate::samples::{export, id, run, run_id, span, step, system, tenant, trace_id};

cases_of_lists! {
    "r07_durable_" holds_what_the_append_before_acknowledged,
    "r07_durable_" is_the_same_after_reopening needs Reopen,
    "r07_durable_" shows_another_open_store_what_was_acknowledged needs Reopen,
}

cases! {
    r07_durable_single_records_are_visible_at_once,
    r07_durable_single_records_are_there_after_reopening needs Reopen,
    r07_durable_keys_are_kept_over_reopening needs Reopen,
    r07_durable_conflicts_are_found_after_reopening needs Reopen,
    r07_durable_records_of_the_platform_are_there_after_reopening needs Reopen,
    r07_durable_reopening_many_times_loses_nothing needs Reopen,
    r07_durable_repeating_an_append_is_always_safe,
}

async fn holds_what_the_append_before_acknowledged(case: &mut CaseContext, list: List) {
    let store = case.store();
    for number in 0..5 {
        populate(&*store, &tenant("a"), number..number + 1).await;
        let own = u64::from(number) + 1;
        let all = list.all(&*store, &tenant("a")).await;
        assert_eq!(all.len() as u64, list.len(own, 0), "after append {number}");
    }
}

async fn is_the_same_after_reopening(case: &mut CaseContext, list: List) {
    let store = case.store();
    populate(&*store, &tenant("a"), 0..4).await;
    populate_platform(&*store, 0..2).await;
    case.clock().advance(Duration::from_secs(1));
    populate(&*store, &tenant("a"), 4..6).await;
    let before = list
        .walk(&*store, &tenant("a"), crate::samples::first(3))
        .await;
    let options = case.options();
    let store = case.reopen(options).await;
    let after = list
        .walk(&*store, &tenant("a"), crate::samples::first(3))
        .await;
    assert_eq!(after, before);
}

async fn shows_another_open_store_what_was_acknowledged(case: &mut CaseContext, list: List) {
    let store = case.store();
    let other = case.open(case.options()).await;
    for number in 0..3 {
        let (writer, reader) = if number % 2 == 0 {
            (&store, &other)
        } else {
            (&other, &store)
        };
        populate(&**writer, &tenant("a"), number..number + 1).await;
        assert_eq!(
            list.all(&**reader, &tenant("a")).await,
            list.all(&**writer, &tenant("a")).await,
            "after append {number}"
        );
    }
    other.close().await.unwrap();
}

async fn r07_durable_single_records_are_visible_at_once(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    for number in 0..20 {
        let name = format!("r{number}");
        append(&*store, &a, [run(&name).trace_id(trace_id("t"))]).await;
        assert!(
            store
                .get_llm_run(&a, &run_id(&name))
                .await
                .unwrap()
                .is_some()
        );
        let found = store
            .get_trace_id_for_run(&a, &run_id(&name))
            .await
            .unwrap();
        assert_eq!(found, Some(trace_id("t")));
        append(
            &*store,
            &a,
            [
                Draft::from(crate::samples::trace(&name)),
                crate::samples::system(number).into(),
                crate::samples::export(number).into(),
            ],
        )
        .await;
        let header = store.get_trace(&a, &trace_id(&name)).await.unwrap();
        let record = store.get_system_record(&a, &id(number)).await.unwrap();
        let export = store.get_log_export(&a, &id(number)).await.unwrap();
        assert!(header.is_some() && record.is_some() && export.is_some());
        append(&*store, &a, [crate::samples::audit(number)]).await;
        assert!(
            store
                .get_audit_entry(&a, &id(number))
                .await
                .unwrap()
                .is_some()
        );
    }
}

async fn r07_durable_single_records_are_there_after_reopening(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(
        &*store,
        &a,
        [
            Draft::from(run("r").trace_id(trace_id("t"))),
            crate::samples::audit(1).into(),
            crate::samples::trace("t").into(),
            crate::samples::system(1).into(),
            crate::samples::export(1).into(),
        ],
    )
    .await;
    let run = store.get_llm_run(&a, &run_id("r")).await.unwrap();
    let entry = store.get_audit_entry(&a, &id(1)).await.unwrap();
    let header = store.get_trace(&a, &trace_id("t")).await.unwrap();
    let record = store.get_system_record(&a, &id(1)).await.unwrap();
    let export = store.get_log_export(&a, &id(1)).await.unwrap();
    assert!(run.is_some() && entry.is_some());
    assert!(header.is_some() && record.is_some() && export.is_some());
    let options = case.options();
    let store = case.reopen(options).await;
    assert_eq!(store.get_llm_run(&a, &run_id("r")).await.unwrap(), run);
    assert_eq!(store.get_audit_entry(&a, &id(1)).await.unwrap(), entry);
    let found = store.get_trace(&a, &trace_id("t")).await;
    assert_eq!(found.unwrap(), header);
    let found = store.get_system_record(&a, &id(1)).await;
    assert_eq!(found.unwrap(), record);
    let found = store.get_log_export(&a, &id(1)).await;
    assert_eq!(found.unwrap(), export);
    let found = store.get_trace_id_for_run(&a, &run_id("r")).await.unwrap();
    assert_eq!(found, Some(trace_id("t")));
}

async fn r07_durable_keys_are_kept_over_reopening(case: &mut CaseContext) {
    let a = tenant("a");
    let drafts = || {
        batch([
            Draft::from(run("r")),
            step("t", 1).into(),
            span("t", "1", 1).into(),
            system(1).into(),
        ])
    };
    let first = append(&*case.store(), &a, drafts().drafts().to_vec()).await;
    let options = case.options();
    let store = case.reopen(options).await;
    case.clock().advance(Duration::from_secs(1));
    let again = store
        .append(&a, &drafts(), OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(outcomes(&again), [RecordOutcome::AlreadyStored; 4]);
    let times = |receipt: &logs_domain::AppendReceipt| -> Vec<_> {
        receipt
            .records
            .iter()
            .map(|record| record.created_at)
            .collect()
    };
    assert_eq!(times(&again), times(&first));
}

async fn r07_durable_conflicts_are_found_after_reopening(case: &mut CaseContext) {
    let a = tenant("a");
    append(&*case.store(), &a, [run("r")]).await;
    let options = case.options();
    let store = case.reopen(options).await;
    let changed = batch([run("r").is_synthetic(true)]);
    let outcome = store.append(&a, &changed, OnConflict::RejectCall).await;
    assert_eq!(conflicts(outcome).len(), 1);
}

async fn r07_durable_records_of_the_platform_are_there_after_reopening(case: &mut CaseContext) {
    append_platform(&*case.store(), [system(1), system(2)]).await;
    let before = List::SystemRecords.all(&*case.store(), &tenant("a")).await;
    let options = case.options();
    let store = case.reopen(options).await;
    assert_eq!(List::SystemRecords.all(&*store, &tenant("a")).await, before);
}

async fn r07_durable_reopening_many_times_loses_nothing(case: &mut CaseContext) {
    let mut store = case.store();
    for number in 0..5 {
        populate(&*store, &tenant("a"), number..number + 1).await;
        let before = everything(&*store, &tenant("a")).await;
        let options = case.options();
        store = case.reopen(options).await;
        assert_eq!(
            everything(&*store, &tenant("a")).await,
            before,
            "the time {number}"
        );
    }
}

async fn r07_durable_repeating_an_append_is_always_safe(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let reason = Reason::new("reason").unwrap();
    let drafts = batch([
        Draft::from(run("r")),
        step("t", 0).into(),
        span("t", "s", 0).into(),
        system(1).into(),
        export(1).into(),
        LogExportOutcome::failed(id(1), reason).into(),
    ]);
    store
        .append(&a, &drafts, OnConflict::RejectCall)
        .await
        .unwrap();
    let before = everything(&*store, &a).await;
    for on_conflict in [
        OnConflict::RejectCall,
        OnConflict::SkipRecord,
        OnConflict::RejectCall,
    ] {
        case.clock().advance(Duration::from_secs(1));
        let receipt = store.append(&a, &drafts, on_conflict).await.unwrap();
        assert_eq!(receipt.count(RecordOutcome::AlreadyStored), drafts.len());
        assert_eq!(everything(&*store, &a).await, before);
    }
}
