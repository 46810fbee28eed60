//! The methods of the ports, in one list.

/// Hands every method of the ports to a macro: the list for decorators and counters.
///
/// The macro is called once, with a block for each port. Each method has its [`PortMethod`](crate::PortMethod),
/// the name of its span, and its signature without `&self` and without
/// [`StoreResult`](crate::StoreResult) around the answer:
///
/// ```text
/// LogsReader {
///     GetLlmRun "llm_run.get" get_llm_run(tenant: &TenantId, run_id: &RunId) -> Option<LlmRunSnapshot>;
///     …
/// }
/// ```
///
/// All methods are `async`. The types are paths of this crate. Further words go to the macro first, with a
/// semicolon behind them: `port_methods!(delegate, Store)` calls `delegate! { Store; LogsReader { … } … }`.
///
/// The list has the ports of [`LogsStore`](crate::LogsStore). With `with LogsLedger:` in front, it ends with
/// [`LogsLedger`](crate::LogsLedger).
#[macro_export]
macro_rules! port_methods {
    ($callback:ident $(, $($words:tt)+)?) => {
        $crate::port_methods! { @list $callback [$($($words)+;)?] [] }
    };
    (with LogsLedger: $callback:ident $(, $($words:tt)+)?) => {
        $crate::port_methods! { @list $callback [$($($words)+;)?] [
            LogsLedger {
                Sequence "ledger.sequence" sequence(log: &$crate::LedgerLog) -> $crate::ledger::TreeHead;
                Head "ledger.head" head(log: &$crate::LedgerLog) -> $crate::ledger::TreeHead;
                EntryOf "ledger.entry_of" entry_of(log: &$crate::LedgerLog, kind: $crate::RecordKind, id: $crate::RecordId) -> $crate::EntryPlace;
                Entries "ledger.entries" entries(log: &$crate::LedgerLog, from: u64, limit: $crate::PageLimit) -> Vec<$crate::LedgerEntry>;
                Uncovered "ledger.uncovered" uncovered(log: &$crate::LedgerLog, kind: $crate::RecordKind, after: Option<$crate::RecordPlace>, limit: $crate::PageLimit) -> $crate::UncoveredPage;
                Nodes "ledger.nodes" nodes(log: &$crate::LedgerLog, nodes: &[$crate::ledger::NodeAddress]) -> Vec<$crate::ledger::Hash>;
                StoreCheckpoint "ledger.store_checkpoint" store_checkpoint(log: &$crate::LedgerLog, checkpoint: &$crate::LedgerCheckpoint) -> ();
                LatestCheckpoint "ledger.latest_checkpoint" latest_checkpoint(log: &$crate::LedgerLog) -> Option<$crate::LedgerCheckpoint>;
                ListCheckpoints "ledger.list_checkpoints" list_checkpoints(log: &$crate::LedgerLog, skip: u64, limit: $crate::PageLimit) -> Vec<$crate::LedgerCheckpoint>;
                LedgerLogs "ledger.logs" ledger_logs(after: Option<$crate::LedgerLog>, limit: $crate::PageLimit) -> Vec<$crate::LedgerLogStatus>;
            }
        ] }
    };
    (@list $callback:ident [$($words:tt)*] [$($ledger:tt)*]) => {
        $callback! {
            $($words)*
            LogsReader {
                ListLlmRuns "llm_run.list" list_llm_runs(tenant: &$crate::TenantId, filter: &$crate::LlmRunFilter, page: &$crate::PageRequest) -> $crate::QueryResult<$crate::LlmRunSnapshot>;
                GetLlmRun "llm_run.get" get_llm_run(tenant: &$crate::TenantId, run_id: &$crate::RunId) -> Option<$crate::LlmRunSnapshot>;
                GetTraceIdForRun "llm_run.trace_id" get_trace_id_for_run(tenant: &$crate::TenantId, run_id: &$crate::RunId) -> Option<$crate::TraceId>;
                ListTraces "trace.list" list_traces(tenant: &$crate::TenantId, filter: &$crate::TraceFilter, page: &$crate::PageRequest) -> $crate::QueryResult<$crate::TraceSnapshot>;
                GetTrace "trace.get" get_trace(tenant: &$crate::TenantId, trace_id: &$crate::TraceId) -> Option<$crate::TraceSnapshot>;
                ListTraceSteps "trace_step.list" list_trace_steps(tenant: &$crate::TenantId, filter: &$crate::TraceStepFilter, page: &$crate::PageRequest) -> $crate::QueryResult<$crate::TraceStepRecord>;
                GetTraceSteps "trace.steps" get_trace_steps(tenant: &$crate::TenantId, trace_id: &$crate::TraceId, page: &$crate::PageRequest) -> $crate::QueryResult<$crate::TraceStepSnapshot>;
                GetReplayWindowEvents "replay.window" get_replay_window_events(tenant: &$crate::TenantId, query: &$crate::ReplayQuery, page: &$crate::PageRequest) -> $crate::QueryResult<$crate::ReplayEvent>;
                ListSystemRecords "system_record.list" list_system_records(tenant: &$crate::TenantId, filter: &$crate::SystemRecordFilter, page: &$crate::PageRequest) -> $crate::QueryResult<$crate::SystemRecordSnapshot>;
                GetSystemRecord "system_record.get" get_system_record(tenant: &$crate::TenantId, id: &$crate::RecordId) -> Option<$crate::SystemRecordSnapshot>;
                GetSystemRecordByCorrelation "system_record.by_correlation" get_system_record_by_correlation(tenant: &$crate::TenantId, correlation_id: &$crate::CorrelationId, page: &$crate::PageRequest) -> $crate::QueryResult<$crate::SystemRecordSnapshot>;
                GetSystemRecordsInWindow "system_record.in_window" get_system_records_in_window(tenant: &$crate::TenantId, window: &$crate::TimeRange, page: &$crate::PageRequest) -> $crate::QueryResult<$crate::SystemRecordSnapshot>;
                ListAuditEntries "audit_entry.list" list_audit_entries(tenant: &$crate::TenantId, filter: &$crate::AuditFilter, page: &$crate::PageRequest) -> $crate::QueryResult<$crate::AuditLedgerSnapshot>;
                GetAuditEntry "audit_entry.get" get_audit_entry(tenant: &$crate::TenantId, id: &$crate::RecordId) -> Option<$crate::AuditLedgerSnapshot>;
                GetGovernanceEvents "audit_entry.governance" get_governance_events(tenant: &$crate::TenantId, filter: &$crate::GovernanceFilter, page: &$crate::PageRequest) -> $crate::QueryResult<$crate::AuditLedgerSnapshot>;
                ListLogExports "log_export.list" list_log_exports(tenant: &$crate::TenantId, filter: &$crate::LogExportFilter, page: &$crate::PageRequest) -> $crate::QueryResult<$crate::LogExportSnapshot>;
                GetLogExport "log_export.get" get_log_export(tenant: &$crate::TenantId, id: &$crate::RecordId) -> Option<$crate::LogExportSnapshot>;
                SummarizeUsage "usage.summarize" summarize_usage(tenant: &$crate::TenantId, query: &$crate::UsageQuery) -> $crate::UsageSummary;
            }
            LogsWriter {
                Append "batch.append" append(tenant: &$crate::TenantId, batch: &$crate::AppendBatch, on_conflict: $crate::OnConflict) -> $crate::AppendReceipt;
            }
            PlatformWriter {
                AppendPlatform "platform_batch.append" append_platform(batch: &$crate::PlatformBatch, on_conflict: $crate::OnConflict) -> $crate::AppendReceipt;
            }
            StoreLifecycle {
                Info "store.info" info() -> $crate::StoreInfo;
                Ready "store.ready" ready() -> ();
                SettledBefore "store.settled_before" settled_before(tenant: &$crate::TenantId) -> $crate::Timestamp;
                Close "store.close" close() -> ();
            }
            $($ledger)*
        }
    };
}

macro_rules! methods {
    ($($port:ident {
        $($variant:ident $span:literal $method:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+
    })+) => {
        /// A method of a port.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

            /// The name of the span around a call: a topic, and what is asked of it.
            #[must_use]
            pub const fn span_name(self) -> &'static str {
                match self {
                    $($(Self::$variant => $span,)+)+
                }
            }
        }
    };
}

port_methods!(with LogsLedger: methods);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::PortMethod;

    #[test]
    fn names_of_methods_and_spans_are_unique() {
        let names = |name: fn(PortMethod) -> &'static str| {
            let names: BTreeSet<_> = PortMethod::ALL.iter().copied().map(name).collect();
            names.len()
        };
        assert_eq!(names(PortMethod::as_str), PortMethod::ALL.len());
        assert_eq!(names(PortMethod::span_name), PortMethod::ALL.len());
    }
}
