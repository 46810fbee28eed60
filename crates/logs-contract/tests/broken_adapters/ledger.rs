//! Rules 18 to 20, broken.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use logs_domain::ledger::{Hash, NodeAddress, TreeHead};
use logs_domain::{
    EntryPlace, LedgerCheckpoint, LedgerEntry, LedgerLog, LedgerLogStatus, LogsLedger, PageLimit,
    RecordId, RecordKind, RecordPlace, StoreInfo, StoreLifecycle, StoreResult, SystemSalts,
    UncoveredPage, UncoveredRecord,
};
use logs_memory::MemoryStore;

use crate::fault::{BrokenAdapter, Fault, broken_adapters};

broken_adapters! {
    r18_outcomes_of_exports_are_no_entries: NoOutcomes,
    r18_indexes_count_from_one: FromOne,
    r18_entries_of_an_append_are_in_another_order: Reversed,
    r18_pages_of_entries_have_no_limit: NoLimit,
    r18_the_root_is_the_last_leaf: LastLeaf,
    r18_the_head_is_behind: BehindHead,
    r18_logs_of_tenants_are_one: OneLog,
    r18_the_platform_has_no_log: NoPlatform,
    r18_logs_are_listed_from_the_start_always: FromStart,
    r18_all_nodes_are_leaves: Leaves,
    r18_nodes_beyond_the_log_are_left_out: LeavesOut,
    r19_info_tells_of_no_ledger: SilentInfo,
    r19_entries_are_pending: Pending,
    r19_nothing_is_covered: NotCovered,
    r19_everything_is_covered: AllCovered,
    r19_the_search_for_uncovered_records_ends_early: EndsEarly,
    r19_the_search_for_uncovered_records_finds_all: FindsAll,
    r20_checkpoints_are_taken_unchecked: Unchecked,
    r20_the_newest_checkpoint_is_the_first: FirstIsNewest,
    r20_checkpoints_are_listed_from_the_start_always: SkipsNothing,
    r20_checkpoints_are_dropped: Drops,
}

/// Adapters that differ in how the store is opened.
pub(crate) const OPENED: &[BrokenAdapter] = &[
    BrokenAdapter {
        name: "r18_records_are_not_covered",
        open: |options| Arc::new(MemoryStore::new(options.ledger(false))),
    },
    BrokenAdapter {
        name: "r18_salts_are_not_those_of_the_generator",
        open: |options| Arc::new(MemoryStore::new(options.salts(Arc::new(SystemSalts)))),
    },
    BrokenAdapter {
        name: "r19_the_ledger_is_always_on",
        open: |options| Arc::new(MemoryStore::new(options.ledger(true))),
    },
];

/// An adapter with wrong entries.
macro_rules! wrong_entries {
    ($($name:ident: |$entries:ident| $wrong:expr;)+) => {$(
        #[derive(Debug, Default)]
        struct $name;

        #[async_trait]
        impl Fault for $name {
            async fn entries(
                &self,
                inner: &MemoryStore,
                log: &LedgerLog,
                from: u64,
                limit: PageLimit,
            ) -> StoreResult<Vec<LedgerEntry>> {
                let mut $entries = inner.entries(log, from, limit).await?;
                $wrong;
                Ok($entries)
            }
        }
    )+};
}

wrong_entries! {
    NoOutcomes: |entries| entries.retain(|entry| entry.kind != RecordKind::LogExportOutcome.number());
    FromOne: |entries| for entry in &mut entries {
        entry.index += 1;
    };
    Reversed: |entries| {
        let indexes: Vec<u64> = entries.iter().map(|entry| entry.index).collect();
        entries.reverse();
        for (entry, index) in entries.iter_mut().zip(indexes) {
            entry.index = index;
        }
    };
}

#[derive(Debug, Default)]
struct NoLimit;

#[async_trait]
impl Fault for NoLimit {
    async fn entries(
        &self,
        inner: &MemoryStore,
        log: &LedgerLog,
        from: u64,
        _: PageLimit,
    ) -> StoreResult<Vec<LedgerEntry>> {
        inner.entries(log, from, PageLimit::MAX).await
    }
}

#[derive(Debug, Default)]
struct LastLeaf;

