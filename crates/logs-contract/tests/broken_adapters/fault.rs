//! Stores with one fault each: every method passes its call on, except those that a fault changes.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, AuditFilter, AuditLedgerSnapshot, CorrelationId, GovernanceFilter,
    LlmRunFilter, LlmRunSnapshot, LogExportFilter, LogExportSnapshot, LogsReader, LogsStore,
    LogsWriter, OnConflict, PageRequest, PlatformBatch, PlatformWriter, QueryResult, RecordId,
    ReplayEvent, ReplayQuery, RunId, StoreInfo, StoreLifecycle, StoreOptions, StoreResult,
    SystemRecordFilter, SystemRecordSnapshot, TenantId, TimeRange, Timestamp, TraceFilter, TraceId,
    TraceSnapshot, TraceStepFilter, TraceStepRecord, TraceStepSnapshot,
};
use logs_memory::MemoryStore;

/// One adapter that breaks a rule.
pub(crate) struct BrokenAdapter {
    /// The rule, then what is wrong: `r05_total_ignores_the_filter`.
    pub(crate) name: &'static str,
    /// Opens the store.
    pub(crate) open: fn(StoreOptions) -> Arc<dyn LogsStore>,
}

/// Names broken adapters after their faults, which are made by `Default`.
macro_rules! broken_adapters {
    ($($name:ident: $fault:ty),+ $(,)?) => {
        pub(crate) const ADAPTERS: &[crate::fault::BrokenAdapter] = &[$(
            crate::fault::BrokenAdapter {
                name: stringify!($name),
                open: |options| crate::fault::with_fault(options, <$fault>::default()),
            }
        ),+];
    };
}
pub(crate) use broken_adapters;

/// A memory store with a fault.
pub(crate) fn with_fault(options: StoreOptions, fault: impl Fault + 'static) -> Arc<dyn LogsStore> {
    Arc::new(Faulty {
        inner: MemoryStore::new(options),
        fault,
    })
}

#[derive(Debug)]
struct Faulty<F> {
    inner: MemoryStore,
    fault: F,
}

macro_rules! faulty {
    ($($port:ident { $($method:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+ })+) => {
        /// What is wrong with a store; what is not overridden is right.
        #[async_trait]
        pub(crate) trait Fault: Debug + Send + Sync {
            $($(
                async fn $method(&self, inner: &MemoryStore, $($argument: $type),*) -> StoreResult<$answer> {
                    inner.$method($($argument),*).await
                }
            )+)+
        }

        $(
            #[async_trait]
            impl<F: Fault> $port for Faulty<F> {
                $(
                    async fn $method(&self, $($argument: $type),*) -> StoreResult<$answer> {
                        self.fault.$method(&self.inner, $($argument),*).await
                    }
                )+
            }
        )+
    };
}

faulty! {
    LogsReader {
        list_llm_runs(tenant: &TenantId, filter: &LlmRunFilter, page: &PageRequest) -> QueryResult<LlmRunSnapshot>;
        get_llm_run(tenant: &TenantId, run_id: &RunId) -> Option<LlmRunSnapshot>;
        get_trace_id_for_run(tenant: &TenantId, run_id: &RunId) -> Option<TraceId>;
        list_traces(tenant: &TenantId, filter: &TraceFilter, page: &PageRequest) -> QueryResult<TraceSnapshot>;
        get_trace(tenant: &TenantId, trace_id: &TraceId) -> Option<TraceSnapshot>;
        list_trace_steps(tenant: &TenantId, filter: &TraceStepFilter, page: &PageRequest) -> QueryResult<TraceStepRecord>;
        get_trace_steps(tenant: &TenantId, trace_id: &TraceId, page: &PageRequest) -> QueryResult<TraceStepSnapshot>;
        get_replay_window_events(tenant: &TenantId, query: &ReplayQuery, page: &PageRequest) -> QueryResult<ReplayEvent>;
        list_system_records(tenant: &TenantId, filter: &SystemRecordFilter, page: &PageRequest) -> QueryResult<SystemRecordSnapshot>;
        get_system_record(tenant: &TenantId, id: &RecordId) -> Option<SystemRecordSnapshot>;
        get_system_record_by_correlation(tenant: &TenantId, correlation_id: &CorrelationId, page: &PageRequest) -> QueryResult<SystemRecordSnapshot>;
        get_system_records_in_window(tenant: &TenantId, window: &TimeRange, page: &PageRequest) -> QueryResult<SystemRecordSnapshot>;
        list_audit_entries(tenant: &TenantId, filter: &AuditFilter, page: &PageRequest) -> QueryResult<AuditLedgerSnapshot>;
        get_audit_entry(tenant: &TenantId, id: &RecordId) -> Option<AuditLedgerSnapshot>;
        get_governance_events(tenant: &TenantId, filter: &GovernanceFilter, page: &PageRequest) -> QueryResult<AuditLedgerSnapshot>;
        list_log_exports(tenant: &TenantId, filter: &LogExportFilter, page: &PageRequest) -> QueryResult<LogExportSnapshot>;
        get_log_export(tenant: &TenantId, id: &RecordId) -> Option<LogExportSnapshot>;
    }
    LogsWriter {
        append(tenant: &TenantId, batch: &AppendBatch, on_conflict: OnConflict) -> AppendReceipt;
    }
    PlatformWriter {
        append_platform(batch: &PlatformBatch, on_conflict: OnConflict) -> AppendReceipt;
    }
    StoreLifecycle {
        info() -> StoreInfo;
        ready() -> ();
        settled_before(tenant: &TenantId) -> Timestamp;
        close() -> ();
    }
}
