//! The bodies of requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::BoxError;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use logs_ingest::{Admission, IngestError};

use crate::options::ServerOptions;
use crate::problem::Problem;

/// The most times that a body may be larger without its compression.
pub(crate) const MAX_RATIO: usize = 100;
/// A body of so many bytes may have any ratio.
pub(crate) const ANY_RATIO_BYTES: usize = 1024 * 1024;

/// How many times larger a body of telemetry is without its compression, as far as one is held for it before it is
/// read.
const RATIO: usize = 8;
/// What is held for a body without a length.
const UNKNOWN_BYTES: usize = 1024 * 1024;

/// A compressed body as it comes, before anything has decompressed it.
#[derive(Clone, Debug)]
pub(crate) struct Compressed {
    /// The length that its head says.
    length: Option<usize>,
    /// The bytes that came.
    read: Arc<AtomicUsize>,
}

impl Compressed {
    /// What is known of the body of a request; `None` if it is not compressed.
    pub(crate) fn of(extensions: &Extensions) -> Option<Self> {
        extensions.get().cloned()
    }
}

/// Counts the bytes of a compressed body, and ends it beyond a limit.
pub(crate) fn counted(request: Request, limit: usize) -> Request {
    let encoding = request.headers().get(header::CONTENT_ENCODING);
    if encoding.is_none_or(|encoding| encoding == "identity") {
        return request;
    }
    let compressed = Compressed {
        length: length(request.headers()),
        read: Arc::default(),
    };
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(compressed.clone());
    let body = body.map_frame(move |frame| {
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        compressed.read.fetch_add(bytes, Ordering::Relaxed);
        frame
    });
    Request::from_parts(parts, Body::new(Limited::new(body, limit)))
}

/// Reads a body, decompressed by now, of which `frame` bytes do not count. The admission holds what was read, so that
/// bodies which come slowly take no more memory than there is room for.
pub(crate) async fn read(
    body: Body,
    compressed: Option<&Compressed>,
    frame: usize,
    options: &ServerOptions,
    admission: &mut Admission,
) -> Result<Bytes, Problem> {
    let limit = options.body_bytes;
    let body = Limited::new(body, limit.saturating_add(frame));
    let read = collect(body, admission).await?;
    let came = compressed.map(|body| body.read.load(Ordering::Relaxed));
    match read {
        Ok(read) => {
            let most = came.map(|came| ANY_RATIO_BYTES.max(came.saturating_mul(MAX_RATIO)));
            if most.is_some_and(|most| read.len() > most) {
                let detail = format!(
                    "the body is more than {MAX_RATIO} times larger without its compression"
                );
                return Err(Problem::too_large(detail));
            }
            Ok(read)
        }
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::too_large(format!(
            "the body has more than {limit} bytes after decompression"
        ))),
        Err(_) if came.is_some_and(|came| came > options.compressed_bytes) => {
            let limit = options.compressed_bytes;
            let detail = format!("the compressed body has more than {limit} bytes");
            Err(Problem::too_large(detail))
        }
        Err(error) => {
            let title = ("urn:logs:body", "The body cannot be read");
            let detail = format!("the body ended early, or cannot be decompressed: {error}");
            Err(Problem::new(
                axum::http::StatusCode::BAD_REQUEST,
                title,
                detail,
            ))
        }
    }
}

/// The bytes of a body. The outer error is that of the admission, when there is no room.
async fn collect(
    mut body: Limited<Body>,
    admission: &mut Admission,
) -> Result<Result<Bytes, BoxError>, IngestError> {
    let mut parts: Vec<Bytes> = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let data = match frame {
            Ok(frame) => frame.into_data().unwrap_or_default(),
            Err(error) => return Ok(Err(error)),
        };
        length += data.len();
        if length > admission.bytes() {
            admission.resize(length)?;
        }
        parts.push(data);
    }
    admission.resize(length)?;
    Ok(Ok(match parts.as_slice() {
        [whole] => whole.clone(),
        parts => parts.concat().into(),
    }))
}

fn length(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(header::CONTENT_LENGTH);
    length.and_then(|value| value.to_str().ok()?.parse().ok())
}

/// How many bytes a body may have after decompression, as far as its head tells: a guess, until it is read.
pub(crate) fn expected_bytes(
    headers: &HeaderMap,
    compressed: Option<&Compressed>,
    options: &ServerOptions,
) -> usize {
    let expected = match compressed {
        Some(body) => body.length.map(|length| length.saturating_mul(RATIO)),
        None => length(headers),
    };
    expected.unwrap_or(UNKNOWN_BYTES).min(options.body_bytes)
}

/// The media type of a body in lower case, without its parameters; empty where there is none.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let named = headers.get(header::CONTENT_TYPE);
    let text = named.and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = text.split(';').next().unwrap_or("");
    essence.trim().to_ascii_lowercase()
}
