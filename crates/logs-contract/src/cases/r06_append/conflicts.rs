//! What a conflict lists, and what skipping it stores.

use std::time::Duration;

use logs_domain::{Draft, OnConflict, RecordKey, RecordOutcome, RecordReference};

use crate::CaseContext;
use crate::appends::{append, batch, conflicts, outcomes};
use crate::case::cases;
use crate::lists::{List, populate};
use crate::samples::{
    at, audit, id, json, largest, run, run_id, span, step, system, tenant, trace,
};

cases! {
    r06_append_conflict_lists_every_record_in_the_order_of_the_batch,
    r06_append_conflict_names_kind_and_key_of_each_kind,
    r06_append_conflict_names_both_places_of_a_repeated_record,
    r06_append_skip_record_stores_the_others,
    r06_append_skip_record_keeps_what_was_stored_first,
    r06_append_skip_record_without_conflicts_is_an_ordinary_append,
    r06_append_takes_the_first_of_two_contents,
}

async fn r06_append_conflict_lists_every_record_in_the_order_of_the_batch(case: &mut CaseContext) {
    let store = case.store();
    let name = |number: u32| format!("r{number}");
    append(
        &*store,
        &tenant("a"),
        (0..600).map(|number| run(&name(number))),
    )
    .await;
    // Backwards: every third is changed, every third equal, every third new.
    let drafts = (0..600).rev().map(|number| match number % 3 {
        0 => run(&name(number)).is_synthetic(true),
        1 => run(&name(number)),
        _ => run(&format!("new {number}")),
    });
    let outcome = store
        .append(&tenant("a"), &batch(drafts), OnConflict::RejectCall)
        .await;
    let expected: Vec<RecordReference> = (0..600)
        .rev()
        .enumerate()
        .filter(|(_, number)| number % 3 == 0)
        .map(|(index, number)| RecordReference {
            index,
            key: RecordKey::LlmRun(run_id(&name(number))),
        })
        .collect();
    assert_eq!(expected.len(), 200);
    assert_eq!(conflicts(outcome), expected);
}

async fn r06_append_conflict_names_kind_and_key_of_each_kind(case: &mut CaseContext) {
    let store = case.store();
    populate(&*store, &tenant("a"), 0..2).await;
    let changed: Vec<Draft> = vec![
        run("r0").is_synthetic(true).into(),
        trace("t1").started_at(at(1)).into(),
        span("t", "s1", 77).into(),
        step("t", 0).attributes(json("{}")).into(),
        system(1).into(),
        audit(0).into(),
    ];
    let keys: Vec<RecordKey> = changed.iter().map(Draft::key).collect();
    let outcome = store
        .append(&tenant("a"), &batch(changed), OnConflict::RejectCall)
        .await;
    let listed = conflicts(outcome);
    let places: Vec<usize> = listed.iter().map(|record| record.index).collect();
    assert_eq!(places, [0, 1, 2, 3, 4, 5]);
    let listed: Vec<RecordKey> = listed.into_iter().map(|record| record.key).collect();
    assert_eq!(listed, keys);
}

async fn r06_append_conflict_names_both_places_of_a_repeated_record(case: &mut CaseContext) {
    let store = case.store();
    append(&*store, &tenant("a"), [run("r")]).await;
    let changed = batch([
        run("r").is_synthetic(true),
        run("new"),
        run("r").is_synthetic(true),
    ]);
    let outcome = store
        .append(&tenant("a"), &changed, OnConflict::RejectCall)
        .await;
    let places: Vec<usize> = conflicts(outcome)
        .iter()
        .map(|record| record.index)
        .collect();
    assert_eq!(places, [0, 2]);
    let receipt = store
        .append(&tenant("a"), &changed, OnConflict::SkipRecord)
        .await
        .unwrap();
    let (conflict, stored) = (RecordOutcome::Conflict, RecordOutcome::Stored);
    assert_eq!(outcomes(&receipt), [conflict, stored, conflict]);
}

async fn r06_append_skip_record_stores_the_others(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, [run("changed"), run("equal")]).await;
    let before = case.clock();
    before.advance(Duration::from_secs(1));
    let drafts = batch([
        run("new 1"),
        run("changed").is_synthetic(true),
        run("equal"),
        run("new 2"),
    ]);
    let receipt = store
        .append(&a, &drafts, OnConflict::SkipRecord)
        .await
        .unwrap();
    assert_eq!(
        outcomes(&receipt),
        [
            RecordOutcome::Stored,
            RecordOutcome::Conflict,
            RecordOutcome::AlreadyStored,
            RecordOutcome::Stored,
        ]
    );
    assert_eq!(receipt.records[1].key, RecordKey::LlmRun(run_id("changed")));
    assert!(receipt.records[1].created_at < receipt.records[0].created_at);
    assert_eq!(List::LlmRuns.all(&*store, &a).await.len(), 4);
}

async fn r06_append_skip_record_keeps_what_was_stored_first(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, [audit(1).occurred_at(at(1))]).await;
    let before = store.get_audit_entry(&a, &id(1)).await.unwrap();
    let changed = batch([audit(1).occurred_at(at(2))]);
    store
        .append(&a, &changed, OnConflict::SkipRecord)
        .await
        .unwrap();
    assert_eq!(store.get_audit_entry(&a, &id(1)).await.unwrap(), before);
    let listed = store
        .list_audit_entries(&a, &logs_domain::AuditFilter::default(), &largest())
        .await
        .unwrap();
    assert_eq!(listed.items, Vec::from_iter(before));
}

async fn r06_append_skip_record_without_conflicts_is_an_ordinary_append(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let drafts = batch([run("1"), run("2"), run("1")]);
    let receipt = store
        .append(&a, &drafts, OnConflict::SkipRecord)
        .await
        .unwrap();
    let (stored, already) = (RecordOutcome::Stored, RecordOutcome::AlreadyStored);
    assert_eq!(outcomes(&receipt), [stored, stored, already]);
    assert_eq!(List::LlmRuns.all(&*store, &a).await.len(), 2);
}

async fn r06_append_takes_the_first_of_two_contents(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let (one, other) = (run("r"), run("r").is_synthetic(true));
    append(&*store, &a, [one.clone()]).await;
    let outcome = store
        .append(&a, &batch([other.clone()]), OnConflict::RejectCall)
        .await;
    assert_eq!(conflicts(outcome).len(), 1);
    // A refused content does not become the one that later appends are compared with.
    let outcome = store
        .append(&a, &batch([other]), OnConflict::RejectCall)
        .await;
    assert_eq!(conflicts(outcome).len(), 1);
    let receipt = store
        .append(&a, &batch([one]), OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(outcomes(&receipt), [RecordOutcome::AlreadyStored]);
}
