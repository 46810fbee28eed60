//! The state of the store.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use logs_domain::page::{ListKey, StepOrder, SystemListKey};
use logs_domain::{
    AuditLedgerSnapshot, Clock, ContentDigest, ExportResult, LlmRunSnapshot, LogExportSnapshot,
    NewLogExport, RecordId, RecordKey, RunId, SystemRecordSnapshot, TenantId, Timestamp, TraceId,
    TraceSnapshot, TraceStepRecord,
};

use crate::log::Log;

/// The whole state.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) tenants: HashMap<TenantId, Records>,
    pub(crate) platform: Records,
    pub(crate) closed: bool,
    /// The latest time that the store used for an append or returned as settled.
    latest: Option<Timestamp>,
}

impl State {
    /// Nothing, for ever.
    pub(crate) fn closed() -> Self {
        Self {
            closed: true,
            ..Self::default()
        }
    }

    /// The time now, never earlier than the latest time.
    pub(crate) fn now(&self, clock: &dyn Clock) -> Timestamp {
        let now = clock.now();
        self.latest.map_or(now, |latest| now.max(latest))
    }

    /// Ensures that no later time is earlier than `time`.
    pub(crate) fn give_out(&mut self, time: Timestamp) {
        self.latest = Some(time);
    }
}

/// The entry of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored {
    pub(crate) digest: ContentDigest,
    pub(crate) created_at: Timestamp,
}

/// The records of one tenant, or of the platform; each list in its order.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) keys: HashMap<RecordKey, Stored>,
    pub(crate) runs: BTreeMap<ListKey, LlmRunSnapshot>,
    pub(crate) traces: BTreeMap<ListKey, TraceSnapshot>,
    /// The traces whose headers name a run.
    pub(crate) traces_of_runs: HashMap<RunId, BTreeSet<(Timestamp, TraceId)>>,
    pub(crate) steps: BTreeMap<ListKey, TraceStepRecord>,
    /// The steps of each trace, in their order.
    pub(crate) steps_of_traces: HashMap<TraceId, BTreeMap<StepOrder, TraceStepRecord>>,
    pub(crate) system: BTreeMap<SystemListKey, SystemRecordSnapshot>,
    pub(crate) audit: BTreeMap<ListKey, AuditLedgerSnapshot>,
    pub(crate) exports: BTreeMap<ListKey, NewLogExport>,
    pub(crate) export_outcomes: HashMap<RecordId, ExportResult>,
    pub(crate) log: Log,
}

impl Records {
    /// The steps of a trace in their order, each with its index in the whole trace.
    pub(crate) fn indexed_steps(
        &self,
        trace_id: &TraceId,
    ) -> impl Iterator<Item = (u32, &StepOrder, &TraceStepRecord)> {
        let mut next_index = 0;
        self.steps_of_traces
            .get(trace_id)
            .into_iter()
            .flatten()
            .map(move |(order, step)| {
                let index = match order {
                    StepOrder::Position(position) => position.get(),
                    StepOrder::Span { .. } => next_index,
                };
                next_index = index + 1;
                (index, order, step)
            })
    }

    /// An export with its outcome.
    pub(crate) fn folded_export(
        &self,
        tenant: &TenantId,
        key: &ListKey,
        export: &NewLogExport,
    ) -> LogExportSnapshot {
        let result = self.export_outcomes.get(&export.id).cloned();
        LogExportSnapshot::from_parts(tenant.clone(), export.clone(), key.created_at, result)
    }
}
