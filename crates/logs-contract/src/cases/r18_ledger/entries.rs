//! Which entries a log has.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use logs_domain::{
    CoveredRecord, Draft, EntryPlace, LedgerEntry, LogExportOutcome, OnConflict, PageLimit,
    RecordKind, StoreResult,
};

use crate::CaseContext;
use crate::appends::{append, append_platform, batch, conflicts};
use crate::case::cases;
use crate::ledger::{entries, leaf_of, log_of};
use crate::samples::{at, audit, export, id, run, step, system, tenant, trace};
use crate::variants::{bare, full};

cases! {
    r18_ledger_has_one_entry_for_each_record_of_every_kind needs Ledger,
    r18_ledger_has_the_records_of_an_append_by_kind_and_id needs Ledger,
    r18_ledger_has_the_outcome_of_an_export_as_an_entry_of_its_own needs Ledger,
    r18_ledger_gets_nothing_from_a_repeated_append needs Ledger,
    r18_ledger_gets_nothing_from_a_rejected_append needs Ledger,
    r18_ledger_gets_the_new_records_of_a_batch_with_conflicts needs Ledger,
    r18_ledger_is_read_by_pages_of_any_size needs Ledger,
    r18_ledger_loses_nothing_of_eight_writers needs Ledger,
    r18_ledger_keeps_its_entries_after_reopening needs Ledger Reopen,
}

/// Checks that each entry is the record of its leaf, and that their indexes count from 0.
fn assert_sound(found: &[LedgerEntry]) {
    for (index, entry) in (0..).zip(found) {
        assert_eq!(entry.index, index, "{entry:?}");
        assert_eq!(leaf_of(&log_of("a"), entry), entry.leaf, "{entry:?}");
    }
}

async fn r18_ledger_has_one_entry_for_each_record_of_every_kind(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    let log = log_of("a");
    let mut expected = BTreeSet::new();
    for make in [full, bare] {
        let name = tenant(if expected.is_empty() { "a" } else { "b" });
        let log = log_of(name.as_str());
        for kind in RecordKind::ALL.iter().copied() {
            append(&*store, &name, [make(kind)]).await;
            let found = entries(&*store, &log, 1_000).await;
            let entry = found.last().expect("an entry");
            expected.insert(kind.number());
            assert_eq!(
                found.len(),
                usize::from(kind.number()),
                "kinds count from 1"
            );
            assert_eq!(entry.kind, kind.number());
            assert_eq!(leaf_of(&log, entry), entry.leaf, "{entry:?}");
            let CoveredRecord::Stored {
                draft, recorded_at, ..
            } = &entry.record
            else {
                panic!("{kind} is not there: {entry:?}");
            };
            assert_eq!(recorded_at.as_micros(), entry.recorded_at_micros);
            let original = make(kind);
            assert_eq!(draft.facts(*recorded_at), original.facts(*recorded_at));
            assert_eq!(draft.content(*recorded_at), original.content(*recorded_at));
        }
    }
    assert_sound(&entries(&*store, &log, 1_000).await);
}

async fn r18_ledger_has_the_records_of_an_append_by_kind_and_id(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    let mut drafts: Vec<Draft> = Vec::new();
    for number in 0..600_u32 {
        let other = 599 - number;
        drafts.push(audit(other).into());
        drafts.push(run(&format!("r{number}")).into());
        drafts.push(step("t", number).into());
        drafts.push(system(number ^ 0xa5).into());
    }
    append(&*store, &tenant("a"), drafts).await;
    append(&*store, &tenant("a"), [run("later")]).await;
    let found = entries(&*store, &log_of("a"), 1_000).await;
    assert_eq!(found.len(), 2_401);
    assert_sound(&found);
    let keys: Vec<_> = found.iter().map(|entry| (entry.kind, entry.id)).collect();
    assert!(keys[..2_400].is_sorted(), "by kind and id");
    assert_eq!(
        keys[2_400].0,
        RecordKind::LlmRun.number(),
        "then the next append"
    );
}

async fn r18_ledger_has_the_outcome_of_an_export_as_an_entry_of_its_own(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    append(&*store, &tenant("a"), [export(1), export(2)]).await;
    let outcome = LogExportOutcome::completed(id(1), "sha256:00".parse().unwrap(), at(0));
    append(&*store, &tenant("a"), [outcome]).await;
    let found = entries(&*store, &log_of("a"), 10).await;
    let kinds: Vec<_> = found.iter().map(|entry| (entry.kind, entry.id)).collect();
    let (one, two) = (id(1).as_uuid(), id(2).as_uuid());
    assert_eq!(kinds, [(6, one), (6, two), (7, one)]);
    assert_sound(&found);
    for (kind, place) in [
        (RecordKind::LogExport, EntryPlace::Entry(0)),
        (RecordKind::LogExportOutcome, EntryPlace::Entry(2)),
    ] {
        let stands = store.entry_of(&log_of("a"), kind, id(1)).await;
        assert_eq!(stands.unwrap(), place, "{kind}");
    }
}

