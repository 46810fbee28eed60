//! The conditions of each filter, topic by topic. A filter is taken apart whole, so that a new condition does
//! not compile where it is forgotten.
//!
//! How a record is found by its own key differs: the adapter pushes that condition, as `push_key` says.

pub mod audit_entry;
pub mod llm_run;
pub mod log_export;
pub mod system_record;
pub mod trace;
