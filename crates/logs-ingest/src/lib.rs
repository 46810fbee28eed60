//! Admission and group commit above a [`LogsWriter`](logs_domain::LogsWriter).
//!
//! A server [admits](Ingest::admit) a request before it reads the body, and [submits](Admission::submit) the
//! drafts of the body. Each tenant has a lane, first in, first out. When a permit for a commit is free, one
//! append takes all that waits in a lane, up to the limits of a batch. There is no timer: load makes batches,
//! and an idle service adds no delay. Every request gets the outcome of each of its records after the commit.
//!
//! The crate never tries an append again that may succeed later. It answers with the error, and the client
//! sends the request again, which is always safe.

mod admission;
mod budget;
mod commit;
mod error;
mod ingest;
mod lanes;
mod options;
mod part;
mod request;
mod scheduler;
mod split;
mod stats;

pub use admission::Admission;
pub use error::{Busy, IngestError};
pub use ingest::Ingest;
pub use options::IngestOptions;
pub use stats::{Histogram, IngestCounts, IngestStats};
