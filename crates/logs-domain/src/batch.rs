//! What is appended in one transaction, and what a store answers.

mod append_batch;
mod receipt;

pub use append_batch::{AppendBatch, PlatformBatch};
pub use receipt::{AppendReceipt, OnConflict, RecordOutcome, RecordReceipt};
