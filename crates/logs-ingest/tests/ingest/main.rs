//! The ingest in front of a scripted writer, and of the memory store.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

mod admission;
mod clients;
mod combining;
mod deadline;
mod fairness;
mod parallel;
mod poison;
mod property;
mod scripted;
mod shutdown;
mod splitting;
