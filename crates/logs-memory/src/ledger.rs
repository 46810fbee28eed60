//! The ledger: one log for each owner, kept as a list of entries and the hashes above them.

pub(crate) mod append;
mod checkpoint;
mod entry;
mod log;
mod node;
mod record;
mod uncovered;

use std::sync::RwLockReadGuard;

use async_trait::async_trait;
use logs_domain::ledger::{Hash, NodeAddress, TreeHead};
use logs_domain::{
    EntryPlace, LedgerCheckpoint, LedgerEntry, LedgerLog, LedgerLogStatus, LogsLedger, PageLimit,
    RecordId, RecordKind, RecordPlace, StoreResult, UncoveredPage,
};

use crate::MemoryStore;
use crate::state::{Records, State};

impl State {
    fn records(&self, log: &LedgerLog) -> Option<&Records> {
        match log {
            LedgerLog::Tenant(tenant) => self.tenants.get(tenant),
            LedgerLog::Platform => Some(&self.platform),
        }
    }
}

impl MemoryStore {
    /// Reads the records and the log of an owner, empty ones for an unknown owner.
    fn look<T>(&self, log: &LedgerLog, look: impl FnOnce(&Records) -> T) -> StoreResult<T> {
        let state: RwLockReadGuard<'_, State> = self.read()?;
        Ok(match state.records(log) {
            Some(records) => look(records),
            None => look(&Records::default()),
        })
    }
}

#[async_trait]
impl LogsLedger for MemoryStore {
    async fn sequence(&self, log: &LedgerLog) -> StoreResult<TreeHead> {
        self.look(log, |records| records.log.head())?
    }

    async fn head(&self, log: &LedgerLog) -> StoreResult<TreeHead> {
        self.look(log, |records| records.log.head())?
    }

    async fn entry_of(
        &self,
        log: &LedgerLog,
        kind: RecordKind,
        id: RecordId,
    ) -> StoreResult<EntryPlace> {
        self.look(log, |records| entry::place(&records.log, kind, id))
    }

    async fn entries(
        &self,
        log: &LedgerLog,
        from: u64,
        limit: PageLimit,
    ) -> StoreResult<Vec<LedgerEntry>> {
        self.look(log, |records| entry::list(records, from, limit))
    }

    async fn uncovered(
        &self,
        log: &LedgerLog,
        kind: RecordKind,
        after: Option<RecordPlace>,
        limit: PageLimit,
    ) -> StoreResult<UncoveredPage> {
        self.look(log, |records| uncovered::page(records, kind, after, limit))
    }

    async fn nodes(&self, log: &LedgerLog, nodes: &[NodeAddress]) -> StoreResult<Vec<Hash>> {
        self.look(log, |records| node::hashes(&records.log, nodes))?
    }

    async fn store_checkpoint(
        &self,
        log: &LedgerLog,
        checkpoint: &LedgerCheckpoint,
    ) -> StoreResult<()> {
        let mut state = self.write()?;
        let records = match log {
            LedgerLog::Tenant(tenant) => state.tenants.entry(tenant.clone()).or_default(),
            LedgerLog::Platform => &mut state.platform,
        };
        checkpoint::store(&mut records.log, checkpoint)
    }

    async fn latest_checkpoint(&self, log: &LedgerLog) -> StoreResult<Option<LedgerCheckpoint>> {
        self.look(log, |records| records.log.checkpoints.last().cloned())
    }

    async fn list_checkpoints(
        &self,
        log: &LedgerLog,
        skip: u64,
        limit: PageLimit,
    ) -> StoreResult<Vec<LedgerCheckpoint>> {
        self.look(log, |records| checkpoint::list(&records.log, skip, limit))
    }

    async fn ledger_logs(
        &self,
        after: Option<LedgerLog>,
        limit: PageLimit,
    ) -> StoreResult<Vec<LedgerLogStatus>> {
        self.read()
            .map(|state| log::list(&state, after.as_ref(), limit))
    }
}
