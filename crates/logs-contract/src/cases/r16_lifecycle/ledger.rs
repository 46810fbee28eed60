//! The ledger after the end of its store.

use logs_domain::{PortMethod, StoreError};

use crate::CaseContext;
use crate::appends::append;
use crate::case::cases;
use crate::ledger::{call, log_of};
use crate::samples::{audit, tenant};

/// One case for each method.
macro_rules! closed {
    ($($name:ident: $method:ident,)+) => {
        $(async fn $name(case: &mut CaseContext) {
            is_unavailable(case, PortMethod::$method).await;
        })+

        cases! { $($name needs Ledger),+ }
    };
}

closed! {
    r16_sequence_after_close_is_unavailable: Sequence,
    r16_head_after_close_is_unavailable: Head,
    r16_entry_of_after_close_is_unavailable: EntryOf,
    r16_entries_after_close_is_unavailable: Entries,
    r16_uncovered_after_close_is_unavailable: Uncovered,
    r16_nodes_after_close_is_unavailable: Nodes,
    r16_store_checkpoint_after_close_is_unavailable: StoreCheckpoint,
    r16_latest_checkpoint_after_close_is_unavailable: LatestCheckpoint,
    r16_list_checkpoints_after_close_is_unavailable: ListCheckpoints,
    r16_ledger_logs_after_close_is_unavailable: LedgerLogs,
}

async fn is_unavailable(case: &mut CaseContext, method: PortMethod) {
    let store = case.ledger(case.options()).await;
    append(&*store, &tenant("a"), [audit(1)]).await;
    let before = call(&*store, &log_of("a"), method).await;
    before.expect("the control: an open store answers");
    store.close().await.expect("the store closes");
    for name in ["a", "nobody"] {
        let answer = call(&*store, &log_of(name), method).await;
        let is_unavailable = matches!(answer, Err(StoreError::Unavailable { .. }));
        assert!(is_unavailable, "{name}: {answer:?}");
    }
}
