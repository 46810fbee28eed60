//! Hashes of subtrees.

use logs_domain::StoreResult;
use logs_domain::ledger::{Hash, NodeAddress, check_nodes};

use crate::log::{Log, broken};

pub(super) fn hashes(log: &Log, nodes: &[NodeAddress]) -> StoreResult<Vec<Hash>> {
    check_nodes(nodes, log.size())?;
    let hashes = nodes.iter().map(|node| log.nodes.get(node).copied());
    hashes.map(|hash| hash.ok_or_else(broken)).collect()
}
