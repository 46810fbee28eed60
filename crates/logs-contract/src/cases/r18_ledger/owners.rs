//! Each owner has a log.

use logs_domain::ledger::{NodeAddress, TreeHead};
use logs_domain::{EntryPlace, LedgerLog, PageLimit, RecordKind, StoreError};
use logs_ledger::empty_root;

use crate::CaseContext;
use crate::appends::{append, append_platform};
use crate::case::cases;
use crate::ledger::{entries, leaf_of, log_of};
use crate::samples::{audit, id, system, tenant};

cases! {
    r18_ledger_of_an_unknown_tenant_is_empty needs Ledger,
    r18_ledger_of_a_tenant_has_nothing_of_others_and_of_the_platform needs Ledger,
    r18_ledger_logs_are_those_of_owners_with_records needs Ledger,
    r18_ledger_logs_are_read_by_pages needs Ledger,
    r18_ledger_logs_tell_their_sizes needs Ledger,
}

async fn r18_ledger_of_an_unknown_tenant_is_empty(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    append(&*store, &tenant("a"), [audit(1)]).await;
    let log = log_of("nobody");
    let (size, root) = (0, empty_root());
    let empty = TreeHead { size, root };
    assert_eq!(store.head(&log).await.unwrap(), empty);
    assert_eq!(store.sequence(&log).await.unwrap(), empty);
    assert_eq!(entries(&*store, &log, 10).await, []);
    let place = store.entry_of(&log, RecordKind::AuditEntry, id(1)).await;
    assert_eq!(place.unwrap(), EntryPlace::NotCovered);
    let uncovered = store.uncovered(&log, RecordKind::AuditEntry, None, PageLimit::MAX);
    assert_eq!(uncovered.await.unwrap().looked_at, 0);
    assert_eq!(store.nodes(&log, &[]).await.unwrap(), []);
    let leaf = NodeAddress { level: 0, index: 0 };
    let node = store.nodes(&log, &[leaf]).await;
    assert!(
        matches!(node, Err(StoreError::InvalidArgument(_))),
        "{node:?}"
    );
    assert_eq!(store.latest_checkpoint(&log).await.unwrap(), None);
}

async fn r18_ledger_of_a_tenant_has_nothing_of_others_and_of_the_platform(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    // One id for all, and the same content.
    for number in [1, 2] {
        append(&*store, &tenant("a"), [system(number)]).await;
        append(&*store, &tenant("b"), [system(number)]).await;
        append_platform(&*store, [system(number)]).await;
    }
    append(&*store, &tenant("b"), [system(3)]).await;
    let logs = [log_of("a"), log_of("b"), LedgerLog::Platform];
    for (log, size) in logs.iter().zip([2, 3, 2]) {
        let found = entries(&*store, log, 10).await;
        assert_eq!(found.len(), size, "{log}");
        for entry in &found {
            assert_eq!(leaf_of(log, entry), entry.leaf, "{log}");
        }
    }
    let third = store
        .entry_of(&logs[0], RecordKind::SystemRecord, id(3))
        .await;
    assert_eq!(third.unwrap(), EntryPlace::NotCovered);
    let third = store
        .entry_of(&logs[1], RecordKind::SystemRecord, id(3))
        .await;
    assert_eq!(third.unwrap(), EntryPlace::Entry(2));
}

async fn r18_ledger_logs_are_those_of_owners_with_records(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    let all = async || store.ledger_logs(None, PageLimit::MAX).await.unwrap();
    assert_eq!(all().await, []);
    append(&*store, &tenant("b"), [audit(1)]).await;
    append(&*store, &tenant("a"), [audit(1)]).await;
    append(&*store, &tenant("B"), [audit(1)]).await;
    let names = async || {
        let logs = all().await.into_iter();
        logs.map(|status| status.log.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["B", "a", "b"]);
    append_platform(&*store, [system(1)]).await;
    assert_eq!(names().await, ["B", "a", "b", "~platform"]);
}

async fn r18_ledger_logs_are_read_by_pages(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    for number in 0..7 {
        append(&*store, &tenant(&format!("tenant {number}")), [audit(1)]).await;
    }
    append_platform(&*store, [system(1)]).await;
    let whole = store.ledger_logs(None, PageLimit::MAX).await.unwrap();
    assert_eq!(whole.len(), 8);
    for limit in [1, 3, 8] {
        let (mut read, mut after) = (Vec::new(), None);
        loop {
            let page = store.ledger_logs(after.take(), PageLimit::new(limit).unwrap());
            let page = page.await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= limit as usize);
            after = Some(last.log.clone());
            read.extend(page);
            assert!(read.len() <= whole.len(), "each log once");
        }
        assert_eq!(read, whole, "{limit} a page");
    }
}

async fn r18_ledger_logs_tell_their_sizes(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    append(&*store, &tenant("a"), (0..300).map(audit)).await;
    append(&*store, &tenant("b"), [audit(1)]).await;
    let logs = store.ledger_logs(None, PageLimit::MAX).await.unwrap();
    let sizes: Vec<_> = logs.iter().map(|log| (log.size, log.pending)).collect();
    assert_eq!(sizes, [(300, 0), (1, 0)]);
}
