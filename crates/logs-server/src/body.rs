//! The bodies of requests.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::problem::Problem;

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

/// The media type of a body in lower case, without its parameters; empty where there is none.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let named = headers.get(header::CONTENT_TYPE);
    let text = named.and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = text.split(';').next().unwrap_or("");
    essence.trim().to_ascii_lowercase()
}
