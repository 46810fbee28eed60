//! OpenTelemetry's export requests (OTLP) as drafts of the evidence store. The crate is pure: it has no I/O,
//! no clock and no runtime.
//!
//! 1. [`decode`] reads the body of a request, protobuf or JSON, into one form.
//! 2. [`map`] makes drafts of it: runs, steps, audit entries, system records.
//! 3. [`answer`] writes what the sender gets back.

pub mod answer;
pub mod decode;
pub mod limits;
pub mod map;
mod signal;
mod wire;

#[cfg(test)]
extern crate self as logs_otlp;

pub use signal::Signal;
