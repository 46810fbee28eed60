//! The ledger of a store.

use async_trait::async_trait;

use crate::ledger::{Hash, NodeAddress, TreeHead};
use crate::{
    EntryPlace, LedgerCheckpoint, LedgerEntry, LedgerLog, LedgerLogStatus, PageLimit, RecordId,
    RecordKind, RecordPlace, StoreResult, UncoveredPage,
};

/// The logs that cover the records of a store. It is a separate port, because not every store has them.
///
/// **Rule 18.** Each record that a store with the ledger stores becomes exactly one entry of the log of its owner.
/// The outcome of an export is an entry beside that of the export. An append that stores nothing adds no entry.
/// Entries never change. The new records of one append are entries in the order of kind number and id, one behind
/// the other. The root is that of RFC 6962 over the leaf hashes, which [`Draft::leaf_hash`](crate::Draft::leaf_hash)
/// defines. So the same records, record times and salts give the same root in every store.
///
/// **Rule 19.** A store that was opened [without the ledger](crate::StoreOptions::ledger) stores records that are
/// not covered. No later call covers them. Records of other appends are entries beside them.
/// [`info`](crate::StoreLifecycle::info) says whether the store covers what it appends.
///
/// The log of an owner without records is empty. No call tells it from one that does not exist.
///
/// # Errors
/// Every method: [`Unavailable`](crate::StoreError::Unavailable), [`Timeout`](crate::StoreError::Timeout),
/// [`Pushback`](crate::StoreError::Pushback), and [`Inconsistent`](crate::StoreError::Inconsistent) for a log
/// that somebody altered so that there is no answer.
#[async_trait]
pub trait LogsLedger: std::fmt::Debug + Send + Sync {
    /// Makes entries of all records that are pending now, and returns the head with them. The memory and SQLite
    /// stores make entries within the append, so nothing is ever pending there.
    async fn sequence(&self, log: &LedgerLog) -> StoreResult<TreeHead>;

    /// Size and root of the log now.
    async fn head(&self, log: &LedgerLog) -> StoreResult<TreeHead>;

    /// Where a record stands in the log. The outcome of an export has the id of the export.
    ///
    /// # Errors
    /// [`Inconsistent`](crate::StoreError::Inconsistent) for a record that has a salt and no entry.
    async fn entry_of(
        &self,
        log: &LedgerLog,
        kind: RecordKind,
        id: RecordId,
    ) -> StoreResult<EntryPlace>;

    /// The entries whose index is at least `from` and below `from + limit`, in the order of their indexes, each
    /// with its record. An index of the log without an entry is damage. So is an entry whose leaf hash is not that
    /// of its record.
    async fn entries(
        &self,
        log: &LedgerLog,
        from: u64,
        limit: PageLimit,
    ) -> StoreResult<Vec<LedgerEntry>>;

    /// Looks at up to `limit` records of a kind behind a place, oldest first, and returns those that are no
    /// entries. From the start with `None`.
    async fn uncovered(
        &self,
        log: &LedgerLog,
        kind: RecordKind,
        after: Option<RecordPlace>,
        limit: PageLimit,
    ) -> StoreResult<UncoveredPage>;

    /// The hashes of complete subtrees, in the order of the addresses.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::StoreError::InvalidArgument) for a node that is not complete in the log, and
    /// [`LimitExceeded`](crate::StoreError::LimitExceeded) for more than
    /// [`MAX_LEDGER_NODES`](crate::ledger::MAX_LEDGER_NODES).
    async fn nodes(&self, log: &LedgerLog, nodes: &[NodeAddress]) -> StoreResult<Vec<Hash>>;

    /// **Rule 20.** Keeps a signed checkpoint. Checkpoints of a log never change and are never removed. Their
    /// sizes never decrease, and each has the root that the log has at that size. The newest one again changes
    /// nothing. Another note over the same size and root is kept behind it, as a second key makes it.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::StoreError::InvalidArgument) of field `size` or `root` for any other
    /// checkpoint, and [`ReadOnly`](crate::StoreError::ReadOnly).
    async fn store_checkpoint(
        &self,
        log: &LedgerLog,
        checkpoint: &LedgerCheckpoint,
    ) -> StoreResult<()>;

    /// The newest checkpoint.
    async fn latest_checkpoint(&self, log: &LedgerLog) -> StoreResult<Option<LedgerCheckpoint>>;

    /// The checkpoints in the order in which they were stored, without the first `skip`.
    async fn list_checkpoints(
        &self,
        log: &LedgerLog,
        skip: u64,
        limit: PageLimit,
    ) -> StoreResult<Vec<LedgerCheckpoint>>;

    /// The logs of all owners who have a record, an entry or a checkpoint, in the order of their names, behind a log. From the
    /// start with `None`. It answers for all tenants, so it is for operators.
    async fn ledger_logs(
        &self,
        after: Option<LedgerLog>,
        limit: PageLimit,
    ) -> StoreResult<Vec<LedgerLogStatus>>;
}
