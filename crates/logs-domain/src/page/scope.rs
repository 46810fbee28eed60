//! The scope for which a cursor is valid.

use super::Direction;
use crate::TenantId;
use crate::digest::{FieldHasher, FieldSink};
use crate::filter::ReadArguments;

pub(super) const SCOPE_BYTES: usize = 8;

/// The methods that return lists, in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReadMethod {
    /// `list_llm_runs`
    ListLlmRuns,
    /// `list_traces`
    ListTraces,
    /// `list_trace_steps`
    ListTraceSteps,
    /// `get_trace_steps`
    GetTraceSteps,
    /// `get_replay_window_events`
    GetReplayWindowEvents,
    /// `list_system_records`
    ListSystemRecords,
    /// `get_system_record_by_correlation`
    GetSystemRecordByCorrelation,
    /// `get_system_records_in_window`
    GetSystemRecordsInWindow,
    /// `list_audit_entries`
    ListAuditEntries,
    /// `get_governance_events`
    GetGovernanceEvents,
    /// `list_log_exports`
    ListLogExports,
}

impl ReadMethod {
    /// The name of the method.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ListLlmRuns => "list_llm_runs",
            Self::ListTraces => "list_traces",
            Self::ListTraceSteps => "list_trace_steps",
            Self::GetTraceSteps => "get_trace_steps",
            Self::GetReplayWindowEvents => "get_replay_window_events",
            Self::ListSystemRecords => "list_system_records",
            Self::GetSystemRecordByCorrelation => "get_system_record_by_correlation",
            Self::GetSystemRecordsInWindow => "get_system_records_in_window",
            Self::ListAuditEntries => "list_audit_entries",
            Self::GetGovernanceEvents => "get_governance_events",
            Self::ListLogExports => "list_log_exports",
        }
    }
}

/// The scope for which a cursor is valid: a hash of method, tenant, filter, arguments and direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorScope(pub(super) [u8; SCOPE_BYTES]);

impl CursorScope {
    /// The scope of a call.
    #[must_use]
    pub fn new(
        method: ReadMethod,
        tenant: &TenantId,
        arguments: &impl ReadArguments,
        direction: Direction,
    ) -> Self {
        let mut hasher = FieldHasher::new("cursor");
        hasher.text("method", method.as_str());
        hasher.text("tenant_id", tenant.as_str());
        hasher.text("direction", direction.as_str());
        arguments.write_arguments(&mut hasher);
        Self(hasher.finish())
    }
}
