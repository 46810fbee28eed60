//! The id of a request: the client's own, or a new one.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use logs_domain::RecordIdGenerator;

/// The header of the id, in requests and answers.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id of a client.
const MAX_BYTES: usize = 128;

/// The id of a request.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    /// The id that the client sent if it is 1 to 128 visible ASCII characters, or else a new one.
    pub(crate) fn of(request: &Request, ids: &dyn RecordIdGenerator) -> Self {
        let sent = request.headers().get(&HEADER);
        let is_usable = |id: &&HeaderValue| {
            let bytes = id.as_bytes();
            (1..=MAX_BYTES).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
        };
        let sent = sent.filter(is_usable).cloned();
        let made = || HeaderValue::from_str(&ids.next_id().to_string());
        Self(
            sent.or_else(|| made().ok())
                .unwrap_or(HeaderValue::from_static("-")),
        )
    }

    /// For the header of an answer.
    pub(crate) const fn header(&self) -> &HeaderValue {
        &self.0
    }

    /// For records and logs.
    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or("-")
    }
}
