//! OpenTelemetry's export requests (OTLP) as drafts of the evidence store. The crate is pure: it has no I/O,
//! no clock and no runtime.
//!
//! 1. [`decode`] reads the body of a request, protobuf or JSON, into one form.
//! 2. [`map`] makes drafts of it: runs, steps, audit entries, system records.
//! 3. [`answer`] writes what the sender gets back.
//!
//! ```
//! use logs_domain::TenantId;
//! use logs_otlp::decode::{self, Encoding};
//! use logs_otlp::map::{self, Settings};
//! use logs_otlp::{Signal, answer};
//!
//! let body = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{
//!     "traceId":"0af7651916cd43dd8448eb211c80319c", "spanId":"b7ad6b7169203331", "name":"chat",
//!     "startTimeUnixNano":"1700000000000000000", "endTimeUnixNano":"1700000001000000000",
//!     "attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}]}]}]}]}"#;
//! let request = decode::traces(&body.as_slice().into(), Encoding::Json)?;
//! let mapped = map::traces(&request, &TenantId::new("acme")?, &Settings::default());
//! assert_eq!(mapped.drafts.len(), 2, "a run, and a step of its trace");
//! assert_eq!(answer::success(Signal::Traces, &mapped.refused, Encoding::Json), b"{}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod answer;
pub mod decode;
pub mod limits;
pub mod map;
mod signal;
mod wire;

#[cfg(test)]
extern crate self as logs_otlp;

pub use signal::Signal;
