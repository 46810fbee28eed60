//! Exports from their request to their outcome.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use logs_domain::{
    AppendBatch, AuditFilter, Checksum, Direction, Draft, ExportScope, InvalidValue, LlmRunFilter,
    LogExportOutcome, LogsReaderExt, LogsStore, NewAuditEntry, NewLogExport, OnConflict, Reason,
    Record, RecordId, StoreResult, SystemRecordFilter, TenantId, TimeRange, Timestamp, TraceFilter,
    TraceStepFilter,
};

use crate::LogsFacade;

/// An export that is requested and has no outcome yet. Whoever writes the records says at the end how it went, by
/// [`complete`](Self::complete) or [`fail`](Self::fail). Without either, the export stays pending.
#[derive(Clone, Debug)]
pub struct PendingExport {
    store: Arc<dyn LogsStore>,
    tenant: TenantId,
    id: RecordId,
    records: Records,
}

/// The records of a scope in a window, by the filters of their lists.
#[derive(Clone, Debug)]
enum Records {
    LlmRun(LlmRunFilter, TraceFilter, TraceStepFilter),
    System(SystemRecordFilter),
    Audit(AuditFilter),
}

impl Records {
    fn of(scope: ExportScope, window: TimeRange) -> Result<Self, InvalidValue> {
        match scope {
            ExportScope::LlmRun => Ok(Self::LlmRun(
                LlmRunFilter::default().created(window),
                TraceFilter::default().created(window),
                TraceStepFilter::default().created(window),
            )),
            ExportScope::System => Ok(Self::System(SystemRecordFilter::default().created(window))),
            ExportScope::Audit => Ok(Self::Audit(AuditFilter::default().created(window))),
            ExportScope::Compliance => {
                let words: Vec<&str> = PendingExport::SCOPES
                    .iter()
                    .map(|scope| scope.as_str())
                    .collect();
                let expected = format!("one of {}", words.join(", "));
                Err(InvalidValue::new("scope", scope, expected))
            }
        }
    }
}

impl LogsFacade {
    /// Stores the request of an export, and in the same append an entry about who reads the records, if there is one.
    /// `window` is over record times. Only a window that ends at or before the settled time always gives the same
    /// records.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`](logs_domain::StoreError::InvalidArgument) for a scope that is none of [`PendingExport::SCOPES`], besides those of an append.
    pub async fn request_export(
        &self,
        tenant: &TenantId,
        request: NewLogExport,
        window: TimeRange,
        access: Option<NewAuditEntry>,
    ) -> StoreResult<PendingExport> {
        let export = PendingExport {
            store: Arc::clone(&self.store),
            tenant: tenant.clone(),
            id: request.id,
            records: Records::of(request.scope, window)?,
        };
        let drafts = [Some(Draft::from(request)), access.map(Draft::from)];
        export
            .append(drafts.into_iter().flatten().collect())
            .await?;
        Ok(export)
    }
}

impl PendingExport {
    /// The scopes that have records: each but the compliance bundle.
    pub const SCOPES: &'static [ExportScope] =
        &[ExportScope::LlmRun, ExportScope::System, ExportScope::Audit];

    /// The id of the export.
    #[must_use]
    pub const fn id(&self) -> RecordId {
        self.id
    }

    /// Every record of the scope in the window: one kind after the other, and in each the newest first by record time
    /// and id. Runs come before headers of traces, and these before steps. System records of the platform are among
    /// those of the tenant.
    ///
    /// Behind an error with a [`place`](logs_domain::StoreError::place), the records go on. Behind any other, records are missing.
    pub fn records(&self) -> BoxStream<'_, StoreResult<Record>> {
        let (store, tenant, newest_first) = (&self.store, &self.tenant, Direction::Descending);
        match &self.records {
            Records::LlmRun(runs, traces, steps) => {
                let runs = store.stream_llm_runs(tenant, runs, newest_first);
                let traces = store.stream_traces(tenant, traces, newest_first);
                let steps = store.stream_trace_steps(tenant, steps, newest_first);
                let runs = runs.map(|found| found.map(Record::LlmRun));
                let traces = traces.map(|found| found.map(Record::Trace));
                let steps = steps.map(|found| found.map(Record::TraceStep));
                runs.chain(traces).chain(steps).boxed()
            }
            Records::System(filter) => {
                let found = store.stream_system_records(tenant, filter, newest_first);
                found.map(|found| found.map(Record::SystemRecord)).boxed()
            }
            Records::Audit(filter) => {
                let found = store.stream_audit_entries(tenant, filter, newest_first);
                found.map(|found| found.map(Record::AuditEntry)).boxed()
            }
        }
    }

    /// Stores that the file with this checksum was delivered at this time.
    ///
    /// # Errors
    /// Those of an append. Then the export stays pending.
    pub async fn complete(&self, checksum: Checksum, delivered_at: Timestamp) -> StoreResult<()> {
        let outcome = LogExportOutcome::completed(self.id, checksum, delivered_at);
        self.append(vec![outcome.into()]).await
    }

    /// Stores that the export failed, and why. A reason that is too long loses its end.
    ///
    /// # Errors
    /// Those of an append, and [`StoreError::InvalidArgument`](logs_domain::StoreError::InvalidArgument) for an empty reason. Then the export stays pending.
    pub async fn fail(&self, why: &str) -> StoreResult<()> {
        let why = why.replace('\0', "");
        let end = why.floor_char_boundary(Reason::MAX_BYTES);
        let reason = Reason::new(why.get(..end).unwrap_or_default())?;
        let outcome = LogExportOutcome::failed(self.id, reason);
        self.append(vec![outcome.into()]).await
    }

    async fn append(&self, drafts: Vec<Draft>) -> StoreResult<()> {
        let batch = AppendBatch::new(drafts)?;
        let append = self
            .store
            .append(&self.tenant, &batch, OnConflict::RejectCall);
        append.await.map(drop)
    }
}
