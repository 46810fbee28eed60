//! Roots and nodes are those of RFC 6962, on every backend.

use std::collections::BTreeMap;

use logs_domain::ledger::{Hash, MAX_LEDGER_NODES, NodeAddress};
use logs_domain::{LedgerStore, RecordKind, StoreError};
use logs_ledger::{prove_consistency, prove_inclusion, verify_consistency, verify_inclusion};

use crate::CaseContext;
use crate::appends::append;
use crate::case::cases;
use crate::ledger::{CountedSalts, entries, head_at, log_of, pure};
use crate::samples::{audit, tenant, trace};
use crate::variants::{bare, full};

cases! {
    r18_ledger_roots_are_those_of_the_pure_log_at_every_size needs Ledger,
    r18_ledger_nodes_are_those_of_the_pure_log needs Ledger,
    r18_ledger_nodes_beyond_the_log_are_refused needs Ledger,
    r18_ledger_proofs_of_every_size_verify needs Ledger,
    r18_ledger_root_of_the_same_records_times_and_salts_is_the_same needs Ledger,
}

/// The root of the log of [`r18_ledger_root_of_the_same_records_times_and_salts_is_the_same`].
const GOLDEN: &str = "e4073457de5735c6bab40c75235488632d98974f958060f45f82ba8c24489b3d";

/// Appends so many audit entries, in appends of many sizes.
async fn grow(store: &dyn LedgerStore, size: u32) {
    let (mut next, mut count) = (0, 1);
    while next < size {
        let to = size.min(next + count);
        append(store, &tenant("a"), (next..to).map(audit)).await;
        (next, count) = (to, count % 97 * 3 + 1);
    }
}

async fn leaves(store: &dyn LedgerStore) -> Vec<Hash> {
    let entries = entries(store, &log_of("a"), 1_000).await;
    entries.iter().map(|entry| entry.leaf).collect()
}

/// All complete nodes of a log, as the store has them.
async fn nodes(
    store: &dyn LedgerStore,
    addresses: impl Iterator<Item = NodeAddress>,
) -> BTreeMap<NodeAddress, Hash> {
    let addresses: Vec<NodeAddress> = addresses.collect();
    let mut nodes = BTreeMap::new();
    for part in addresses.chunks(MAX_LEDGER_NODES) {
        let hashes = store.nodes(&log_of("a"), part).await;
        nodes.extend(
            part.iter()
                .copied()
                .zip(hashes.expect("the nodes are read")),
        );
    }
    nodes
}

async fn r18_ledger_roots_are_those_of_the_pure_log_at_every_size(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    let mut heads = Vec::new();
    for number in 0..40 {
        append(&*store, &tenant("a"), [audit(number)]).await;
        heads.push(store.head(&log_of("a")).await.unwrap());
    }
    let (_, roots) = pure(&leaves(&*store).await);
    assert_eq!(roots.len(), 41);
    for (size, head) in (1..).zip(&heads) {
        assert_eq!((head.size, head.root), (size, roots[size as usize]));
        assert_eq!(head_at(&*store, &log_of("a"), size).await.unwrap(), *head);
    }
}

async fn r18_ledger_nodes_are_those_of_the_pure_log(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    // One more than two tiles, so that there are nodes on the level of the second row of tiles.
    grow(&*store, 1_025).await;
    let (expected, roots) = pure(&leaves(&*store).await);
    let found = nodes(&*store, expected.keys().copied()).await;
    assert!(
        found == expected,
        "the nodes of {} entries",
        roots.len() - 1
    );
    let head = store.head(&log_of("a")).await.unwrap();
    assert_eq!((head.size, head.root), (1_025, roots[1_025]));
    // In the order of the call, and twice what is asked for twice.
    let asked = [(8, 3), (0, 1_024), (8, 3), (10, 0), (3, 9)];
    let asked = asked.map(|(level, index)| NodeAddress { level, index });
    let hashes = store.nodes(&log_of("a"), &asked).await.unwrap();
    assert_eq!(hashes, asked.map(|node| expected[&node]));
}

async fn r18_ledger_nodes_beyond_the_log_are_refused(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    grow(&*store, 5).await;
    for (level, index) in [
        (0, 5),
        (1, 2),
        (2, 1),
        (3, 0),
        (64, 0),
        (255, 0),
        (0, u64::MAX),
    ] {
        let asked = [
            NodeAddress { level: 0, index: 0 },
            NodeAddress { level, index },
        ];
        let refused = store.nodes(&log_of("a"), &asked).await;
        let told =
            matches!(&refused, Err(StoreError::InvalidArgument(error)) if error.field() == "nodes");
        assert!(told, "level {level}, index {index}: {refused:?}");
    }
    let most = vec![NodeAddress { level: 2, index: 0 }; MAX_LEDGER_NODES + 1];
    let refused = store.nodes(&log_of("a"), &most).await;
    assert!(
        matches!(refused, Err(StoreError::LimitExceeded { .. })),
        "{refused:?}"
    );
    let hashes = store.nodes(&log_of("a"), &most[1..]).await.unwrap();
    assert_eq!(hashes.len(), MAX_LEDGER_NODES, "the control");
}

async fn r18_ledger_proofs_of_every_size_verify(case: &mut CaseContext) {
    let store = case.ledger(case.options()).await;
    const SIZE: u64 = 130;
    grow(&*store, 130).await;
    let leaves = leaves(&*store).await;
    let (addresses, roots) = pure(&leaves);
    let stored = nodes(&*store, addresses.into_keys()).await;
    for size in 1..=SIZE {
        let root = roots[size as usize];
        for index in 0..size {
            let proof = prove_inclusion(&stored, index, size).expect("a proof");
            verify_inclusion(&leaves[index as usize], index, size, &proof, &root)
                .expect("the entry is in the log");
            let proof = prove_consistency(&stored, index + 1, size).expect("a proof");
            let old = &roots[index as usize + 1];
            verify_consistency(index + 1, size, &proof, old, &root).expect("the log only grew");
        }
    }
}

async fn r18_ledger_root_of_the_same_records_times_and_salts_is_the_same(case: &mut CaseContext) {
    let store = case.ledger(case.options().salts(CountedSalts::new())).await;
    let drafts: Vec<_> = RecordKind::ALL.iter().map(|kind| full(*kind)).collect();
    append(&*store, &tenant("a"), drafts.into_iter().rev()).await;
    case.clock().advance(std::time::Duration::from_micros(1));
    append(&*store, &tenant("a"), [trace("another"), trace("one more")]).await;
    append(
        &*store,
        &tenant("b"),
        RecordKind::ALL.iter().map(|kind| bare(*kind)),
    )
    .await;
    let head = store.head(&log_of("a")).await.unwrap();
    assert_eq!(
        (head.size, format!("{:?}", head.root).as_str()),
        (9, GOLDEN)
    );
}
