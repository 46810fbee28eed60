//! The key in the headers of a request.

use axum::http::{HeaderMap, HeaderName, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use logs_keys::Key;

use crate::problem::Problem;

/// A header that holds the key alone.
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The key of a request: `Authorization: Bearer KEY`, `Authorization: Basic` with the key as the password (for exporters
/// that know nothing else), or `x-api-key: KEY`.
pub(super) fn key(headers: &HeaderMap) -> Result<Key, Problem> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let found = match text(&header::AUTHORIZATION) {
        Some(authorization) => of_authorization(authorization),
        None => text(&API_KEY).map(str::to_owned),
    };
    let missing = "the request has no key: send `Authorization: Bearer KEY`";
    let found = found.ok_or_else(|| Problem::unauthorized(missing))?;
    let key = found.trim().parse();
    key.map_err(|refused: logs_domain::InvalidValue| Problem::unauthorized(refused.to_string()))
}

fn of_authorization(authorization: &str) -> Option<String> {
    let (scheme, value) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(value.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    let (_, password) = decoded.split_once(':')?;
    Some(password.to_owned())
}
