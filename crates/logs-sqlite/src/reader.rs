//! The reads of the store, by topic.

pub(crate) mod audit_entry;
pub(crate) mod llm_run;
pub(crate) mod log_export;
pub(crate) mod replay;
pub(crate) mod system_record;
pub(crate) mod trace;
pub(crate) mod usage;
