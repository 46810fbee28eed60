//! The ports: each method is a function of its topic, in a span.

use logs_domain::port_methods;
use logs_sql::delegate;

use crate::SqliteStore;

/// The function of each method.
mod calls {
    pub(super) use crate::ledger::checkpoint::{
        latest as latest_checkpoint, list as list_checkpoints, store as store_checkpoint,
    };
    pub(super) use crate::ledger::entry::{list as entries, place as entry_of};
    pub(super) use crate::ledger::log::{head, head as sequence, list as ledger_logs};
    pub(super) use crate::ledger::node::hashes as nodes;
    pub(super) use crate::ledger::uncovered::page as uncovered;
    pub(super) use crate::lifecycle::{close, info, ready, settled_before};
    pub(super) use crate::reader::audit_entry::{
        get as get_audit_entry, governance as get_governance_events, list as list_audit_entries,
    };
    pub(super) use crate::reader::llm_run::{
        get as get_llm_run, list as list_llm_runs, trace_id as get_trace_id_for_run,
    };
    pub(super) use crate::reader::log_export::{get as get_log_export, list as list_log_exports};
    pub(super) use crate::reader::replay::window as get_replay_window_events;
    pub(super) use crate::reader::system_record::{
        by_correlation as get_system_record_by_correlation, get as get_system_record,
        in_window as get_system_records_in_window, list as list_system_records,
    };
    pub(super) use crate::reader::trace::{
        get as get_trace, list as list_traces, list_steps as list_trace_steps,
        steps_of as get_trace_steps,
    };
    pub(super) use crate::reader::usage::summarize as summarize_usage;
    pub(super) use crate::writer::{append, append_platform};
}

port_methods!(with LogsLedger: delegate, SqliteStore "sqlite");
