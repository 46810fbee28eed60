//! The ledger of a store: logs, their entries and their checkpoints.
//!
//! Each tenant has a log, and the platform has one. Each record that a store covers is one entry of the log of
//! its owner. A log is a Merkle tree (RFC 6962), whose arithmetic is in [`logs_ledger`]. The port is
//! [`LogsLedger`](crate::LogsLedger).

mod checkpoint;
mod entry;
mod log;
mod salt;
mod uncovered;

pub use checkpoint::LedgerCheckpoint;
pub use entry::{CoveredRecord, EntryPlace, LedgerEntry};
pub use log::{LedgerLog, LedgerLogStatus};
pub use logs_ledger::{Hash, NodeAddress, Salt, TreeHead};
pub use salt::{SaltGenerator, SystemSalts};
pub use uncovered::{RecordPlace, UncoveredPage, UncoveredRecord};

use crate::{InvalidValue, StoreError, StoreResult};

/// The most nodes that one call of [`nodes`](crate::LogsLedger::nodes) reads.
pub const MAX_LEDGER_NODES: usize = 1_000;

/// Checks the nodes of a call of [`nodes`](crate::LogsLedger::nodes) against the size of the log.
///
/// # Errors
/// Those that the method documents.
pub fn check_nodes(nodes: &[NodeAddress], size: u64) -> StoreResult<()> {
    if nodes.len() > MAX_LEDGER_NODES {
        return Err(StoreError::LimitExceeded {
            limit: "nodes of one call",
            maximum: MAX_LEDGER_NODES as u64,
            actual: nodes.len() as u64,
        });
    }
    let complete = |node: &&NodeAddress| {
        let subtrees = size.checked_shr(node.level.into()).unwrap_or(0);
        node.index < subtrees
    };
    match nodes.iter().find(|node| !complete(node)) {
        None => Ok(()),
        Some(node) => {
            let value = format!("level {}, index {}", node.level, node.index);
            let expected = format!("a complete subtree of a log of {size} entries");
            Err(InvalidValue::new("nodes", value, expected).into())
        }
    }
}

/// The addresses of the complete subtrees that cover a log of `size` entries, the largest first. Their hashes are
/// the frontier of [`logs_ledger::CompactRange::from_frontier`].
#[must_use]
pub fn frontier_of(size: u64) -> Vec<NodeAddress> {
    let levels = (0..64_u8).rev().filter(|level| size >> level & 1 == 1);
    levels
        .map(|level| NodeAddress {
            level,
            index: (size >> level) - 1,
        })
        .collect()
}
