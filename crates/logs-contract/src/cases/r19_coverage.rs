//! Rule 19: what the ledger covers.

use std::time::Duration;

use logs_domain::{
    CoveredRecord, Draft, EntryPlace, LedgerLog, LedgerStore, OnConflict, PageLimit, RecordKind,
    RecordPlace, UncoveredRecord,
};

use crate::CaseContext;
use crate::appends::{append, append_platform, batch};
use crate::case::cases;
use crate::ledger::{entries, log_of};
use crate::samples::{audit, id, run, system, tenant};
use crate::variants::full;

cases! {
    r19_coverage_is_told_by_info needs Ledger,
    r19_coverage_of_each_record_is_its_entry needs Ledger,
    r19_coverage_without_the_ledger_is_of_nothing needs Ledger,
    r19_coverage_begins_when_the_ledger_is_switched_on needs Ledger Reopen,
    r19_coverage_is_told_of_records_that_are_not_there needs Ledger,
    r19_coverage_is_searched_by_pages_of_any_size needs Ledger,
    r19_coverage_of_the_platform_is_told_apart needs Ledger,
}

/// The records of a kind without an entry, by searches of `limit`, and how many were looked at.
async fn uncovered(
    store: &dyn LedgerStore,
    log: &LedgerLog,
    kind: RecordKind,
    limit: u32,
) -> (Vec<UncoveredRecord>, u64) {
    let (mut found, mut looked_at, mut after) = (Vec::new(), 0, None);
    loop {
        let limit = PageLimit::new(limit).expect("a limit");
        let page = store.uncovered(log, kind, after, limit).await;
        let page = page.expect("the search succeeds");
        assert!(page.looked_at <= u64::from(limit.get()));
        found.extend(page.records);
        looked_at += page.looked_at;
        after = page.next;
        if after.is_none() {
            return (found, looked_at);
        }
    }
}

async fn place(store: &dyn LedgerStore, kind: RecordKind, number: u32) -> EntryPlace {
    let place = store.entry_of(&log_of("a"), kind, id(number)).await;
    place.expect("the record is looked for")
}

async fn r19_coverage_is_told_by_info(case: &mut CaseContext) {
    for ledger in [true, false] {
        let store = case.ledger(case.options().ledger(ledger)).await;
        assert_eq!(store.info().await.unwrap().ledger, ledger);
        store.close().await.unwrap();
    }
}

async fn r19_coverage_of_each_record_is_its_entry(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    let kinds = RecordKind::ALL.iter().copied();
    let drafts: Vec<Draft> = kinds.clone().map(full).collect();
    append(&*store, &tenant("a"), drafts).await;
    case.clock().advance(Duration::from_secs(1));
    append(&*store, &tenant("a"), (100..160).map(audit)).await;
    for entry in entries(&*store, &log_of("a"), 100).await {
        let kind = RecordKind::from_number(entry.kind).unwrap();
        let of = logs_domain::RecordId::new(entry.id).unwrap();
        let place = store.entry_of(&log_of("a"), kind, of).await.unwrap();
        assert_eq!(place, EntryPlace::Entry(entry.index), "{entry:?}");
    }
    for kind in kinds {
        let (found, looked_at) = uncovered(&*store, &log_of("a"), kind, 10).await;
        let records = if kind == RecordKind::AuditEntry {
            61
        } else {
            1
        };
        assert_eq!((found, looked_at), (vec![], records), "{kind}");
    }
}

async fn r19_coverage_without_the_ledger_is_of_nothing(case: &mut CaseContext) {
    let store = case.ledger(case.options().ledger(false)).await;
    let drafts: Vec<Draft> = RecordKind::ALL.iter().map(|kind| full(*kind)).collect();
    append(&*store, &tenant("a"), drafts).await;
    append(&*store, &tenant("a"), [audit(1)]).await;
    assert_eq!(store.sequence(&log_of("a")).await.unwrap().size, 0);
    assert_eq!(entries(&*store, &log_of("a"), 10).await, []);
    let not_covered = place(&*store, RecordKind::AuditEntry, 1).await;
    assert_eq!(not_covered, EntryPlace::NotCovered);
    for kind in RecordKind::ALL.iter().copied() {
        let (found, looked_at) = uncovered(&*store, &log_of("a"), kind, 10).await;
        assert_eq!(found.len() as u64, looked_at, "{kind}");
        assert!(looked_at > 0 && found.iter().all(|record| !record.is_salted));
    }
    let logs = store.ledger_logs(None, PageLimit::MAX).await.unwrap();
    assert_eq!(logs.iter().map(|log| log.size).collect::<Vec<_>>(), [0]);
}

