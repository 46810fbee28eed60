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
/// - **Rule 1.** A store does not return, count or reveal in an error any data of another tenant. It answers for
///   an id of another tenant as for an id that does not exist: `None`, or an empty page. System records of the
///   platform are visible to every tenant.
/// - **Rule 2.** A filter applies to items and total alike, before any limit.
/// - **Rule 3.** The order of each list is total. Its method documents it. Text compares as bytes. A
///   page request may choose the other [`Direction`](crate::Direction): the exact reverse, ties
///   included, at the same cost at every depth.
/// - **Rule 4.** A sequence of pages returns exactly once every matching record that was committed
///   before its first page, forwards by [`After`](crate::Position::After) and backwards by
///   [`Before`](crate::Position::Before). Records committed later may
///   appear, but never twice. `created_at` is not the order of commits, so do not tail a list. A list is
///   complete up to the [settled](crate::StoreLifecycle::settled_before) time.
/// - **Rule 5.** A [`Total`](crate::Total) counts all records that the filter matches, as far as the
///   [`CountMode`](crate::CountMode) of the page requests.
/// - A store never returns a record that differs from what was written. A page ends before such a record, even
///   if it is short. A page before a cursor begins behind it. A page that would begin with the record is the
///   error [`Inconsistent`](crate::StoreError::Inconsistent). The list continues past its
///   [`place`](crate::StoreError::place).
///
/// # Errors
/// Every method can fail with:
///
/// - [`InvalidArgument`](crate::StoreError::InvalidArgument) for a cursor that is malformed, or that belongs to
///   another list or direction;
/// - [`Unavailable`](crate::StoreError::Unavailable), [`Timeout`](crate::StoreError::Timeout) or
///   [`Pushback`](crate::StoreError::Pushback) if the backend cannot answer now;
/// - [`Inconsistent`](crate::StoreError::Inconsistent) if stored data breaks a rule.
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

    /// **Rule 11.** The trace of a run. It is the run's own `trace_id`, or else that of the trace header that
    /// names the run. If several headers do, the smallest `(created_at, trace_id)` decides. A header may
    /// name a run that is not stored.
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

    /// The header of this trace, if the tenant stored one. A trace can have steps without a header.
    async fn get_trace(
        &self,
        tenant: &TenantId,
        trace_id: &TraceId,
    ) -> StoreResult<Option<TraceSnapshot>>;

    /// Steps of all traces with their keys, newest first by `(created_at, id)`. Exports use it.
    async fn list_trace_steps(
        &self,
        tenant: &TenantId,
        filter: &TraceStepFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepRecord>>;

    /// **Rule 10.** The steps of one trace in their order. Steps with a position come first, by position. The
    /// position is their `step_index`, and gaps stay. The other steps follow by `(timestamp, span id)`. Their
    /// numbers have no gaps, and begin at the last position + 1, or at 0. A header is not necessary.
    ///
    /// A step that arrives between two pages may renumber later steps. Each step still occurs once.
    async fn get_trace_steps(
        &self,
        tenant: &TenantId,
        trace_id: &TraceId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepSnapshot>>;

    /// **Rule 12.** The events of all topics in a window, oldest first:
    ///
    /// - steps of the trace of the query, by `timestamp`;
    /// - system records of tenant and platform, by `occurred_at`;
    /// - audit entries about policy rules and limits, by `occurred_at`.
    ///
    /// On equal times, the order is: steps in their order, system records of the tenant, those of the
    /// platform, audit entries. Within one of the last three, the smaller id comes first. `step_index`
    /// counts over the whole trace.
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

    /// The system record with this id: the tenant's, or else the platform's (**rule 1**). Tenant and platform
    /// have separate key spaces. If both stored this id, the method returns the tenant's own record. Lists
    /// return both.
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
    /// `(created_at, id)`, each once. With a run id, only entries of that run: their
    /// `before_state` or `after_state` has this id as a text member `run_id` or `source_run_id` at the top.
    async fn get_governance_events(
        &self,
        tenant: &TenantId,
        filter: &GovernanceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>>;

    /// **Rule 14.** Exports, joined with their outcomes, newest first by `(created_at, id)`. Each page reads the
    /// current status.
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
