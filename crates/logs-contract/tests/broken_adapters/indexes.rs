//! Indexes whose rows have a limit that valid records pass: whoever makes one keeps its batch out.

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, Draft, JsonObject, LogsWriter, NewAuditEntry, OnConflict,
    StoreError, StoreResult, TenantId, WriteOutcome,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r07_entities_with_the_longest_names_are_refused: Refuses<LongEntities>,
    r13_long_texts_in_states_are_refused: Refuses<LongTexts>,
}

/// An index on audit entries.
trait Index: std::fmt::Debug + Default + Send + Sync {
    /// Whether an entry has no room in it.
    fn lacks_room(tenant: &TenantId, entry: &NewAuditEntry) -> bool;
}

/// On what entries are about.
#[derive(Debug, Default)]
struct LongEntities;

impl Index for LongEntities {
    fn lacks_room(tenant: &TenantId, entry: &NewAuditEntry) -> bool {
        let entity = entry.entity_type.as_str().len() + entry.entity_id.as_str().len();
        tenant.as_str().len() + entity > 700
    }
}

/// On the texts by which states name runs, whatever they are.
#[derive(Debug, Default)]
struct LongTexts;

impl Index for LongTexts {
    fn lacks_room(_: &TenantId, entry: &NewAuditEntry) -> bool {
        let names = |state: &JsonObject| {
            let texts = ["run_id", "source_run_id"].map(|key| state.get_str(key));
            texts.into_iter().flatten().any(|text| text.len() > 2_500)
        };
        let mut states = [&entry.before_state, &entry.after_state]
            .into_iter()
            .flatten();
        states.any(names)
    }
}

/// Refuses batches with an entry for which the index has no room.
#[derive(Debug, Default)]
struct Refuses<I>(std::marker::PhantomData<I>);

#[async_trait]
impl<I: Index> Fault for Refuses<I> {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let lacks_room = |draft: &Draft| match draft {
            Draft::AuditEntry(entry) => I::lacks_room(tenant, entry),
            _ => false,
        };
        if batch.drafts().iter().any(lacks_room) {
            return Err(StoreError::Backend {
                backend: "memory",
                message: "an index row is too large".to_owned(),
                retryable: false,
                write_outcome: WriteOutcome::NotApplied,
                source: None,
            });
        }
        inner.append(tenant, batch, on_conflict).await
    }
}
