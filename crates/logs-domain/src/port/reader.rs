//! The reads of a store.

use async_trait::async_trait;

use crate::{
    AuditFilter, AuditLedgerSnapshot, CorrelationId, GovernanceFilter, LlmRunFilter,
    LlmRunSnapshot, LogExportFilter, LogExportSnapshot, PageRequest, QueryResult, RecordId,
    ReplayEvent, ReplayQuery, RunId, StoreResult, SystemRecordFilter, SystemRecordSnapshot,
    TenantId, TimeRange, TraceFilter, TraceId, TraceSnapshot, TraceStepFilter, TraceStepRecord,
    TraceStepSnapshot, UsageQuery, UsageSummary,
};

/// The reads of a store.
///
/// These rules hold for every method:
///
/// - **Rule 1.** No answer, count or error tells anything about another tenant. For another tenant's id the
///   store answers as for an id that does not exist: `None`, or an empty page. Every tenant can read the
///   system records of the platform.
/// - **Rule 2.** The filter applies to the items and to the total, before the limit of the page.
/// - **Rule 3.** Each list has a total order, which its method documents. Text compares as bytes. A page may
///   request the other [`Direction`](crate::Direction): the exact reverse, ties included, at the same cost
///   at every depth.
/// - **Rule 4.** A sequence of pages returns each matching record exactly once, if it was committed before
///   the first page: forwards by [`After`](crate::Position::After), backwards by
///   [`Before`](crate::Position::Before). A later commit may appear once or not at all. `created_at` is not
///   the order of commits, so a list is complete only up to the
///   [settled](crate::StoreLifecycle::settled_before) time.
/// - **Rule 5.** A [`Total`](crate::Total) counts all records that match the filter, as far as the
///   [`CountMode`](crate::CountMode) of the page requests.
/// - A store never returns a record that differs from what was appended. A page ends before such a record,
///   and a page before a cursor begins behind it. The page that would begin with it is the error
///   [`Inconsistent`](crate::StoreError::Inconsistent). The list continues past the
///   [`place`](crate::StoreError::place) of that error.
///
/// # Errors
/// - [`InvalidArgument`](crate::StoreError::InvalidArgument): the cursor is malformed, or belongs to another
///   list or direction.
/// - [`Unavailable`](crate::StoreError::Unavailable), [`Timeout`](crate::StoreError::Timeout),
///   [`Pushback`](crate::StoreError::Pushback): the backend cannot answer now.
/// - [`Inconsistent`](crate::StoreError::Inconsistent): stored data breaks a rule.
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

    /// **Rule 11.** The trace of a run: the `trace_id` of the run, or else of a trace header that names the
    /// run. Of several headers, the one with the smallest `(created_at, trace_id)` counts. A header may name
    /// a run that is not stored.
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

    /// The header of this trace, if the tenant has stored one. A trace may have steps without a header.
    async fn get_trace(
        &self,
        tenant: &TenantId,
        trace_id: &TraceId,
    ) -> StoreResult<Option<TraceSnapshot>>;

    /// Steps of all traces with their keys, newest first by `(created_at, id)`. Exports read this list.
    async fn list_trace_steps(
        &self,
        tenant: &TenantId,
        filter: &TraceStepFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepRecord>>;

    /// **Rule 10.** The steps of one trace. Steps with a position come first, by position; the position is
    /// their `step_index`, and gaps stay. The other steps follow by `(timestamp, span id)`. Their indexes
    /// begin after the last position, or with 0, and have no gaps. The trace needs no header.
    ///
    /// A step that arrives between two pages may change the indexes of later steps. Each step still comes
    /// once.
    async fn get_trace_steps(
        &self,
        tenant: &TenantId,
        trace_id: &TraceId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepSnapshot>>;

    /// **Rule 12.** The events in a window of time, oldest first. They are the steps of the trace of the query
    /// by `timestamp`, system records of tenant and platform by `occurred_at`, and audit entries about policy
    /// rules and limits by `occurred_at`.
    ///
    /// On equal times steps come first, in the order of the trace. Then follow system records of the tenant,
    /// system records of the platform, and audit entries, each by ascending id. `step_index` is the index in
    /// the whole trace.
    async fn get_replay_window_events(
        &self,
        tenant: &TenantId,
        query: &ReplayQuery,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<ReplayEvent>>;

    /// System records of tenant and platform, newest first by `created_at`. On equal times the tenant's come
    /// before the platform's, then the larger id first.
    async fn list_system_records(
        &self,
        tenant: &TenantId,
        filter: &SystemRecordFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>>;

    /// The system record with this id: the tenant's, or else the platform's (**rule 1**). The tenant and the
    /// platform may both store a record under this id. Then this method returns the tenant's record. Lists
    /// return both.
    async fn get_system_record(
        &self,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<SystemRecordSnapshot>>;

    /// System records of tenant and platform with this correlation id, oldest first by `occurred_at`. On equal
    /// times the tenant's come before the platform's, then the smaller id first.
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
    /// `(created_at, id)`, each once. With a run id: those that name it. An entry names a run by a text
    /// `run_id` or `source_run_id` at the top level of `before_state` or `after_state`.
    async fn get_governance_events(
        &self,
        tenant: &TenantId,
        filter: &GovernanceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>>;

    /// **Rule 14.** Exports, joined with their outcomes, newest first by `(created_at, id)`. Each page reads the
    /// status again.
    async fn list_log_exports(
        &self,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LogExportSnapshot>>;

    /// **Rule 14.** The export with this id, if the tenant has one, joined with its current outcome.
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
