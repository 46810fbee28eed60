//! Rule 20: checkpoints.

use std::sync::Arc;

use logs_domain::ledger::{Hash, TreeHead};
use logs_domain::{LedgerCheckpoint, LedgerLog, LedgerStore, PageLimit, StoreError, StoreResult};

use crate::CaseContext;
use crate::appends::append;
use crate::case::cases;
use crate::ledger::{checkpoint, head_at, log_of};
use crate::samples::{audit, tenant};

cases! {
    r20_checkpoints_are_kept_in_their_order needs Ledger,
    r20_checkpoints_of_a_smaller_size_are_refused needs Ledger,
    r20_checkpoints_with_another_root_are_refused needs Ledger,
    r20_checkpoints_beyond_the_log_are_refused needs Ledger,
    r20_checkpoints_that_come_again_change_nothing needs Ledger,
    r20_checkpoints_of_a_second_key_are_kept_too needs Ledger,
    r20_checkpoints_of_logs_are_apart needs Ledger,
    r20_checkpoints_are_there_after_reopening needs Ledger Reopen,
}

/// A store whose log of "a" has so many entries.
async fn grown(case: &CaseContext, size: u32) -> Arc<dyn LedgerStore> {
    let store = case.ledger(case.options()).await;
    append(&*store, &tenant("a"), (0..size).map(audit)).await;
    store
}

/// A checkpoint over the log of "a" when it had a size.
async fn at(store: &dyn LedgerStore, size: u64, key: u8) -> LedgerCheckpoint {
    let head = head_at(store, &log_of("a"), size).await;
    checkpoint(head.expect("the nodes are read"), key)
}

async fn keep(store: &dyn LedgerStore, kept: &LedgerCheckpoint) {
    let stored = store.store_checkpoint(&log_of("a"), kept).await;
    stored.expect("the checkpoint is kept");
}

async fn list(store: &dyn LedgerStore, log: &LedgerLog) -> Vec<LedgerCheckpoint> {
    let listed = store.list_checkpoints(log, 0, PageLimit::MAX).await;
    let listed = listed.expect("the checkpoints are listed");
    let latest = store.latest_checkpoint(log).await;
    assert_eq!(latest.expect("the newest is read").as_ref(), listed.last());
    listed
}

fn assert_refused(answer: StoreResult<()>, field: &str) {
    match answer {
        Err(StoreError::InvalidArgument(error)) => assert_eq!(error.field(), field, "{error}"),
        other => panic!("{field} is refused, not {other:?}"),
    }
}

async fn r20_checkpoints_are_kept_in_their_order(case: &mut CaseContext) {
    let store = grown(case, 9).await;
    let mut kept = Vec::new();
    assert_eq!(list(&*store, &log_of("a")).await, []);
    for size in [0, 1, 4, 9] {
        kept.push(at(&*store, size, 1).await);
        keep(&*store, kept.last().unwrap()).await;
        assert_eq!(list(&*store, &log_of("a")).await, kept);
    }
    append(&*store, &tenant("a"), [audit(99)]).await;
    assert_eq!(
        list(&*store, &log_of("a")).await,
        kept,
        "whatever comes later"
    );
    for (skip, limit) in [(0, 1), (1, 2), (3, 9), (4, 1), (u64::MAX, 1)] {
        let page = PageLimit::new(limit).unwrap();
        let listed = store.list_checkpoints(&log_of("a"), skip, page).await;
        let expected = kept.iter().skip(usize::try_from(skip).unwrap());
        let expected: Vec<_> = expected.take(page.as_usize()).cloned().collect();
        assert_eq!(listed.unwrap(), expected, "{limit} behind {skip}");
    }
}

async fn r20_checkpoints_of_a_smaller_size_are_refused(case: &mut CaseContext) {
    let store = grown(case, 9).await;
    let newest = at(&*store, 5, 1).await;
    keep(&*store, &newest).await;
    for size in [0, 1, 4] {
        let smaller = at(&*store, size, 1).await;
        assert_refused(store.store_checkpoint(&log_of("a"), &smaller).await, "size");
    }
    assert_eq!(list(&*store, &log_of("a")).await, [newest]);
}

async fn r20_checkpoints_with_another_root_are_refused(case: &mut CaseContext) {
    let store = grown(case, 9).await;
    let forged = |size| {
        checkpoint(
            TreeHead {
                size,
                root: Hash::from_bytes([7; 32]),
            },
            1,
        )
    };
    for size in [0, 5, 9] {
        assert_refused(
            store.store_checkpoint(&log_of("a"), &forged(size)).await,
            "root",
        );
    }
    let newest = at(&*store, 5, 1).await;
    keep(&*store, &newest).await;
    for size in [5, 6] {
        assert_refused(
            store.store_checkpoint(&log_of("a"), &forged(size)).await,
            "root",
        );
    }
    assert_eq!(list(&*store, &log_of("a")).await, [newest]);
}

async fn r20_checkpoints_beyond_the_log_are_refused(case: &mut CaseContext) {
    let store = grown(case, 3).await;
    let root = store.head(&log_of("a")).await.unwrap().root;
    for size in [4, 1 << 40, 1 << 63] {
        let beyond = checkpoint(TreeHead { size, root }, 1);
        assert_refused(store.store_checkpoint(&log_of("a"), &beyond).await, "size");
    }
    assert_eq!(list(&*store, &log_of("a")).await, []);
}

async fn r20_checkpoints_that_come_again_change_nothing(case: &mut CaseContext) {
    let store = grown(case, 3).await;
    let kept = at(&*store, 2, 1).await;
    for _ in 0..3 {
        keep(&*store, &kept).await;
    }
    assert_eq!(list(&*store, &log_of("a")).await, [kept]);
}

async fn r20_checkpoints_of_a_second_key_are_kept_too(case: &mut CaseContext) {
    let store = grown(case, 3).await;
    let kept = [at(&*store, 2, 1).await, at(&*store, 2, 2).await];
    for checkpoint in &kept {
        keep(&*store, checkpoint).await;
    }
    assert_eq!(list(&*store, &log_of("a")).await, kept);
}

async fn r20_checkpoints_of_logs_are_apart(case: &mut CaseContext) {
    let store = grown(case, 3).await;
    append(&*store, &tenant("b"), (0..3).map(audit)).await;
    let of_a = at(&*store, 3, 1).await;
    assert_refused(store.store_checkpoint(&log_of("b"), &of_a).await, "root");
    keep(&*store, &of_a).await;
    for other in [log_of("b"), log_of("nobody"), LedgerLog::Platform] {
        assert_eq!(list(&*store, &other).await, [], "{other}");
    }
    assert_eq!(list(&*store, &log_of("a")).await, [of_a]);
}

async fn r20_checkpoints_are_there_after_reopening(case: &mut CaseContext) {
    let store = grown(case, 3).await;
    let kept = [at(&*store, 1, 1).await, at(&*store, 3, 1).await];
    for checkpoint in &kept {
        keep(&*store, checkpoint).await;
    }
    store.close().await.unwrap();
    let store = case.ledger(case.options()).await;
    assert_eq!(list(&*store, &log_of("a")).await, kept);
}
