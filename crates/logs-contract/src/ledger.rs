//! What cases of the ledger are made of: salts, entries, proofs and checkpoints.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use logs_domain::ledger::{Hash, NodeAddress, Salt, TreeHead, frontier_of};
use logs_domain::{
    CoveredRecord, LedgerCheckpoint, LedgerEntry, LedgerLog, LogsLedger, PageLimit, PortMethod,
    RecordKind, SaltGenerator, StoreResult,
};
use logs_ledger::{Checkpoint, CompactRange, KeyName, NoteSigner, SignedNote, empty_root};

use crate::samples::{id, tenant};

/// Salts that count up, so that a test knows them.
#[derive(Debug, Default)]
pub struct CountedSalts(AtomicU64);

impl CountedSalts {
    /// Salts from number 0 on.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }
}

impl SaltGenerator for CountedSalts {
    fn salts(&self, count: usize) -> io::Result<Vec<Salt>> {
        let first = self.0.fetch_add(count as u64, Ordering::SeqCst);
        let numbers = first..first + count as u64;
        Ok(numbers
            .map(|number| Salt::from_bytes(u128::from(number).to_be_bytes()))
            .collect())
    }
}

/// The log of a tenant.
#[must_use]
pub fn log_of(name: &str) -> LedgerLog {
    LedgerLog::Tenant(tenant(name))
}

/// All entries of a log, by pages of `limit`.
pub async fn entries(store: &dyn LogsLedger, log: &LedgerLog, limit: u32) -> Vec<LedgerEntry> {
    let limit = PageLimit::new(limit).expect("a limit");
    let mut all = Vec::new();
    loop {
        let from = all.len() as u64;
        let page = store.entries(log, from, limit).await;
        let page = page.expect("the entries are read");
        assert!(page.len() <= limit.as_usize(), "{} on a page", page.len());
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// The leaf hash of the record of an entry.
#[must_use]
pub fn leaf_of(log: &LedgerLog, entry: &LedgerEntry) -> Hash {
    let CoveredRecord::Stored {
        draft,
        recorded_at,
        salt: Some(salt),
    } = &entry.record
    else {
        panic!("an entry without its record: {entry:?}");
    };
    let id = logs_domain::RecordId::new(entry.id).expect("an id");
    draft.leaf_hash(log.tenant(), id, *recorded_at, salt)
}

/// The hashes of a log of some leaves, and its root at each size.
#[must_use]
pub fn pure(leaves: &[Hash]) -> (BTreeMap<NodeAddress, Hash>, Vec<Hash>) {
    let mut nodes = BTreeMap::new();
    let mut range = CompactRange::starting_at(0).expect("an empty log");
    let mut roots = vec![range.root().expect("a root")];
    for leaf in leaves {
        let mut keep = |node, hash| {
            nodes.insert(node, hash);
        };
        range.append(*leaf, &mut keep).expect("a small log");
        roots.push(range.root().expect("a root"));
    }
    (nodes, roots)
}

/// A checkpoint over a head, signed by the key of a number.
#[must_use]
pub fn checkpoint(head: TreeHead, key: u8) -> LedgerCheckpoint {
    let name = "logs.example/log";
    let signer = NoteSigner::from_seed(KeyName::new(name).expect("a name"), &[key; 32]);
    let text = Checkpoint::new(name, head).expect("a checkpoint").to_text();
    let note = SignedNote::sign(&text, &[&signer]).expect("a note");
    LedgerCheckpoint::parse(&note.to_text()).expect("a signed checkpoint")
}

/// The head of a log when it had a size, by its nodes.
pub async fn head_at(store: &dyn LogsLedger, log: &LedgerLog, size: u64) -> StoreResult<TreeHead> {
    let frontier = store.nodes(log, &frontier_of(size)).await?;
    let range = CompactRange::from_frontier(size, &frontier).expect("a frontier");
    let root = range.root().expect("a root");
    Ok(TreeHead { size, root })
}

/// Calls a method of the ledger about a log with an entry.
pub(crate) async fn call(
    store: &dyn LogsLedger,
    log: &LedgerLog,
    method: PortMethod,
) -> StoreResult<()> {
    let limit = PageLimit::MAX;
    let leaf = NodeAddress { level: 0, index: 0 };
    match method.as_str() {
        "sequence" => store.sequence(log).await.map(drop_it),
        "head" => store.head(log).await.map(drop_it),
        "entry_of" => {
            let place = store.entry_of(log, RecordKind::AuditEntry, id(1)).await;
            place.map(drop_it)
        }
        "entries" => store.entries(log, 0, limit).await.map(drop_it),
        "uncovered" => {
            let page = store.uncovered(log, RecordKind::LlmRun, None, limit).await;
            page.map(drop_it)
        }
        "nodes" => store.nodes(log, &[leaf]).await.map(drop_it),
        "store_checkpoint" => {
            let (size, root) = (0, empty_root());
            let head = TreeHead { size, root };
            store.store_checkpoint(log, &checkpoint(head, 1)).await
        }
        "latest_checkpoint" => store.latest_checkpoint(log).await.map(drop_it),
        "list_checkpoints" => store.list_checkpoints(log, 0, limit).await.map(drop_it),
        "ledger_logs" => store.ledger_logs(None, limit).await.map(drop_it),
        other => panic!("{other} is no method of the ledger"),
    }
}

/// Forgets an answer, which may be `Copy`.
fn drop_it<T>(_: T) {}
