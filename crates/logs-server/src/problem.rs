//! Errors as answers: problem details of RFC 9457.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use logs_domain::{InvalidValue, StoreError, WriteOutcome};
use logs_ingest::IngestError;
use serde::Serialize;

/// The media type of problem details.
pub(crate) const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Why a request has no other answer.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Problem(Box<Details>);

/// The members of problem details.
#[derive(Clone, Debug, Serialize)]
struct Details {
    /// Which problem, for programs.
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    #[serde(serialize_with = "as_number")]
    status: StatusCode,
    detail: String,
    /// The values that were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Refused>,
    /// Whether a write may be stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    write_outcome: Option<&'static str>,
    /// Where a list continues behind a record that cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    continue_at: Option<String>,
    #[serde(skip)]
    retry_after_seconds: Option<u64>,
}

/// A value that was refused.
#[derive(Clone, Debug, Serialize)]
struct Refused {
    field: String,
    value: String,
    expected: String,
}

fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// A problem of this status.
    pub(crate) fn new(
        status: StatusCode,
        (kind, title): (&'static str, &'static str),
        detail: impl Into<String>,
    ) -> Self {
        Self(Box::new(Details {
            kind,
            title,
            status,
            detail: detail.into(),
            errors: Vec::new(),
            write_outcome: None,
            continue_at: None,
            retry_after_seconds: None,
        }))
    }

    /// There is no such thing, or it is another tenant's.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        let title = ("urn:logs:not-found", "There is no such thing");
        Self::new(StatusCode::NOT_FOUND, title, detail)
    }

    /// The body has another media type than the route takes.
    pub(crate) fn unsupported(detail: impl Into<String>) -> Self {
        let title = ("urn:logs:media-type", "The media type is not supported");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, title, detail)
    }

    /// The body is larger than a limit.
    pub(crate) fn too_large(detail: impl Into<String>) -> Self {
        let title = ("urn:logs:too-large", "The body is too large");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, title, detail)
    }

    /// Nobody knows who calls.
    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        let title = ("urn:logs:unauthorized", "There is no valid key");
        Self::new(StatusCode::UNAUTHORIZED, title, detail)
    }

    /// The caller may not do this.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        let title = ("urn:logs:forbidden", "The caller may not do this");
        Self::new(StatusCode::FORBIDDEN, title, detail)
    }

    /// The service has a fault.
    pub(crate) fn failed(error: impl std::fmt::Display) -> Self {
        let title = ("urn:logs:failed", "The service failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, title, error.to_string())
    }

    /// The service cannot take this now.
    pub(crate) fn busy(detail: impl Into<String>, seconds: u64) -> Self {
        let title = ("urn:logs:busy", "The service is busy");
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, title, detail);
        problem.0.retry_after_seconds = Some(seconds);
        problem
    }

    /// The caller asks for more than it may; there is an allowance again after this time.
    pub(crate) fn too_many(detail: impl Into<String>, wait: Duration) -> Self {
        let title = ("urn:logs:too-many-requests", "The caller asks too often");
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, title, detail);
        let seconds = wait.as_millis().div_ceil(1_000).max(1);
        problem.0.retry_after_seconds = u64::try_from(seconds).ok();
        problem
    }

    /// After how many seconds the request may be sent again; `None` if it is no use to wait.
    pub(crate) fn retry_after_seconds(&self) -> Option<u64> {
        self.0.retry_after_seconds
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What is wrong, for people.
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    fn write_outcome(mut self, outcome: WriteOutcome) -> Self {
        self.0.write_outcome = Some(match outcome {
            WriteOutcome::NotApplied => "not_applied",
            WriteOutcome::Unknown => "unknown",
        });
        self
    }
}

impl From<InvalidValue> for Problem {
    fn from(refused: InvalidValue) -> Self {
        let title = ("urn:logs:invalid-value", "A value is not accepted");
        let mut problem = Self::new(StatusCode::BAD_REQUEST, title, refused.to_string());
        problem.0.errors.push(Refused {
            field: refused.field().to_owned(),
            value: refused.value().to_owned(),
            expected: refused.expected().to_owned(),
        });
        problem
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let detail = error.to_string();
        let unavailable = ("urn:logs:unavailable", "The store cannot answer now");
        match error {
            StoreError::InvalidArgument(refused) => refused.into(),
            StoreError::Conflict { .. } => {
                let title = ("urn:logs:conflict", "Other content is stored");
                Self::new(StatusCode::CONFLICT, title, detail)
                    .write_outcome(WriteOutcome::NotApplied)
            }
            StoreError::Gone { .. } => {
                let title = ("urn:logs:gone", "Retention dropped these records");
                Self::new(StatusCode::GONE, title, detail).write_outcome(WriteOutcome::NotApplied)
            }
            StoreError::LimitExceeded { .. } => {
                let title = ("urn:logs:too-large", "A limit is exceeded");
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, title, detail)
            }
            StoreError::TooManyGroups { .. } => {
                let title = ("urn:logs:too-many-groups", "The answer has too many groups");
                Self::new(StatusCode::BAD_REQUEST, title, detail)
            }
            StoreError::Pushback { retry_after } => {
                Self::busy(detail, retry_after.as_secs().max(1))
            }
            StoreError::Unavailable { write_outcome, .. }
            | StoreError::Timeout { write_outcome, .. } => {
                let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, unavailable, detail);
                let mut problem = problem.write_outcome(write_outcome);
                problem.0.retry_after_seconds = Some(1);
                problem
            }
            StoreError::ReadOnly | StoreError::SchemaMismatch { .. } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, unavailable, detail)
                    .write_outcome(WriteOutcome::NotApplied)
            }
            StoreError::Inconsistent { place, .. } => {
                let title = ("urn:logs:inconsistent", "A record is not as it was written");
                let mut problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, title, detail);
                problem.0.continue_at = place.map(|cursor| cursor.as_str().to_owned());
                problem
            }
            StoreError::Backend { write_outcome, .. } => {
                Self::failed(detail).write_outcome(write_outcome)
            }
            // An error that is newer than this service.
            _ => Self::failed(detail),
        }
    }
}

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        let (detail, outcome) = (error.to_string(), error.write_outcome());
        if let IngestError::Store(error) = error {
            // Requests that share an append share its error, and nobody can copy the error of a store.
            return Arc::try_unwrap(error)
                .map_or_else(|_| Self::busy(detail, 1).write_outcome(outcome), Self::from);
        }
        if matches!(error, IngestError::TooLarge { .. }) {
            let title = ("urn:logs:too-large", "The body is too large");
            return Self::new(StatusCode::PAYLOAD_TOO_LARGE, title, detail);
        }
        Self::busy(detail, 1).write_outcome(outcome)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.0.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, MEDIA_TYPE);
        if self.0.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.0.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
