//! What a store can be asked.

use async_trait::async_trait;

use crate::{
    AuditFilter, AuditLedgerSnapshot, CorrelationId, GovernanceFilter, LlmRunFilter,
    LlmRunSnapshot, LogExportFilter, LogExportSnapshot, PageRequest, QueryResult, RecordId,
    ReplayEvent, ReplayQuery, RunId, StoreResult, SystemRecordFilter, SystemRecordSnapshot,
    TenantId, TimeRange, TraceFilter, TraceId, TraceSnapshot, TraceStepFilter, TraceStepRecord,
    TraceStepSnapshot, UsageQuery, UsageSummary,
};

/// What a store can be asked.
///
/// These rules hold for every method:
///
/// - **Rule 1.** Nothing of another tenant is returned, counted or revealed by an error. Another tenant's id
///   is as absent as one that nobody has: `None`, or an empty page. System records of the platform
///   are visible to every tenant.
/// - **Rule 2.** A filter acts on items and total alike, before any limit.
/// - **Rule 3.** The order of each list is total, and stands on its method. Text compares as bytes. A
///   page may ask for the list in the other [`Direction`](crate::Direction): the exact reverse, ties
///   included, at the same cost at every depth.
/// - **Rule 4.** A sequence of pages returns exactly once every matching record that was committed
///   before its first page, forwards by [`After`](crate::Position::After) and backwards by
///   [`Before`](crate::Position::Before). Later commits may or may not appear, never twice.
///   `created_at` is not the order of commits, so a list is no feed to tail; up to the
///   [settled](crate::StoreLifecycle::settled_before) time it is complete.
/// - **Rule 5.** A [`Total`](crate::Total) is that of all records that the filter matches, as far as the
///   [`CountMode`](crate::CountMode) of the page asks for it.
/// - A record that is not what was written is never returned. A page ends before it, however few records
///   it holds then (a page before a cursor begins behind it); the page that would begin with it is the
///   error [`Inconsistent`](crate::StoreError::Inconsistent), and the list goes on past its
///   [`place`](crate::StoreError::place).
///
/// # Errors
/// Every method fails with [`InvalidArgument`](crate::StoreError::InvalidArgument) on a cursor
/// that is malformed or belongs to another list or direction, with
/// [`Unavailable`](crate::StoreError::Unavailable), [`Timeout`](crate::StoreError::Timeout) or
/// [`Pushback`](crate::StoreError::Pushback) when the backend cannot answer now, and with
/// [`Inconsistent`](crate::StoreError::Inconsistent) when stored data breaks a rule.
#[async_trait]
pub trait LogsReader: std::fmt::Debug + Send + Sync {
    /// Runs, newest first by `(created_at, id)`.
    async fn list_llm_runs(
        &self,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>>;

    /// The run with this run id, if the tenant has one.
    async fn get_llm_run(
        &self,
        tenant: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<LlmRunSnapshot>>;

    /// **Rule 11.** The trace of a run: the run's own `trace_id`; else that of the trace header that names the
    /// run, with the smallest `(created_at, trace_id)` where several do. A header may name a run
    /// that is not stored.
    async fn get_trace_id_for_run(
        &self,
        tenant: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<TraceId>>;

    /// Trace headers, newest first by `(created_at, id)`.
    async fn list_traces(
        &self,
        tenant: &TenantId,
        filter: &TraceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceSnapshot>>;

    /// The header of this trace, if the tenant has stored one: a trace can have steps alone.
    async fn get_trace(
        &self,
        tenant: &TenantId,
        trace_id: &TraceId,
    ) -> StoreResult<Option<TraceSnapshot>>;

    /// Steps of all traces with their keys, newest first by `(created_at, id)`: what an export
    /// walks.
    async fn list_trace_steps(
        &self,
        tenant: &TenantId,
        filter: &TraceStepFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepRecord>>;

    /// **Rule 10.** The steps of one trace in their order: positioned ones first, by position, which is their
    /// `step_index` (gaps stay); then the others by `(timestamp, span id)`, numbered without gaps
    /// from the last position + 1, or from 0. A header is not needed.
    ///
    /// A step that arrives between two pages may renumber those after it; each step still comes
    /// once.
    async fn get_trace_steps(
        &self,
        tenant: &TenantId,
        trace_id: &TraceId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepSnapshot>>;

    /// **Rule 12.** What happened in a window, merged from all topics, oldest first: steps of the trace of the
    /// query by their `timestamp`, system records of tenant and platform by `occurred_at`, audit
    /// entries about policy rules and limits by `occurred_at`. On equal times: steps, in their
    /// order; system records of the tenant, then of the platform; audit entries; each by id, the
    /// smaller first. `step_index` counts over the whole trace.
    async fn get_replay_window_events(
        &self,
        tenant: &TenantId,
        query: &ReplayQuery,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<ReplayEvent>>;

    /// System records of tenant and platform, newest first by `created_at`; on equal times the
    /// tenant's before the platform's, then by id, the larger first.
    async fn list_system_records(
        &self,
        tenant: &TenantId,
        filter: &SystemRecordFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>>;

    /// The system record with this id: the tenant's, or else the platform's (**rule 1**). An id of the
    /// tenant and one of the platform are different keys. Where both are stored, this is the tenant's
    /// own record, and lists have the other.
    async fn get_system_record(
        &self,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<SystemRecordSnapshot>>;

    /// System records of tenant and platform with this correlation id, oldest first by
    /// `occurred_at`; on equal times the tenant's before the platform's, then by id, the smaller
    /// first.
    async fn get_system_record_by_correlation(
        &self,
        tenant: &TenantId,
        correlation_id: &CorrelationId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>>;

    /// System records of tenant and platform that occurred in `window`, in the order of
    /// [`get_system_record_by_correlation`](Self::get_system_record_by_correlation).
    async fn get_system_records_in_window(
        &self,
        tenant: &TenantId,
        window: &TimeRange,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>>;

    /// Audit entries, newest first by `(created_at, id)`.
    async fn list_audit_entries(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>>;

    /// The audit entry with this id, if the tenant has one.
    async fn get_audit_entry(
        &self,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<AuditLedgerSnapshot>>;

    /// **Rule 13.** Audit entries about policy rules, policy proposals, limits and incidents, newest first by
    /// `(created_at, id)`, each once. With a run id: those whose `before_state` or `after_state`
    /// has at its top a text `run_id` or `source_run_id` equal to it.
    async fn get_governance_events(
        &self,
        tenant: &TenantId,
        filter: &GovernanceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>>;

    /// **Rule 14.** Exports, folded with their outcomes, newest first by `(created_at, id)`. The status is read
    /// anew on each page.
    async fn list_log_exports(
        &self,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LogExportSnapshot>>;

    /// **Rule 14.** The export with this id, if the tenant has one, folded with its outcome as it is now.
    async fn get_log_export(
        &self,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<LogExportSnapshot>>;

    /// **Rule 17.** What the runs of `query` used together, in groups.
    ///
    /// - A run counts unless another stored run of the tenant names it as its parent, wherever that one
    ///   is: outside the window, left out by the filter, synthetic. A run that names itself counts.
    /// - Synthetic runs are in no group and counted apart, unless the filter asks for `is_synthetic`.
    /// - Sums are exact. What is unknown adds nothing, and its runs are counted.
    /// - All groups are of one state of the store. More than
    ///   [`MAX_GROUPS`](UsageSummary::MAX_GROUPS) are refused, never cut.
    /// - Records are not compared with their digests one by one, as other reads do: `logs doctor --deep`
    ///   does that.
    ///
    /// # Errors
    /// [`TooManyGroups`](crate::StoreError::TooManyGroups), besides those of every method.
    async fn summarize_usage(
        &self,
        tenant: &TenantId,
        query: &UsageQuery,
    ) -> StoreResult<UsageSummary>;
}
