//! All of a batch or nothing.

use logs_domain::{Draft, OnConflict, Reason, StoreError, WriteOutcome};

use crate::CaseContext;
use crate::appends::{append, batch, conflicts};
use crate::case::cases;
use crate::lists::{List, everything, populate};
use crate::samples::{audit, export, id, json, run, span, step, system, tenant, trace};

cases! {
    r06_append_stores_nothing_of_a_rejected_call_wherever_the_conflict_stands,
    r06_append_stores_nothing_when_an_outcome_names_no_export,
    r06_append_takes_the_rest_of_a_rejected_call_as_new,
    r06_append_says_that_a_rejected_call_was_not_applied,
    r06_append_stores_every_kind_in_one_call,
}

/// One new draft of every kind, none of which [`populate`] makes.
fn one_of_each(number: u32) -> Vec<Draft> {
    let reason = Reason::new("disk full").unwrap();
    vec![
        run(&format!("new {number}")).into(),
        trace(&format!("new {number}")).into(),
        step("t", number).into(),
        span("t", &format!("new {number}"), 5).into(),
        system(number).into(),
        audit(number).into(),
        export(number).into(),
        logs_domain::LogExportOutcome::failed(id(number), reason).into(),
    ]
}

async fn r06_append_stores_nothing_of_a_rejected_call_wherever_the_conflict_stands(
    case: &mut CaseContext,
) {
    let store = case.store();
    let a = tenant("a");
    populate(&*store, &a, 0..2).await;
    let before = everything(&*store, &a).await;
    let changed: [Draft; 3] = [
        run("r0").is_synthetic(true).into(),
        step("t", 0).attributes(json("{}")).into(),
        audit(1).occurred_at(crate::samples::at(99)).into(),
    ];
    for changed in changed {
        for place in [0, 4, 8] {
            let mut drafts = one_of_each(100);
            drafts.insert(place, changed.clone());
            let outcome = store
                .append(&a, &batch(drafts), OnConflict::RejectCall)
                .await;
            let listed = conflicts(outcome);
            assert_eq!(listed.len(), 1);
            assert_eq!(listed[0].index, place);
            assert_eq!(
                everything(&*store, &a).await,
                before,
                "{changed:?} at {place}"
            );
        }
    }
}

async fn r06_append_stores_nothing_when_an_outcome_names_no_export(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    populate(&*store, &a, 0..2).await;
    let before = everything(&*store, &a).await;
    let reason = Reason::new("disk full").unwrap();
    let lost: Draft = logs_domain::LogExportOutcome::failed(id(555), reason).into();
    for place in [0, 8] {
        for on_conflict in [OnConflict::RejectCall, OnConflict::SkipRecord] {
            let mut drafts = one_of_each(100);
            drafts.insert(place, lost.clone());
            let outcome = store.append(&a, &batch(drafts), on_conflict).await;
            assert!(
                matches!(outcome, Err(StoreError::InvalidArgument(_))),
                "{on_conflict:?}: {outcome:?}"
            );
            assert_eq!(everything(&*store, &a).await, before, "{on_conflict:?}");
        }
    }
}

async fn r06_append_takes_the_rest_of_a_rejected_call_as_new(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, [run("r0")]).await;
    let mut drafts = one_of_each(100);
    drafts.push(run("r0").is_synthetic(true).into());
    let outcome = store
        .append(&a, &batch(drafts.clone()), OnConflict::RejectCall)
        .await;
    assert_eq!(conflicts(outcome).len(), 1);
    drafts.pop();
    // Nothing of the rejected call holds a key.
    append(&*store, &a, drafts).await;
}

async fn r06_append_says_that_a_rejected_call_was_not_applied(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, [run("r")]).await;
    let changed = batch([run("r").is_synthetic(true)]);
    let error = store
        .append(&a, &changed, OnConflict::RejectCall)
        .await
        .expect_err("other content is stored under the key");
    assert_eq!(error.write_outcome(), WriteOutcome::NotApplied);
    assert!(!error.is_retryable(), "the same call fails again");
}

async fn r06_append_stores_every_kind_in_one_call(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, one_of_each(100)).await;
    for (list, len) in [
        (List::LlmRuns, 1),
        (List::Traces, 1),
        (List::TraceSteps, 2),
        (List::StepsOfTrace, 2),
        (List::SystemRecords, 1),
        (List::AuditEntries, 1),
        (List::LogExports, 1),
    ] {
        assert_eq!(list.all(&*store, &a).await.len(), len, "{list:?}");
    }
}
