//! The least that keeping records in memory can cost: plain collections, without a look at what is
//! there, and without another way to find a record.

use std::collections::BTreeMap;

use async_trait::async_trait;
use logs_domain::page::ListKey;
use logs_domain::{Clock, LlmRunSnapshot, SystemClock};

use crate::batch::Batch;
use crate::subject::Subject;

/// A list.
#[derive(Default)]
pub(super) struct PlainRecords(Vec<LlmRunSnapshot>);

/// A map in the order of pages.
#[derive(Default)]
pub(super) struct Map(BTreeMap<ListKey, LlmRunSnapshot>);

impl PlainRecords {
    pub(super) const NAME: &'static str = "baseline: Vec";
}

impl Map {
    pub(super) const NAME: &'static str = "baseline: BTreeMap";
}

/// What is stored of a batch. A snapshot hashes its own id.
fn snapshots(batch: &Batch) -> impl Iterator<Item = LlmRunSnapshot> {
    let created_at = SystemClock.now();
    batch.rows.iter().map(move |row| {
        LlmRunSnapshot::from_parts(batch.tenant.clone(), row.run.clone(), created_at)
    })
}

#[async_trait]
impl Subject for PlainRecords {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    async fn append(&mut self, batch: &Batch) -> anyhow::Result<()> {
        self.0.extend(snapshots(batch));
        Ok(())
    }
}

#[async_trait]
impl Subject for Map {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    async fn append(&mut self, batch: &Batch) -> anyhow::Result<()> {
        self.0.extend(snapshots(batch).map(|run| {
            let key = ListKey {
                created_at: run.created_at,
                id: run.id.as_uuid(),
            };
            (key, run)
        }));
        Ok(())
    }
}