async fn r18_ledger_gets_nothing_from_a_repeated_append(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    let drafts = || [run("r"), run("r"), run("s")];
    let first = store
        .append(&tenant("a"), &batch(drafts()), OnConflict::RejectCall)
        .await;
    first.unwrap();
    let before = store.head(&log_of("a")).await.unwrap();
    assert_eq!(before.size, 2, "a repetition within the batch is no entry");
    for on_conflict in [OnConflict::RejectCall, OnConflict::SkipRecord] {
        let again = store
            .append(&tenant("a"), &batch(drafts()), on_conflict)
            .await;
        again.unwrap();
        assert_eq!(store.sequence(&log_of("a")).await.unwrap(), before);
    }
}

async fn r18_ledger_gets_nothing_from_a_rejected_append(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    append(&*store, &tenant("a"), [run("r")]).await;
    let before = store.head(&log_of("a")).await.unwrap();
    let other = batch([run("new"), run("r").is_synthetic(true)]);
    let refused = store
        .append(&tenant("a"), &other, OnConflict::RejectCall)
        .await;
    assert_eq!(conflicts(refused).len(), 1);
    let without = LogExportOutcome::failed(id(9), "reason".parse().unwrap());
    let orphan = store
        .append(&tenant("a"), &batch([without]), OnConflict::SkipRecord)
        .await;
    orphan.unwrap_err();
    assert_eq!(store.head(&log_of("a")).await.unwrap(), before);
    append(&*store, &tenant("a"), [run("new")]).await;
    assert_sound(&entries(&*store, &log_of("a"), 10).await);
    assert_eq!(store.head(&log_of("a")).await.unwrap().size, 2);
}

async fn r18_ledger_gets_the_new_records_of_a_batch_with_conflicts(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    append(&*store, &tenant("a"), [run("r")]).await;
    let other = batch([run("new"), run("r").is_synthetic(true), run("newer")]);
    let skipped = store
        .append(&tenant("a"), &other, OnConflict::SkipRecord)
        .await;
    skipped.unwrap();
    let found = entries(&*store, &log_of("a"), 10).await;
    assert_eq!(found.len(), 3);
    assert_sound(&found);
}

async fn r18_ledger_is_read_by_pages_of_any_size(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    let log = log_of("a");
    for part in 0..5_u32 {
        let traces = (0..=part * 3).map(|number| trace(&format!("{part} {number}")));
        append(&*store, &tenant("a"), traces).await;
    }
    let whole = entries(&*store, &log, 1_000).await;
    assert_eq!(whole.len(), 35);
    for limit in [1, 2, 7, 34, 35, 36] {
        assert_eq!(entries(&*store, &log, limit).await, whole, "{limit} a page");
    }
    for (from, expected) in [(34, 1), (35, 0), (36, 0), (u64::MAX, 0)] {
        let page = store.entries(&log, from, PageLimit::MAX).await;
        assert_eq!(page.unwrap().len(), expected, "from {from}");
    }
}

async fn r18_ledger_loses_nothing_of_eight_writers(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    let writers = (0..8).map(|writer| {
        let store = std::sync::Arc::clone(&store);
        tokio::spawn(async move {
            for round in 0..10 {
                let runs = (0..3).map(|number| run(&format!("{writer} {round} {number}")));
                append(&*store, &tenant("a"), runs).await;
                append_platform(&*store, [system(writer * 100 + round)]).await;
            }
        })
    });
    for writer in join_all(writers).await {
        writer.expect("a writer does not panic");
    }
    let found = entries(&*store, &log_of("a"), 100).await;
    assert_sound(&found);
    let ids: BTreeSet<_> = found.iter().map(|entry| entry.id).collect();
    assert_eq!((found.len(), ids.len()), (240, 240));
    let platform = logs_domain::LedgerLog::Platform;
    assert_eq!(store.head(&platform).await.unwrap().size, 80);
}

async fn r18_ledger_keeps_its_entries_after_reopening(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    let log = log_of("a");
    let traces = (0..300).map(|number| trace(&number.to_string()));
    append(&*store, &tenant("a"), traces).await;
    let (before, head) = (entries(&*store, &log, 100).await, store.head(&log).await);
    store.close().await.unwrap();
    let store = case.ledger(case.options()).await;
    assert_eq!(entries(&*store, &log, 100).await, before);
    let after: StoreResult<_> = store.sequence(&log).await;
    assert_eq!(after.unwrap(), head.unwrap());
    append(&*store, &tenant("a"), [run("r")]).await;
    let after = entries(&*store, &log, 100).await;
    assert_eq!(after[..300], before);
    assert_sound(&after);
}
