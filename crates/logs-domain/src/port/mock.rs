//! A store for unit tests of code that takes one.

use async_trait::async_trait;

use super::{LogsLedger, LogsReader, LogsWriter, PlatformWriter, StoreInfo, StoreLifecycle};
use crate::ledger::{Hash, NodeAddress, TreeHead};
use crate::{
    AppendBatch, AppendReceipt, AuditFilter, AuditLedgerSnapshot, CorrelationId, EntryPlace,
    GovernanceFilter, LedgerCheckpoint, LedgerEntry, LedgerLog, LedgerLogStatus, LlmRunFilter,
    LlmRunSnapshot, LogExportFilter, LogExportSnapshot, OnConflict, PageLimit, PageRequest,
    PlatformBatch, QueryResult, RecordId, RecordKind, RecordPlace, ReplayEvent, ReplayQuery, RunId,
    StoreResult, SystemRecordFilter, SystemRecordSnapshot, TenantId, TimeRange, Timestamp,
    TraceFilter, TraceId, TraceSnapshot, TraceStepFilter, TraceStepRecord, TraceStepSnapshot,
    UncoveredPage, UsageQuery, UsageSummary,
};

mockall::mock! {
    /// A store that answers what a unit test expects of it; every method of every port has an
    /// `expect_…`.
    #[derive(Debug)]
    pub LogsStore {}

    #[async_trait]
    impl LogsReader for LogsStore {
        async fn list_llm_runs(&self, tenant: &TenantId, filter: &LlmRunFilter, page: &PageRequest) -> StoreResult<QueryResult<LlmRunSnapshot>>;
        async fn get_llm_run(&self, tenant: &TenantId, run_id: &RunId) -> StoreResult<Option<LlmRunSnapshot>>;
        async fn get_trace_id_for_run(&self, tenant: &TenantId, run_id: &RunId) -> StoreResult<Option<TraceId>>;
        async fn list_traces(&self, tenant: &TenantId, filter: &TraceFilter, page: &PageRequest) -> StoreResult<QueryResult<TraceSnapshot>>;
        async fn get_trace(&self, tenant: &TenantId, trace_id: &TraceId) -> StoreResult<Option<TraceSnapshot>>;
        async fn list_trace_steps(&self, tenant: &TenantId, filter: &TraceStepFilter, page: &PageRequest) -> StoreResult<QueryResult<TraceStepRecord>>;
        async fn get_trace_steps(&self, tenant: &TenantId, trace_id: &TraceId, page: &PageRequest) -> StoreResult<QueryResult<TraceStepSnapshot>>;
        async fn get_replay_window_events(&self, tenant: &TenantId, query: &ReplayQuery, page: &PageRequest) -> StoreResult<QueryResult<ReplayEvent>>;
        async fn list_system_records(&self, tenant: &TenantId, filter: &SystemRecordFilter, page: &PageRequest) -> StoreResult<QueryResult<SystemRecordSnapshot>>;
        async fn get_system_record(&self, tenant: &TenantId, id: &RecordId) -> StoreResult<Option<SystemRecordSnapshot>>;
        async fn get_system_record_by_correlation(&self, tenant: &TenantId, correlation_id: &CorrelationId, page: &PageRequest) -> StoreResult<QueryResult<SystemRecordSnapshot>>;
        async fn get_system_records_in_window(&self, tenant: &TenantId, window: &TimeRange, page: &PageRequest) -> StoreResult<QueryResult<SystemRecordSnapshot>>;
        async fn list_audit_entries(&self, tenant: &TenantId, filter: &AuditFilter, page: &PageRequest) -> StoreResult<QueryResult<AuditLedgerSnapshot>>;
        async fn get_audit_entry(&self, tenant: &TenantId, id: &RecordId) -> StoreResult<Option<AuditLedgerSnapshot>>;
        async fn get_governance_events(&self, tenant: &TenantId, filter: &GovernanceFilter, page: &PageRequest) -> StoreResult<QueryResult<AuditLedgerSnapshot>>;
        async fn list_log_exports(&self, tenant: &TenantId, filter: &LogExportFilter, page: &PageRequest) -> StoreResult<QueryResult<LogExportSnapshot>>;
        async fn get_log_export(&self, tenant: &TenantId, id: &RecordId) -> StoreResult<Option<LogExportSnapshot>>;
        async fn summarize_usage(&self, tenant: &TenantId, query: &UsageQuery) -> StoreResult<UsageSummary>;
    }

    #[async_trait]
    impl LogsWriter for LogsStore {
        async fn append(&self, tenant: &TenantId, batch: &AppendBatch, on_conflict: OnConflict) -> StoreResult<AppendReceipt>;
    }

    #[async_trait]
    impl PlatformWriter for LogsStore {
        async fn append_platform(&self, batch: &PlatformBatch, on_conflict: OnConflict) -> StoreResult<AppendReceipt>;
    }

    #[async_trait]
    impl StoreLifecycle for LogsStore {
        async fn info(&self) -> StoreResult<StoreInfo>;
        async fn ready(&self) -> StoreResult<()>;
        async fn settled_before(&self, tenant: &TenantId) -> StoreResult<Timestamp>;
        async fn close(&self) -> StoreResult<()>;
    }

    #[async_trait]
    impl LogsLedger for LogsStore {
        async fn sequence(&self, log: &LedgerLog) -> StoreResult<TreeHead>;
        async fn head(&self, log: &LedgerLog) -> StoreResult<TreeHead>;
        async fn entry_of(&self, log: &LedgerLog, kind: RecordKind, id: RecordId) -> StoreResult<EntryPlace>;
        async fn entries(&self, log: &LedgerLog, from: u64, limit: PageLimit) -> StoreResult<Vec<LedgerEntry>>;
        async fn uncovered(&self, log: &LedgerLog, kind: RecordKind, after: Option<RecordPlace>, limit: PageLimit) -> StoreResult<UncoveredPage>;
        async fn nodes(&self, log: &LedgerLog, nodes: &[NodeAddress]) -> StoreResult<Vec<Hash>>;
        async fn store_checkpoint(&self, log: &LedgerLog, checkpoint: &LedgerCheckpoint) -> StoreResult<()>;
        async fn latest_checkpoint(&self, log: &LedgerLog) -> StoreResult<Option<LedgerCheckpoint>>;
        async fn list_checkpoints(&self, log: &LedgerLog, skip: u64, limit: PageLimit) -> StoreResult<Vec<LedgerCheckpoint>>;
        async fn ledger_logs(&self, after: Option<LedgerLog>, limit: PageLimit) -> StoreResult<Vec<LedgerLogStatus>>;
    }
}