#[async_trait]
impl Fault for LastLeaf {
    async fn head(&self, inner: &MemoryStore, log: &LedgerLog) -> StoreResult<TreeHead> {
        let mut head = inner.head(log).await?;
        let last = head.size.saturating_sub(1);
        if let Some(entry) = inner.entries(log, last, PageLimit::MAX).await?.first() {
            head.root = entry.leaf;
        }
        Ok(head)
    }
}

#[derive(Debug, Default)]
struct BehindHead(Mutex<BTreeMap<LedgerLog, TreeHead>>);

#[async_trait]
impl Fault for BehindHead {
    async fn head(&self, inner: &MemoryStore, log: &LedgerLog) -> StoreResult<TreeHead> {
        let head = inner.head(log).await?;
        let before = self.0.lock().unwrap().insert(log.clone(), head);
        Ok(before.unwrap_or(head))
    }
}

#[derive(Debug, Default)]
struct OneLog;

#[async_trait]
impl Fault for OneLog {
    async fn head(&self, inner: &MemoryStore, _: &LedgerLog) -> StoreResult<TreeHead> {
        let logs = inner.ledger_logs(None, PageLimit::MAX).await?;
        let first = logs
            .first()
            .map_or(LedgerLog::Platform, |log| log.log.clone());
        inner.head(&first).await
    }
}

/// An adapter with a wrong list of logs.
macro_rules! wrong_logs {
    ($($name:ident: |$inner:ident, $after:ident, $limit:ident| $logs:expr;)+) => {$(
        #[derive(Debug, Default)]
        struct $name;

        #[async_trait]
        impl Fault for $name {
            async fn ledger_logs(
                &self,
                $inner: &MemoryStore,
                $after: Option<LedgerLog>,
                $limit: PageLimit,
            ) -> StoreResult<Vec<LedgerLogStatus>> {
                $logs
            }
        }
    )+};
}

wrong_logs! {
    NoPlatform: |inner, after, limit| {
        let mut logs = inner.ledger_logs(after, limit).await?;
        logs.retain(|log| log.log != LedgerLog::Platform);
        Ok(logs)
    };
    FromStart: |inner, after, limit| {
        let rest = inner.ledger_logs(after, limit).await?;
        if rest.is_empty() { Ok(rest) } else { inner.ledger_logs(None, limit).await }
    };
}

/// An adapter with wrong nodes.
macro_rules! wrong_nodes {
    ($($name:ident: |$node:ident, $size:ident| $asked:expr;)+) => {$(
        #[derive(Debug, Default)]
        struct $name;

        #[async_trait]
        impl Fault for $name {
            async fn nodes(
                &self,
                inner: &MemoryStore,
                log: &LedgerLog,
                nodes: &[NodeAddress],
            ) -> StoreResult<Vec<Hash>> {
                let $size = inner.head(log).await?.size;
                let asked: Vec<_> = nodes.iter().filter_map(|$node| $asked).collect();
                inner.nodes(log, &asked).await
            }
        }
    )+};
}

wrong_nodes! {
    Leaves: |node, _size| Some(NodeAddress { level: 0, index: node.index });
    LeavesOut: |node, size| {
        let subtrees = size.checked_shr(node.level.into()).unwrap_or(0);
        Some(*node).filter(|node| node.index < subtrees)
    };
}

#[derive(Debug, Default)]
struct SilentInfo;

#[async_trait]
impl Fault for SilentInfo {
    async fn info(&self, inner: &MemoryStore) -> StoreResult<StoreInfo> {
        inner.info().await.map(|info| info.covering(false))
    }
}

/// An adapter that tells another place.
macro_rules! wrong_place {
    ($($name:ident: $place:expr;)+) => {$(
        #[derive(Debug, Default)]
        struct $name;

        #[async_trait]
        impl Fault for $name {
            async fn entry_of(
                &self,
                inner: &MemoryStore,
                log: &LedgerLog,
                kind: RecordKind,
                id: RecordId,
            ) -> StoreResult<EntryPlace> {
                let wrong: fn(EntryPlace) -> EntryPlace = $place;
                inner.entry_of(log, kind, id).await.map(wrong)
            }
        }
    )+};
}

