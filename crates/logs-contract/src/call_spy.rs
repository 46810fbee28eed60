//! A decorator that passes every call through and notes which method it was.
//!
//! One list of the ports' methods makes both the decorator and [`PortMethod`], so that a method
//! that is added to a port is missing here until the code compiles again, and then has no case
//! until the check of the coverage passes again.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, AuditFilter, AuditLedgerSnapshot, CorrelationId, GovernanceFilter,
    LlmRunFilter, LlmRunSnapshot, LogExportFilter, LogExportSnapshot, LogsReader, LogsStore,
    LogsWriter, OnConflict, PageRequest, PlatformBatch, PlatformWriter, QueryResult, RecordId,
    ReplayEvent, ReplayQuery, RunId, StoreInfo, StoreLifecycle, StoreOptions, StoreResult,
    SystemRecordFilter, SystemRecordSnapshot, TenantId, TimeRange, Timestamp, TraceFilter, TraceId,
    TraceSnapshot, TraceStepFilter, TraceStepRecord, TraceStepSnapshot,
};

use crate::{BackendError, ContractBackend, Exemption, StoreFixture};

/// What was called.
type Calls = Arc<Mutex<BTreeSet<PortMethod>>>;

/// A backend whose stores pass every call on to those of another and note the method.
#[derive(Debug)]
pub struct CallSpy<B> {
    inner: B,
    calls: Calls,
}

impl<B: ContractBackend> CallSpy<B> {
    /// Decorates the stores of `inner`.
    #[must_use]
    pub fn new(inner: B) -> Self {
        let calls = Calls::default();
        Self { inner, calls }
    }

    /// The methods that were called since this was asked last.
    #[must_use]
    pub fn take_calls(&self) -> BTreeSet<PortMethod> {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl<B: ContractBackend> ContractBackend for CallSpy<B> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn fresh(&self) -> Result<Box<dyn StoreFixture>, BackendError> {
        let calls = Arc::clone(&self.calls);
        let inner = self.inner.fresh().await?;
        Ok(Box::new(SpiedFixture { inner, calls }))
    }

    fn is_oracle(&self) -> bool {
        self.inner.is_oracle()
    }

    fn exemptions(&self) -> &[Exemption] {
        self.inner.exemptions()
    }
}

struct SpiedFixture {
    inner: Box<dyn StoreFixture>,
    calls: Calls,
}

#[async_trait]
impl StoreFixture for SpiedFixture {
    async fn open(&self, options: StoreOptions) -> Result<Arc<dyn LogsStore>, BackendError> {
        let calls = Arc::clone(&self.calls);
        let inner = self.inner.open(options).await?;
        Ok(Arc::new(SpiedStore { inner, calls }))
    }
}

#[derive(Debug)]
struct SpiedStore {
    inner: Arc<dyn LogsStore>,
    calls: Calls,
}

impl SpiedStore {
    fn note(&self, method: PortMethod) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.insert(method);
    }
}

macro_rules! ports {
    ($($port:ident {
        $($variant:ident $method:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+
    })+) => {
        /// A method of a port.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum PortMethod {
            $($(#[doc = concat!("`", stringify!($port), "::", stringify!($method), "`")] $variant,)+)+
        }

        impl PortMethod {
            /// Every method of every port.
            pub const ALL: &'static [Self] = &[$($(Self::$variant),+),+];

            /// The name of the method.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($(Self::$variant => stringify!($method),)+)+
                }
            }

            /// The name of its port.
            #[must_use]
            pub const fn port(self) -> &'static str {
                match self {
                    $($(Self::$variant)|+ => stringify!($port),)+
                }
            }
        }

        $(
            #[async_trait]
            #[deny(clippy::missing_trait_methods)]
            impl $port for SpiedStore {
                $(
                    async fn $method(&self, $($argument: $type),*) -> StoreResult<$answer> {
                        self.note(PortMethod::$variant);
                        self.inner.$method($($argument),*).await
                    }
                )+
            }
        )+
    };
}

ports! {
    LogsReader {
        ListLlmRuns list_llm_runs(tenant: &TenantId, filter: &LlmRunFilter, page: &PageRequest) -> QueryResult<LlmRunSnapshot>;
        GetLlmRun get_llm_run(tenant: &TenantId, run_id: &RunId) -> Option<LlmRunSnapshot>;
        GetTraceIdForRun get_trace_id_for_run(tenant: &TenantId, run_id: &RunId) -> Option<TraceId>;
        ListTraces list_traces(tenant: &TenantId, filter: &TraceFilter, page: &PageRequest) -> QueryResult<TraceSnapshot>;
        GetTrace get_trace(tenant: &TenantId, trace_id: &TraceId) -> Option<TraceSnapshot>;
        ListTraceSteps list_trace_steps(tenant: &TenantId, filter: &TraceStepFilter, page: &PageRequest) -> QueryResult<TraceStepRecord>;
        GetTraceSteps get_trace_steps(tenant: &TenantId, trace_id: &TraceId, page: &PageRequest) -> QueryResult<TraceStepSnapshot>;
        GetReplayWindowEvents get_replay_window_events(tenant: &TenantId, query: &ReplayQuery, page: &PageRequest) -> QueryResult<ReplayEvent>;
        ListSystemRecords list_system_records(tenant: &TenantId, filter: &SystemRecordFilter, page: &PageRequest) -> QueryResult<SystemRecordSnapshot>;
        GetSystemRecord get_system_record(tenant: &TenantId, id: &RecordId) -> Option<SystemRecordSnapshot>;
        GetSystemRecordByCorrelation get_system_record_by_correlation(tenant: &TenantId, correlation_id: &CorrelationId, page: &PageRequest) -> QueryResult<SystemRecordSnapshot>;
        GetSystemRecordsInWindow get_system_records_in_window(tenant: &TenantId, window: &TimeRange, page: &PageRequest) -> QueryResult<SystemRecordSnapshot>;
        ListAuditEntries list_audit_entries(tenant: &TenantId, filter: &AuditFilter, page: &PageRequest) -> QueryResult<AuditLedgerSnapshot>;
        GetAuditEntry get_audit_entry(tenant: &TenantId, id: &RecordId) -> Option<AuditLedgerSnapshot>;
        GetGovernanceEvents get_governance_events(tenant: &TenantId, filter: &GovernanceFilter, page: &PageRequest) -> QueryResult<AuditLedgerSnapshot>;
        ListLogExports list_log_exports(tenant: &TenantId, filter: &LogExportFilter, page: &PageRequest) -> QueryResult<LogExportSnapshot>;
        GetLogExport get_log_export(tenant: &TenantId, id: &RecordId) -> Option<LogExportSnapshot>;
    }
    LogsWriter {
        Append append(tenant: &TenantId, batch: &AppendBatch, on_conflict: OnConflict) -> AppendReceipt;
    }
    PlatformWriter {
        AppendPlatform append_platform(batch: &PlatformBatch, on_conflict: OnConflict) -> AppendReceipt;
    }
    StoreLifecycle {
        Info info() -> StoreInfo;
        Ready ready() -> ();
        SettledBefore settled_before(tenant: &TenantId) -> Timestamp;
        Close close() -> ();
    }
}
