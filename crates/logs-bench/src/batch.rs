//! Records ready to be written, for a store and for its baselines.

use logs_domain::{
    AppendBatch, Clock, Draft, NewLlmRun, RecordDigest, RecordId, SystemClock, TenantId, Timestamp,
};

use crate::data::Producer;

/// A run with what a baseline need not work out: its id and its digest.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) run: NewLlmRun,
    pub(crate) id: RecordId,
    pub(crate) digest: RecordDigest,
}

/// Records of one append, in both forms.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) tenant: TenantId,
    pub(crate) append: AppendBatch,
    pub(crate) rows: Vec<Row>,
    /// The record time that baselines give it, and that the digests are of.
    pub(crate) created_at: Timestamp,
}

impl Batch {
    /// Of new runs.
    pub(crate) fn fresh(
        tenant: &TenantId,
        producer: &mut Producer<'_>,
        records: usize,
    ) -> anyhow::Result<Self> {
        let runs = (0..records).map(|_| producer.next());
        Self::of(tenant, runs.collect::<anyhow::Result<_>>()?)
    }

    /// Of new runs, one in a hundred of them replaced by one of `stored`.
    pub(crate) fn with_duplicates(
        tenant: &TenantId,
        producer: &mut Producer<'_>,
        stored: &Self,
    ) -> anyhow::Result<Self> {
        let mut runs = Vec::with_capacity(stored.rows.len());
        for (place, row) in stored.rows.iter().enumerate() {
            runs.push(if place % 100 == 99 {
                row.run.clone()
            } else {
                producer.next()?
            });
        }
        Self::of(tenant, runs)
    }

    fn of(tenant: &TenantId, runs: Vec<NewLlmRun>) -> anyhow::Result<Self> {
        let created_at = SystemClock.now();
        let rows = runs.into_iter().map(|run| {
            let id = RecordId::of_run(tenant, &run.run_id);
            let content = Draft::from(run.clone()).digest();
            let digest = RecordDigest::new(Some(tenant), id, created_at, content);
            Row { id, digest, run }
        });
        let rows: Vec<Row> = rows.collect();
        let drafts = rows.iter().map(|row| row.run.clone().into()).collect();
        Ok(Self {
            tenant: tenant.clone(),
            append: AppendBatch::new(drafts)?,
            rows,
            created_at,
        })
    }
}