wrong_place! {
    Pending: |place| match place {
        EntryPlace::Entry(_) => EntryPlace::Pending,
        other => other,
    };
    NotCovered: |_| EntryPlace::NotCovered;
    AllCovered: |place| match place {
        EntryPlace::NotCovered => EntryPlace::Entry(0),
        other => other,
    };
}

#[derive(Debug, Default)]
struct EndsEarly;

#[async_trait]
impl Fault for EndsEarly {
    async fn uncovered(
        &self,
        inner: &MemoryStore,
        log: &LedgerLog,
        kind: RecordKind,
        after: Option<RecordPlace>,
        limit: PageLimit,
    ) -> StoreResult<UncoveredPage> {
        let mut page = inner.uncovered(log, kind, after, limit).await?;
        page.next = None;
        Ok(page)
    }
}

#[derive(Debug, Default)]
struct FindsAll;

#[async_trait]
impl Fault for FindsAll {
    async fn uncovered(
        &self,
        inner: &MemoryStore,
        log: &LedgerLog,
        kind: RecordKind,
        after: Option<RecordPlace>,
        limit: PageLimit,
    ) -> StoreResult<UncoveredPage> {
        let mut page = inner.uncovered(log, kind, after, limit).await?;
        for entry in inner.entries(log, 0, PageLimit::MAX).await? {
            let recorded_at_micros = entry.recorded_at_micros;
            let id = entry.id;
            let place = RecordPlace {
                recorded_at_micros,
                id,
            };
            let is_salted = true;
            page.records.push(UncoveredRecord { place, is_salted });
        }
        Ok(page)
    }
}

/// Keeps every checkpoint.
#[derive(Debug, Default)]
struct Unchecked(Mutex<BTreeMap<LedgerLog, Vec<LedgerCheckpoint>>>);

#[async_trait]
impl Fault for Unchecked {
    async fn store_checkpoint(
        &self,
        _: &MemoryStore,
        log: &LedgerLog,
        checkpoint: &LedgerCheckpoint,
    ) -> StoreResult<()> {
        let mut logs = self.0.lock().unwrap();
        logs.entry(log.clone())
            .or_default()
            .push(checkpoint.clone());
        Ok(())
    }

    async fn latest_checkpoint(
        &self,
        _: &MemoryStore,
        log: &LedgerLog,
    ) -> StoreResult<Option<LedgerCheckpoint>> {
        let logs = self.0.lock().unwrap();
        Ok(logs.get(log).and_then(|kept| kept.last().cloned()))
    }

    async fn list_checkpoints(
        &self,
        _: &MemoryStore,
        log: &LedgerLog,
        skip: u64,
        limit: PageLimit,
    ) -> StoreResult<Vec<LedgerCheckpoint>> {
        let skip = usize::try_from(skip).unwrap();
        let logs = self.0.lock().unwrap();
        let kept = logs.get(log).into_iter().flatten().skip(skip);
        Ok(kept.take(limit.as_usize()).cloned().collect())
    }
}

#[derive(Debug, Default)]
struct FirstIsNewest;

#[async_trait]
impl Fault for FirstIsNewest {
    async fn latest_checkpoint(
        &self,
        inner: &MemoryStore,
        log: &LedgerLog,
    ) -> StoreResult<Option<LedgerCheckpoint>> {
        let kept = inner.list_checkpoints(log, 0, PageLimit::MAX).await?;
        Ok(kept.into_iter().next())
    }
}

#[derive(Debug, Default)]
struct SkipsNothing;

#[async_trait]
impl Fault for SkipsNothing {
    async fn list_checkpoints(
        &self,
        inner: &MemoryStore,
        log: &LedgerLog,
        _: u64,
        limit: PageLimit,
    ) -> StoreResult<Vec<LedgerCheckpoint>> {
        inner.list_checkpoints(log, 0, limit).await
    }
}

#[derive(Debug, Default)]
struct Drops;

#[async_trait]
impl Fault for Drops {
    async fn store_checkpoint(
        &self,
        inner: &MemoryStore,
        log: &LedgerLog,
        checkpoint: &LedgerCheckpoint,
    ) -> StoreResult<()> {
        if inner.latest_checkpoint(log).await?.is_some() {
            return Ok(());
        }
        inner.store_checkpoint(log, checkpoint).await
    }
}
