//! The conditions of each filter, by topic. The code destructures filters completely, so a
//! forgotten condition does not compile.
//!
//! Each adapter finds a record by its key in another way. So it pushes that condition itself, as
//! `push_key`.

pub mod audit_entry;
pub mod llm_run;
pub mod log_export;
pub mod system_record;
pub mod trace;
