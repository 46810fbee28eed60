//! The encoding of a request.

use axum::http::HeaderMap;
use logs_otlp::decode::Encoding;

use crate::body::media_type;
use crate::problem::Problem;

/// The encoding that the headers name.
pub(super) fn of(headers: &HeaderMap) -> Result<Encoding, Problem> {
    let found = media_type(headers);
    let encodings = [Encoding::Protobuf, Encoding::Json];
    let known = encodings.into_iter().find(|one| one.media_type() == found);
    known.ok_or_else(|| {
        let detail = format!(
            "got the media type `{found}`, expected {} or {}",
            Encoding::Protobuf.media_type(),
            Encoding::Json.media_type()
        );
        Problem::unsupported(detail)
    })
}
