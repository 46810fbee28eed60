//! The bodies of requests.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::app::App;
use crate::problem::Problem;

/// How many times larger a body of telemetry is without its compression, as far as one is held for it before it is
/// read.
const RATIO: usize = 8;
/// What is held for a body without a length.
const UNKNOWN_BYTES: usize = 1024 * 1024;

/// Reads a body of at most `limit` bytes, after decompression.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, Problem> {
    match Limited::new(body, limit).collect().await {
        Ok(read) => Ok(read.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::too_large(limit)),
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

/// How many bytes a body may have after decompression, as far as its head tells: a guess, until it is read.
pub(crate) fn expected_bytes(headers: &HeaderMap, app: &App) -> usize {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse().ok());
    let is_compressed = headers.contains_key(header::CONTENT_ENCODING);
    let expected = match length {
        Some(length) if is_compressed => usize::saturating_mul(length, RATIO),
        Some(length) => length,
        None => UNKNOWN_BYTES,
    };
    expected.min(app.options.body_bytes)
}

/// The media type of a body in lower case, without its parameters; empty where there is none.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let named = headers.get(header::CONTENT_TYPE);
    let text = named.and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = text.split(';').next().unwrap_or("");
    essence.trim().to_ascii_lowercase()
}
