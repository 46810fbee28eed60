//! The ports: reads, appends, the life and the ledger of a store.
//!
//! The traits are dyn-compatible. A facade takes `Arc<dyn LogsReader>`, an ingest path
//! `Arc<dyn LogsWriter>`, a composition root `Arc<dyn LogsStore>`. All methods are cancel-safe
//! (**rule 16**): after a caller drops a future, the store is usable and no batch is half written. After
//! [`close`](StoreLifecycle::close) every call returns
//! [`StoreError::Unavailable`](crate::StoreError::Unavailable).
//!
//! # Rules
//!
//! Every store keeps the first seventeen rules, and one with the ledger keeps all. Each is promised on a method or on a trait, by its number. The
//! contract suite, `logs-contract`, has cases for each.
//!
//! | rule | about | promised on |
//! |---:|---|---|
//! | 1 | tenancy | [`LogsReader`] |
//! | 2 | filters | [`LogsReader`] |
//! | 3 | order | [`LogsReader`], and the method of each list |
//! | 4 | pages | [`LogsReader`], [`settled_before`](StoreLifecycle::settled_before) |
//! | 5 | totals | [`LogsReader`] |
//! | 6 | append | [`append`](LogsWriter::append) |
//! | 7 | durable | [`append`](LogsWriter::append) |
//! | 8 | immutable | [`LogsWriter`] |
//! | 9 | created_at | [`append`](LogsWriter::append) |
//! | 10 | steps | [`get_trace_steps`](LogsReader::get_trace_steps) |
//! | 11 | trace of run | [`get_trace_id_for_run`](LogsReader::get_trace_id_for_run) |
//! | 12 | replay | [`get_replay_window_events`](LogsReader::get_replay_window_events) |
//! | 13 | governance | [`get_governance_events`](LogsReader::get_governance_events) |
//! | 14 | exports | [`list_log_exports`](LogsReader::list_log_exports), [`get_log_export`](LogsReader::get_log_export), [`append`](LogsWriter::append) |
//! | 15 | overload | [`append`](LogsWriter::append) |
//! | 16 | lifecycle | this module, [`close`](StoreLifecycle::close) |
//! | 17 | usage | [`summarize_usage`](LogsReader::summarize_usage) |
//! | 18 | ledger | [`LogsLedger`] |
//! | 19 | coverage | [`LogsLedger`] |
//! | 20 | checkpoints | [`store_checkpoint`](LogsLedger::store_checkpoint) |

mod ledger;
mod lifecycle;
mod method;
#[cfg(any(test, feature = "test-util"))]
mod mock;
mod options;
mod reader;
mod store;
mod stream;
mod writer;

pub use ledger::LogsLedger;
pub use lifecycle::{StoreInfo, StoreLifecycle, StoreLimits};
pub use method::PortMethod;
#[cfg(any(test, feature = "test-util"))]
pub use mock::MockLogsStore;
pub use options::StoreOptions;
pub use reader::LogsReader;
pub use store::{LedgerStore, LogsStore};
pub use stream::LogsReaderExt;
pub use writer::{LogsWriter, PlatformWriter};
