//! Code that the adapters of SQLite and PostgreSQL share.
//!
//! | Module | What it holds |
//! | --- | --- |
//! | [`append`] | the outcome of each record of a batch |
//! | [`bound`] | the start of each branch of a merge |
//! | [`condition`] | equality, ranges of time, order |
//! | [`decode`] | a record from a row |
//! | [`filter`] | the conditions of each filter |
//! | [`delegate!`] | the ports of a store, each call in its span |
//! | [`replay`] | the merge of a replay window |
//! | [`span`] | a `tracing` span around each call of a port |
//! | [`step`] | the order of the steps of a trace |
//! | [`usage`] | groups of usage from rows |
//!
//! The adapters build the whole statements and test their plans.

pub mod append;
pub mod bound;
pub mod condition;
pub mod decode;
mod dialect;
pub mod filter;
mod ports;
pub mod replay;
pub mod span;
pub mod step;
pub mod usage;

pub use dialect::Dialect;
pub use logs_domain::PLATFORM;
#[doc(hidden)]
pub use {async_trait::async_trait, tracing};
