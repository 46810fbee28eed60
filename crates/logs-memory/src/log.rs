//! The log of one owner: a list of entries, and the hashes above them.

use std::collections::{BTreeMap, HashMap};

use logs_domain::ledger::{Hash, NodeAddress, Salt, TreeHead};
use logs_domain::{LedgerCheckpoint, RecordId, RecordKind, StoreError, StoreResult, Timestamp};
use logs_ledger::CompactRange;

/// The log of one owner.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) entries: Vec<Entry>,
    /// The index of each covered record.
    pub(crate) places: HashMap<(RecordKind, RecordId), u64>,
    /// The hash of each complete subtree.
    pub(crate) nodes: BTreeMap<NodeAddress, Hash>,
    /// The hashes of the subtrees that cover the log, the largest first.
    pub(crate) frontier: Vec<Hash>,
    pub(crate) checkpoints: Vec<LedgerCheckpoint>,
}

/// An entry of a log.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) kind: RecordKind,
    pub(crate) id: RecordId,
    pub(crate) recorded_at: Timestamp,
    pub(crate) leaf: Hash,
    pub(crate) salt: Salt,
}

impl Log {
    pub(crate) fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    pub(crate) fn range(&self) -> StoreResult<CompactRange> {
        CompactRange::from_frontier(self.size(), &self.frontier).map_err(|_| broken())
    }

    pub(crate) fn head(&self) -> StoreResult<TreeHead> {
        let root = self.range()?.root().map_err(|_| broken())?;
        let size = self.size();
        Ok(TreeHead { size, root })
    }
}

/// The error for hashes that do not fit the entries.
pub(crate) fn broken() -> StoreError {
    StoreError::inconsistent("ledger", "frontier", "")
}