async fn r19_coverage_begins_when_the_ledger_is_switched_on(case: &mut CaseContext) {
    let (off, on) = (case.options().ledger(false), case.options());
    for (options, numbers) in [(off.clone(), 0..5), (on.clone(), 5..8), (off, 8..10)] {
        let store = case.ledger(options).await;
        append(&*store, &tenant("a"), numbers.map(audit)).await;
        store.close().await.unwrap();
    }
    let store = case.ledger(on).await;
    // What is stored already is covered by no later append.
    let again = batch((0..10).map(audit));
    let again = store
        .append(&tenant("a"), &again, OnConflict::RejectCall)
        .await;
    again.unwrap();
    assert_eq!(store.sequence(&log_of("a")).await.unwrap().size, 3);
    for number in 0..10 {
        let expected = match number {
            5..8 => EntryPlace::Entry(u64::from(number) - 5),
            _ => EntryPlace::NotCovered,
        };
        assert_eq!(
            place(&*store, RecordKind::AuditEntry, number).await,
            expected
        );
    }
    let kind = RecordKind::AuditEntry;
    for limit in [1, 4, 100] {
        let (found, looked_at) = uncovered(&*store, &log_of("a"), kind, limit).await;
        let ids: Vec<_> = found.iter().map(|record| record.place.id).collect();
        let expected = [0, 1, 2, 3, 4, 8, 9].map(|number| id(number).as_uuid());
        assert_eq!((ids.as_slice(), looked_at), (&expected[..], 10));
    }
}

async fn r19_coverage_is_told_of_records_that_are_not_there(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    append(&*store, &tenant("a"), [audit(1)]).await;
    append(&*store, &tenant("b"), [audit(2)]).await;
    for (kind, number) in [
        (RecordKind::AuditEntry, 2),
        (RecordKind::AuditEntry, 3),
        (RecordKind::SystemRecord, 1),
        (RecordKind::LogExportOutcome, 1),
    ] {
        let found = place(&*store, kind, number).await;
        assert_eq!(found, EntryPlace::NotCovered, "{kind} {number}");
    }
}

async fn r19_coverage_is_searched_by_pages_of_any_size(case: &mut CaseContext) {
    let store = case.ledger(case.options().ledger(false)).await;
    for part in 0..4 {
        // Some share their record time.
        let numbers = (part * 5..part * 5 + 5).rev();
        append(&*store, &tenant("a"), numbers.map(audit)).await;
        case.clock()
            .advance(Duration::from_micros(u64::from(part % 2)));
    }
    append(&*store, &tenant("a"), [run("r")]).await;
    let kind = RecordKind::AuditEntry;
    let (whole, looked_at) = uncovered(&*store, &log_of("a"), kind, 1_000).await;
    assert_eq!((whole.len(), looked_at), (20, 20));
    let places: Vec<RecordPlace> = whole.iter().map(|record| record.place).collect();
    assert!(places.is_sorted(), "oldest first: {places:?}");
    for limit in [1, 3, 5, 19, 20, 21] {
        let found = uncovered(&*store, &log_of("a"), kind, limit).await;
        assert_eq!(found, (whole.clone(), 20), "{limit} at once");
    }
}

async fn r19_coverage_of_the_platform_is_told_apart(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    append_platform(&*store, [system(1), system(2)]).await;
    append(&*store, &tenant("a"), [system(2), system(3)]).await;
    let kind = RecordKind::SystemRecord;
    for (log, covered) in [
        (LedgerLog::Platform, [true, true, false]),
        (log_of("a"), [false, true, true]),
    ] {
        for (number, covered) in (1..).zip(covered) {
            let place = store.entry_of(&log, kind, id(number)).await.unwrap();
            let is_entry = matches!(place, EntryPlace::Entry(_));
            assert_eq!(is_entry, covered, "{number} in {log}");
        }
        assert_eq!(uncovered(&*store, &log, kind, 10).await, (vec![], 2));
        let found = entries(&*store, &log, 10).await;
        let stored = |record: &CoveredRecord| matches!(record, CoveredRecord::Stored { .. });
        assert!(found.iter().all(|entry| stored(&entry.record)));
    }
}
