//! What takes part in a measurement of appends.

use std::sync::Arc;

use async_trait::async_trait;
use logs_domain::{LogsStore, OnConflict, RecordOutcome};

use crate::batch::Batch;

/// Something that stores records: a store, or the least that a store could do.
#[async_trait]
pub(crate) trait Subject: Send {
    fn name(&self) -> &'static str;

    /// Stores new records durably.
    async fn append(&mut self, batch: &Batch) -> anyhow::Result<()>;
}

/// A store, by its port.
pub(crate) struct Store(pub(crate) Arc<dyn LogsStore>);

impl Store {
    /// Appends; exactly this many records must have been new.
    pub(crate) async fn append_new(&self, batch: &Batch, new: usize) -> anyhow::Result<()> {
        let on_conflict = OnConflict::RejectCall;
        let receipt = self
            .0
            .append(&batch.tenant, &batch.append, on_conflict)
            .await?;
        let outcomes = receipt.records.iter().map(|record| record.outcome);
        let stored = outcomes.filter(|outcome| *outcome == RecordOutcome::Stored);
        let stored = stored.count();
        anyhow::ensure!(stored == new, "{stored} records were stored, not {new}");
        Ok(())
    }
}

#[async_trait]
impl Subject for Store {
    fn name(&self) -> &'static str {
        "store"
    }

    async fn append(&mut self, batch: &Batch) -> anyhow::Result<()> {
        self.append_new(batch, batch.rows.len()).await
    }
}
