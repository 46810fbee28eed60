//! The check of one log.

use std::collections::BTreeSet;

use logs_domain::ledger::{Hash, NodeAddress, TreeHead};
use logs_domain::{
    CoveredRecord, LedgerEntry, LedgerLog, LogsLedger, PageLimit, RecordId, StoreError, StoreResult,
};
use logs_ledger::CompactRange;

use crate::context::{Check, Summary};
use crate::finding::{Finding, Problem};
use crate::uncovered;

/// Checks a log against the records of its owner, and hands out each finding. It calls `progress` with the number of
/// entries read and the number of all entries.
///
/// Records that are appended meanwhile are not checked. Records that the log does not cover are counted in the
/// summary, and are no findings.
///
/// # Errors
/// Those of the store, apart from [`Inconsistent`](StoreError::Inconsistent), which is a finding.
pub async fn check_log(
    ledger: &dyn LogsLedger,
    log: &LedgerLog,
    tell: &mut (dyn FnMut(Finding) + Send),
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> StoreResult<Summary> {
    let mut check = Check {
        ledger,
        log,
        tell,
        progress,
        summary: Summary::default(),
    };
    let head = check.readable(ledger.head(log).await)?;
    let checkpoints = check.checkpoints().await?;
    let size = head.map_or(u64::MAX, |head| head.size);
    let computed = check.entries(size, &checkpoints).await?;
    if let Some(head) = head {
        if computed.is_some_and(|computed| computed != head) {
            check.tell(Finding::of_log(Problem::Head));
        }
        check.behind(head.size).await?;
    }
    uncovered::find(&mut check).await?;
    Ok(check.summary)
}

impl Check<'_> {
    /// The heads of all checkpoints, by size.
    async fn checkpoints(&mut self) -> StoreResult<BTreeSet<(u64, Hash)>> {
        let mut heads = BTreeSet::new();
        let mut skip = 0;
        loop {
            let listed = self.ledger.list_checkpoints(self.log, skip, PageLimit::MAX);
            let listed = listed.await;
            match self.readable(listed)? {
                Some(listed) if !listed.is_empty() => {
                    skip += listed.len() as u64;
                    let listed = listed.iter().map(|checkpoint| checkpoint.head());
                    heads.extend(listed.map(|head| (head.size, head.root)));
                }
                _ => return Ok(heads),
            }
        }
    }

    /// Checks the entries up to a size. Returns the head that they give, `None` for a log with gaps.
    async fn entries(
        &mut self,
        size: u64,
        checkpoints: &BTreeSet<(u64, Hash)>,
    ) -> StoreResult<Option<TreeHead>> {
        let mut range = CompactRange::from_frontier(0, &[]).map_err(|_| too_large())?;
        let mut checkpoints = checkpoints.iter().peekable();
        let mut is_whole = true;
        let mut next = 0;
        while next < size {
            (self.progress)(next, size);
            let page = self.ledger.entries(self.log, next, PageLimit::MAX).await;
            let page_end = next.saturating_add(PageLimit::MAX.get().into()).min(size);
            let Some(page) = self.readable(page)? else {
                (next, is_whole) = (page_end, false);
                continue;
            };
            if page.is_empty() {
                if size < u64::MAX {
                    self.tell(Finding::of_log(Problem::Gap(next, size)));
                    is_whole = false;
                }
                break;
            }
            let mut nodes = Vec::new();
            for entry in page.iter().filter(|entry| entry.index < size) {
                if entry.index != next {
                    self.tell(Finding::of_log(Problem::Gap(next, entry.index)));
                    is_whole = false;
                }
                next = entry.index + 1;
                self.summary.entries += 1;
                self.entry(entry);
                let mut keep = |node: NodeAddress, hash| {
                    if node.level > 0 && node.level.is_multiple_of(8) {
                        nodes.push((node, hash));
                    }
                };
                range
                    .append(entry.leaf, &mut keep)
                    .map_err(|_| too_large())?;
                let here = |checkpoint: &&(u64, Hash)| checkpoint.0 <= range.end();
                while let Some((at, root)) = checkpoints.next_if(|checkpoint| here(checkpoint)) {
                    let own = if *at == 0 { None } else { range.root().ok() };
                    if is_whole && own.is_some_and(|own| own != *root) {
                        self.tell(Finding::of_log(Problem::Checkpoint(*at)));
                    }
                }
            }
            if is_whole {
                self.nodes(&nodes).await?;
            }
        }
        if is_whole {
            for (at, _) in checkpoints {
                self.tell(Finding::of_log(Problem::Checkpoint(*at)));
            }
        }
        let root = range.root().map_err(|_| too_large())?;
        let size = range.end();
        Ok(is_whole.then_some(TreeHead { size, root }))
    }

    fn entry(&mut self, entry: &LedgerEntry) {
        let problem = match &entry.record {
            CoveredRecord::Absent => Problem::Missing,
            CoveredRecord::Altered { column } => Problem::Altered(column),
            CoveredRecord::Stored { salt: None, .. } => Problem::Altered("salt"),
            CoveredRecord::Stored {
                draft,
                recorded_at,
                salt: Some(salt),
            } => {
                let leaf = RecordId::new(entry.id)
                    .map(|id| draft.leaf_hash(self.log.tenant(), id, *recorded_at, salt));
                if leaf != Ok(entry.leaf) {
                    Problem::Altered("leaf hash")
                } else if recorded_at.as_micros() != entry.recorded_at_micros {
                    Problem::Altered("created_at")
                } else {
                    return;
                }
            }
        };
        self.tell(Finding {
            problem,
            kind: Some(entry.kind),
            id: Some(entry.id),
            index: Some(entry.index),
        });
    }

    /// Compares stored hashes with those that the entries give.
    async fn nodes(&mut self, computed: &[(NodeAddress, Hash)]) -> StoreResult<()> {
        for (node, hash) in computed {
            let stored = self.ledger.nodes(self.log, &[*node]).await;
            if let Some(stored) = self.readable(stored)?
                && stored != [*hash]
            {
                self.tell(Finding::of_log(Problem::Node(*node)));
            }
        }
        Ok(())
    }

    /// Looks for entries behind a head that did not move meanwhile.
    async fn behind(&mut self, size: u64) -> StoreResult<()> {
        let page = self.ledger.entries(self.log, size, PageLimit::MAX).await;
        let is_there = self.readable(page)?.is_some_and(|page| !page.is_empty());
        let now = self.ledger.head(self.log).await;
        let stands = self.readable(now)?.is_some_and(|now| now.size == size);
        if is_there && stands {
            self.tell(Finding::of_log(Problem::BehindHead));
        }
        Ok(())
    }
}

/// The error for a log of more entries than a log can have.
fn too_large() -> StoreError {
    StoreError::inconsistent("ledger", "size", "")
}
