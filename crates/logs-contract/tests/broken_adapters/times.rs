//! Rule 9, broken.

use std::sync::Arc;

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, AuditLedgerSnapshot, Clock, Draft, LedgerStore, LogsReader,
    LogsWriter, OnConflict, RecordId, RecordOutcome, StoreOptions, StoreResult, TenantId,
    Timestamp,
};
use logs_memory::MemoryStore;

use crate::fault::{BrokenAdapter, Fault, with_fault};

pub(crate) const ADAPTERS: &[BrokenAdapter] = &[
    BrokenAdapter {
        name: "r09_times_decrease_with_the_clock",
        open: follows_clock,
    },
    BrokenAdapter {
        name: "r09_one_append_has_several_times",
        open: in_pieces,
    },
    BrokenAdapter {
        name: "r09_times_are_in_milliseconds",
        open: in_milliseconds,
    },
    BrokenAdapter {
        name: "r09_times_are_made_to_differ",
        open: always_later,
    },
    BrokenAdapter {
        name: "r09_the_clock_of_the_machine_is_used",
        open: machine_clock,
    },
    BrokenAdapter {
        name: "r09_an_absent_occurrence_is_1970",
        open: occurs_in_1970,
    },
    BrokenAdapter {
        name: "r09_occurrences_are_not_after_the_record_time",
        open: corrects_producers,
    },
    BrokenAdapter {
        name: "r09_each_tenant_has_times_of_its_own",
        open: times_of_tenants,
    },
];

fn follows_clock(options: StoreOptions) -> Arc<dyn LedgerStore> {
    with_fault(options.clone(), FollowsClock(options.clock))
}

#[derive(Debug)]
struct FollowsClock(Arc<dyn Clock>);

#[async_trait]
impl Fault for FollowsClock {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let mut receipt = inner.append(tenant, batch, on_conflict).await?;
        for record in &mut receipt.records {
            if record.outcome == RecordOutcome::Stored {
                record.created_at = self.0.now();
            }
        }
        Ok(receipt)
    }
}

fn in_pieces(options: StoreOptions) -> Arc<dyn LedgerStore> {
    with_fault(options, InPieces)
}

#[derive(Debug)]
struct InPieces;

#[async_trait]
impl Fault for InPieces {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let mut records = Vec::new();
        for piece in batch.drafts().chunks(100) {
            let piece = AppendBatch::new(piece.to_vec())?;
            records.extend(inner.append(tenant, &piece, on_conflict).await?.records);
        }
        Ok(AppendReceipt { records })
    }
}

#[derive(Debug)]
struct Milliseconds(Arc<dyn Clock>);

impl Clock for Milliseconds {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.now().as_micros() / 1_000 * 1_000).unwrap()
    }

    fn tells_time_of_day(&self) -> bool {
        self.0.tells_time_of_day()
    }
}

fn in_milliseconds(options: StoreOptions) -> Arc<dyn LedgerStore> {
    let clock = Arc::new(Milliseconds(Arc::clone(&options.clock)));
    Arc::new(MemoryStore::new(options.clock(clock)))
}

/// Adds a microsecond whenever it is read.
#[derive(Debug)]
struct AlwaysLater(Arc<dyn Clock>, std::sync::atomic::AtomicI64);

impl Clock for AlwaysLater {
    fn now(&self) -> Timestamp {
        let more = self.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        self.0.now().saturating_add_micros(more)
    }

    fn tells_time_of_day(&self) -> bool {
        self.0.tells_time_of_day()
    }
}

fn always_later(options: StoreOptions) -> Arc<dyn LedgerStore> {
    let clock = Arc::new(AlwaysLater(Arc::clone(&options.clock), 0.into()));
    Arc::new(MemoryStore::new(options.clock(clock)))
}

fn machine_clock(options: StoreOptions) -> Arc<dyn LedgerStore> {
    Arc::new(MemoryStore::new(
        options.clock(Arc::new(logs_domain::SystemClock)),
    ))
}

/// Changes the times of audit entries before they are stored.
#[derive(Debug)]
struct ChangesOccurrence(
    fn(Option<Timestamp>, Timestamp) -> Option<Timestamp>,
    Arc<dyn Clock>,
);

#[async_trait]
impl Fault for ChangesOccurrence {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let drafts = batch.drafts().iter().cloned().map(|draft| match draft {
            Draft::AuditEntry(mut entry) => {
                entry.occurred_at = (self.0)(entry.occurred_at, self.1.now());
                entry.into()
            }
            draft => draft,
        });
        inner
            .append(tenant, &AppendBatch::new(drafts.collect())?, on_conflict)
            .await
    }
}

fn occurs_in_1970(options: StoreOptions) -> Arc<dyn LedgerStore> {
    let change = |occurred: Option<Timestamp>, _| occurred.or(Timestamp::from_micros(0).ok());
    with_fault(options.clone(), ChangesOccurrence(change, options.clock))
}

fn corrects_producers(options: StoreOptions) -> Arc<dyn LedgerStore> {
    let change = |occurred: Option<Timestamp>, now| occurred.map(|time| time.min(now));
    with_fault(options.clone(), ChangesOccurrence(change, options.clock))
}

fn times_of_tenants(options: StoreOptions) -> Arc<dyn LedgerStore> {
    with_fault(options.clone(), TimesOfTenants(MemoryStore::new(options)))
}

/// Keeps the records of one tenant in a store apart.
#[derive(Debug)]
struct TimesOfTenants(MemoryStore);

#[async_trait]
impl Fault for TimesOfTenants {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let store = if tenant.as_str() == "a" {
            inner
        } else {
            &self.0
        };
        store.append(tenant, batch, on_conflict).await
    }

    async fn get_audit_entry(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<AuditLedgerSnapshot>> {
        let store = if tenant.as_str() == "a" {
            inner
        } else {
            &self.0
        };
        store.get_audit_entry(tenant, id).await
    }
}
