//! What the adapters of SQLite and PostgreSQL share.
//!
//! | Module | What it holds |
//! | --- | --- |
//! | [`append`] | what becomes of each record of a batch |
//! | [`bound`] | where a branch of a merge goes on |
//! | [`condition`] | equality, ranges of time, order |
//! | [`decode`] | a record from a row |
//! | [`filter`] | the conditions of each filter |
//! | [`replay`] | the merge of a replay window |
//! | [`span`] | a `tracing` span around each call of a port |
//! | [`step`] | the order of the steps of a trace |
//! | [`usage`] | groups of usage from rows |
//!
//! Whole statements stay in the adapters, because their plans are tested there.

pub mod append;
pub mod bound;
pub mod condition;
pub mod decode;
mod dialect;
pub mod filter;
pub mod replay;
pub mod span;
pub mod step;
pub mod usage;

pub use dialect::Dialect;

/// The value of the column `tenant_id` for records of the platform. No tenant can be named like this.
pub const PLATFORM: &str = "~platform";
