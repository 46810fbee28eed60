//! The bodies of export requests, decompressed, in protobuf or JSON, into one form.
//!
//! An empty body is a request without items, and so is `{}`. Unknown fields are skipped.

mod error;
mod json;
mod protobuf;

use std::fmt;

use bytes::Bytes;

pub use error::DecodeError;

use crate::Signal;
use crate::wire::logs::LogsRequest;
use crate::wire::metrics::{Metric, MetricsRequest};
use crate::wire::trace::TraceRequest;

/// The encoding of a request, in which its answer is written too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// `application/x-protobuf`
    Protobuf,
    /// `application/json`
    Json,
}

impl Encoding {
    /// The media type of answers.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }
}

/// Decoded spans. The debug form shows only how many: spans hold prompts and answers.
#[derive(Clone, Default, PartialEq)]
pub struct Traces(pub(crate) TraceRequest);

/// Decoded log records. The debug form shows only how many: records hold prompts and answers.
#[derive(Clone, Default, PartialEq)]
pub struct Logs(pub(crate) LogsRequest);

/// Decoded metrics, without their points.
#[derive(Clone, Default, PartialEq)]
pub struct Metrics(pub(crate) MetricsRequest);

/// Decodes the body of a request to `/v1/traces`.
///
/// # Errors
/// [`DecodeError`] if the body has another form, holds another signal or too many spans.
pub fn traces(body: &Bytes, encoding: Encoding) -> Result<Traces, DecodeError> {
    decode(body, encoding).map(Traces)
}

/// Decodes the body of a request to `/v1/logs`.
///
/// # Errors
/// As [`traces`].
pub fn logs(body: &Bytes, encoding: Encoding) -> Result<Logs, DecodeError> {
    decode(body, encoding).map(Logs)
}

/// Decodes the body of a request to `/v1/metrics`.
///
/// # Errors
/// As [`traces`].
pub fn metrics(body: &Bytes, encoding: Encoding) -> Result<Metrics, DecodeError> {
    decode(body, encoding).map(Metrics)
}

fn decode<R: Request>(body: &Bytes, encoding: Encoding) -> Result<R, DecodeError> {
    if body.is_empty() {
        return Ok(R::default());
    }
    let request: R = match encoding {
        Encoding::Protobuf => protobuf::decode(body)?,
        Encoding::Json => json::decode(body)?,
    };
    error::at_most_items(R::SIGNAL, request.items())?;
    Ok(request)
}

/// The request of a signal.
trait Request: prost::Message + serde::de::DeserializeOwned + Default {
    const SIGNAL: Signal;

    /// How many items it has.
    fn items(&self) -> usize;

    /// Whether it is plausible that a sender meant these items and not those of another signal.
    fn is_plausible(&self) -> bool;
}

impl Request for TraceRequest {
    const SIGNAL: Signal = Signal::Traces;

    fn items(&self) -> usize {
        self.spans().count()
    }

    fn is_plausible(&self) -> bool {
        self.items() == 0 || self.spans().any(|span| !span.trace_id.is_empty())
    }
}

impl Request for LogsRequest {
    const SIGNAL: Signal = Signal::Logs;

    fn items(&self) -> usize {
        self.log_records().count()
    }

    fn is_plausible(&self) -> bool {
        true
    }
}

impl Request for MetricsRequest {
    const SIGNAL: Signal = Signal::Metrics;

    fn items(&self) -> usize {
        self.metrics().count()
    }

    fn is_plausible(&self) -> bool {
        self.items() == 0 || self.metrics().any(|metric| !metric.name.is_empty())
    }
}

impl Traces {
    /// How many spans there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.items()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Logs {
    /// How many log records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.items()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Metrics {
    /// How many metrics there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.items()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many points the metrics have.
    #[must_use]
    pub fn points(&self) -> usize {
        self.0.metrics().map(Metric::points).sum()
    }
}

impl fmt::Debug for Traces {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Traces({} spans)", self.len())
    }
}

impl fmt::Debug for Logs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Logs({} records)", self.len())
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Metrics({} metrics)", self.len())
    }
}

#[cfg(test)]
mod tests;
