//! Signed checkpoints.

use logs_domain::{LedgerCheckpoint, PageLimit, StoreResult};
use logs_ledger::CompactRange;

use crate::log::Log;

pub(super) fn store(log: &mut Log, checkpoint: &LedgerCheckpoint) -> StoreResult<()> {
    let latest = log.checkpoints.last();
    if latest == Some(checkpoint) {
        return Ok(());
    }
    let own_root = |size| {
        let range = CompactRange::covering(&log.nodes, 0, size).ok()?;
        range.root().ok()
    };
    let latest = latest.map(LedgerCheckpoint::head);
    checkpoint.check(latest, log.size(), own_root)?;
    log.checkpoints.push(checkpoint.clone());
    Ok(())
}

pub(super) fn list(log: &Log, skip: u64, limit: PageLimit) -> Vec<LedgerCheckpoint> {
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    let listed = log.checkpoints.iter().skip(skip);
    listed.take(limit.as_usize()).cloned().collect()
}
