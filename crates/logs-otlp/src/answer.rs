//! Answers to export requests, in the encoding of the request.
//!
//! A success is an export response of its signal, and an error is a `google.rpc.Status`, as OTLP over HTTP has
//! them. `partial_success` stands in it only if items were refused: senders take it as an error.

use prost::Message;
use serde_json::{Map, Value as Json, json};

use crate::Signal;
use crate::decode::Encoding;
use crate::map::{Mapped, Refused};

/// How many refused items a message tells about.
const SHOWN_REFUSALS: usize = 3;

/// The export response of a signal; all three have one form.
#[derive(Clone, PartialEq, Message)]
struct ExportResponse {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected: i64,
    #[prost(string, tag = "2")]
    error_message: String,
}

/// `google.rpc.Status`. A detail says when the request may be sent again: without one, exporters drop what a server
/// refused with [`ResourceExhausted`](Code::ResourceExhausted).
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Duration>,
}

/// `google.protobuf.Duration`, of whole seconds.
#[derive(Clone, PartialEq, Message)]
struct Duration {
    #[prost(int64, tag = "1")]
    seconds: i64,
}

/// What names the type of a [`RetryInfo`].
const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";

/// A code of `google.rpc.Code`, as far as answers need them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code {
    /// The request is wrong, whenever it is sent.
    InvalidArgument,
    /// The deadline is over.
    DeadlineExceeded,
    /// The key may not do this.
    PermissionDenied,
    /// The request or the rate is beyond a limit.
    ResourceExhausted,
    /// There is no such route.
    Unimplemented,
    /// A fault of the server.
    Internal,
    /// The server cannot take it now, and can later.
    Unavailable,
    /// There is no valid key.
    Unauthenticated,
}

impl Code {
    /// Its number.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::InvalidArgument => 3,
            Self::DeadlineExceeded => 4,
            Self::PermissionDenied => 7,
            Self::ResourceExhausted => 8,
            Self::Unimplemented => 12,
            Self::Internal => 13,
            Self::Unavailable => 14,
            Self::Unauthenticated => 16,
        }
    }
}

/// The answer to a request whose accepted items are stored. `refused` are those of the mapping, and those that
/// the store refused because it has other content under their key.
#[must_use]
pub fn success(signal: Signal, refused: &[Refused], encoding: Encoding) -> Vec<u8> {
    let partial_success = (!refused.is_empty()).then(|| PartialSuccess {
        rejected: i64::try_from(refused.len()).unwrap_or(i64::MAX),
        error_message: refusals(refused),
    });
    match encoding {
        Encoding::Protobuf => ExportResponse { partial_success }.encode_to_vec(),
        Encoding::Json => {
            let mut answer = Map::new();
            if let Some(partial) = partial_success {
                let count = match signal {
                    Signal::Traces => "rejectedSpans",
                    Signal::Logs => "rejectedLogRecords",
                    Signal::Metrics => "rejectedDataPoints",
                };
                // The JSON form of protobuf writes 64-bit integers as texts.
                let members = json!({
                    count: partial.rejected.to_string(),
                    "errorMessage": partial.error_message,
                });
                answer.insert("partialSuccess".to_owned(), members);
            }
            Json::Object(answer).to_string().into_bytes()
        }
    }
}

/// The answer to a request that failed: `google.rpc.Status`. With `retry_after`, the request may be sent again after
/// so many seconds.
#[must_use]
pub fn error(code: Code, message: &str, retry_after: Option<u64>, encoding: Encoding) -> Vec<u8> {
    let code = code.number();
    match encoding {
        Encoding::Protobuf => {
            let details = retry_after.map(|seconds| {
                let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
                let retry_delay = Some(Duration { seconds });
                Any {
                    type_url: RETRY_INFO.to_owned(),
                    value: RetryInfo { retry_delay }.encode_to_vec(),
                }
            });
            Status {
                code,
                message: message.to_owned(),
                details: details.into_iter().collect(),
            }
            .encode_to_vec()
        }
        Encoding::Json => {
            let mut status = json!({"code": code, "message": message});
            if let Some(seconds) = retry_after {
                let delay = format!("{seconds}s");
                status["details"] = json!([{"@type": RETRY_INFO, "retryDelay": delay}]);
            }
            status.to_string().into_bytes()
        }
    }
}

impl Mapped {
    /// The message of the refused items: the first of them, and how many there are.
    #[must_use]
    pub fn refusals(&self) -> String {
        refusals(&self.refused)
    }
}

fn refusals(refused: &[Refused]) -> String {
    let mut shown: Vec<String> = refused
        .iter()
        .take(SHOWN_REFUSALS)
        .map(ToString::to_string)
        .collect();
    if let Some(more) = refused
        .len()
        .checked_sub(SHOWN_REFUSALS)
        .filter(|more| *more > 0)
    {
        shown.push(format!("and {more} more"));
    }
    shown.join("; ")
}

#[cfg(test)]
mod tests;
