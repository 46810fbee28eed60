//! Which pages of browsers may call the service.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::http::{HeaderValue, Method, Uri, header};
use logs_domain::InvalidValue;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::request_id;

/// How long a browser may remember that it may call.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// The origin of a page: `https://app.example`, with the port where it is not that of the scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(HeaderValue);

impl FromStr for Origin {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let expected = "an origin such as https://app.example:8443, without a path";
        let refused = || InvalidValue::new("allowed_origin", text, expected);
        let uri: Uri = text.parse().map_err(|_| refused())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(refused());
        };
        // Browsers send it in exactly this form, and compare nothing else.
        let is_plain =
            matches!(scheme, "http" | "https") && !authority.as_str().contains(['@', '*']);
        if !is_plain || text != format!("{scheme}://{}", authority.as_str().to_ascii_lowercase()) {
            return Err(refused());
        }
        HeaderValue::from_str(text).map(Self).map_err(|_| refused())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.to_str().unwrap_or_default())
    }
}

/// Answers the questions of browsers about these origins. There is no wildcard, so an answer may allow credentials:
/// browsers send beacons only where it does.
pub(crate) fn layer(origins: &[Origin]) -> CorsLayer {
    let origins = origins.iter().map(|origin| origin.0.clone());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([
            request_id::HEADER,
            header::ETAG,
            header::LINK,
            header::RETRY_AFTER,
        ])
        .max_age(REMEMBERED)
}

#[cfg(test)]
mod tests {
    use super::Origin;

    #[test]
    fn an_origin_is_what_browsers_send() {
        for origin in [
            "https://app.example",
            "http://localhost:3000",
            "http://[::1]:3000",
        ] {
            assert_eq!(origin.parse::<Origin>().unwrap().to_string(), origin);
        }
        for other in [
            "*",
            "null",
            "app.example",
            "https://app.example/",
            "https://app.example/path",
            "https://*.example",
            "https://user@app.example",
            "HTTPS://app.example",
            "https://App.example",
            "ftp://app.example",
            "",
        ] {
            let refused = other.parse::<Origin>().unwrap_err().to_string();
            assert!(refused.contains("allowed_origin"), "{refused}");
        }
    }
}
