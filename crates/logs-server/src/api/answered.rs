//! The answers of routes.

use std::fmt::Write;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use logs_domain::Cursor;
use logs_facade::Page;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::page;
use crate::problem::Problem;

/// An answer of a route.
#[derive(Debug)]
pub(crate) struct Answered {
    status: StatusCode,
    media_type: &'static str,
    body: Content,
    /// How many records the answer holds.
    items: u64,
    /// Whether the answer is evidence of a read.
    is_noted: bool,
    /// The parameter and the position of what follows.
    next: Option<(&'static str, Cursor)>,
    previous: Option<Cursor>,
    /// The path of what describes the answer.
    described_by: Option<String>,
    caching: Caching,
}

/// The body of an answer.
#[derive(Debug)]
enum Content {
    Whole(Vec<u8>),
    /// It comes while it is sent.
    Streamed(Body),
}

/// How long an answer stays the same.
#[derive(Clone, Copy, Debug)]
enum Caching {
    /// The next one may differ: nobody keeps it.
    Never,
    /// It may change; a client may ask whether it did.
    Tagged,
    /// It never changes.
    Immutable,
}

impl Answered {
    fn new(media_type: &'static str, body: Content, caching: Caching) -> Self {
        Self {
            status: StatusCode::OK,
            media_type,
            body,
            items: 1,
            is_noted: true,
            next: None,
            previous: None,
            described_by: None,
            caching,
        }
    }

    fn json_of(value: &impl Serialize, caching: Caching) -> Result<Self, Problem> {
        let body = serde_json::to_vec(value).map_err(Problem::failed)?;
        Ok(Self::new("application/json", Content::Whole(body), caching))
    }

    /// An answer that nobody keeps.
    pub(crate) fn json(value: &impl Serialize) -> Result<Self, Problem> {
        Self::json_of(value, Caching::Never)
    }

    /// What the caller asked for by its id. It may change.
    pub(crate) fn one(
        found: Option<impl Serialize>,
        missing: impl FnOnce() -> String,
    ) -> Result<Self, Problem> {
        let found = found.ok_or_else(|| Problem::not_found(missing()))?;
        Self::json_of(&found, Caching::Tagged)
    }

    /// A single record, which never changes.
    pub(crate) fn record(
        found: Option<impl Serialize>,
        missing: impl FnOnce() -> String,
    ) -> Result<Self, Problem> {
        let found = found.ok_or_else(|| Problem::not_found(missing()))?;
        Self::json_of(&found, Caching::Immutable)
    }

    /// A page of a list.
    pub(crate) fn page<T: Serialize>(page: &Page<T>) -> Result<Self, Problem> {
        let mut answered = Self::json(page)?;
        answered.items = page.items.len() as u64;
        answered.next = page.next.clone().map(|cursor| (page::AFTER, cursor));
        answered.previous.clone_from(&page.previous);
        Ok(answered)
    }

    /// Lines of JSON, with the position behind the last one. No `items` are no read: readers of feeds ask again and
    /// again.
    pub(crate) fn lines(body: Vec<u8>, items: usize, next: Option<(&'static str, Cursor)>) -> Self {
        let body = Content::Whole(body);
        let mut answered = Self::new("application/x-ndjson", body, Caching::Never);
        answered.items = items as u64;
        answered.is_noted = items > 0;
        answered.next = next;
        answered
    }

    /// Lines of JSON that come while they are sent, and the path of the record about them.
    pub(crate) fn download(body: Body, described_by: String) -> Self {
        let body = Content::Streamed(body);
        let mut answered = Self::new("application/x-ndjson", body, Caching::Never);
        answered.described_by = Some(described_by);
        answered
    }

    /// How many records the answer holds.
    pub(crate) const fn items(&self) -> u64 {
        self.items
    }

    /// Whether the answer is evidence of a read.
    pub(crate) const fn is_noted(&self) -> bool {
        self.is_noted
    }

    /// The response to a request.
    pub(crate) fn respond(self, conditions: &Conditions) -> Response {
        let links = page::links(&conditions.uri, self.next.as_ref(), self.previous.as_ref());
        let described_by = self
            .described_by
            .map(|path| format!("<{path}>; rel=\"describedby\""));
        let links = links.or(described_by);
        let (tag, body) = match (self.body, self.caching) {
            (Content::Whole(body), Caching::Tagged | Caching::Immutable) => {
                (Some(entity_tag(&body)), Body::from(body))
            }
            (Content::Whole(body), Caching::Never) => (None, Body::from(body)),
            (Content::Streamed(body), _) => (None, body),
        };
        let is_known = tag.as_deref().is_some_and(|tag| conditions.knows(tag));
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = (self.status, body).into_response();
            let media_type = HeaderValue::from_static(self.media_type);
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, media_type);
            response
        };
        let headers = response.headers_mut();
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static(match self.caching {
                Caching::Never => "no-store",
                Caching::Tagged => "private, no-cache",
                Caching::Immutable => "private, max-age=31536000, immutable",
            }),
        );
        // Both are ASCII, so neither can fail.
        let texts = [(header::ETAG, tag), (header::LINK, links)];
        for (name, text) in texts {
            if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// The tag of a body: the first 16 bytes of its SHA-256.
fn entity_tag(body: &[u8]) -> String {
    let mut tag = String::with_capacity(34);
    tag.push('"');
    for byte in Sha256::digest(body).iter().take(16) {
        // Writing to a string cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// What an answer depends on beside its content.
#[derive(Clone, Debug)]
pub(crate) struct Conditions {
    known: Option<HeaderValue>,
    uri: Uri,
}

impl Conditions {
    pub(crate) fn new(headers: &HeaderMap, uri: &Uri) -> Self {
        Self {
            known: headers.get(header::IF_NONE_MATCH).cloned(),
            uri: uri.clone(),
        }
    }

    /// Whether the client has the answer with this tag.
    fn knows(&self, tag: &str) -> bool {
        let known = self.known.as_ref().and_then(|value| value.to_str().ok());
        let weak = |one: &str| one.trim().trim_start_matches("W/").to_owned();
        known.is_some_and(|known| {
            known
                .split(',')
                .any(|one| one.trim() == "*" || weak(one) == tag)
        })
    }
}
