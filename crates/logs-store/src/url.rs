//! Which backend a URL names.

use std::fmt;
#[cfg(feature = "sqlite")]
use std::path::PathBuf;
use std::str::FromStr;

use crate::ConnectError;

/// The environment variable that programs of the project read the URL from.
pub const URL_VARIABLE: &str = "LOGS_STORE_URL";

/// The URL that they take when there is none.
pub const DEFAULT_URL: &str = "sqlite:logs.db";

/// The forms of URLs that work: one for each backend that is built in.
pub const SCHEMES: &[&str] = &[
    #[cfg(feature = "memory")]
    "memory:",
    #[cfg(feature = "sqlite")]
    "sqlite:PATH",
];

/// A store URL, understood. A backend that is not built in has no variant.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreUrl {
    /// `memory:`, a new and empty store in the memory of the process.
    #[cfg(feature = "memory")]
    Memory,
    /// `sqlite:PATH`, one file; a relative path starts from the working directory.
    /// `sqlite:///PATH` and `sqlite://PATH` are taken too.
    #[cfg(feature = "sqlite")]
    Sqlite(PathBuf),
}

impl FromStr for StoreUrl {
    type Err = ConnectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(refused("it has no scheme"));
        };
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        match scheme {
            #[cfg(feature = "memory")]
            "memory" => memory(rest),
            #[cfg(feature = "sqlite")]
            "sqlite" => sqlite(rest),
            _ => Err(refused(unknown_scheme(scheme))),
        }
    }
}

#[cfg(feature = "memory")]
fn memory(rest: &str) -> Result<StoreUrl, ConnectError> {
    if rest.is_empty() {
        Ok(StoreUrl::Memory)
    } else {
        Err(refused("nothing may follow `memory:`"))
    }
}

/// Checks that there is something at `path`; what it is shows when it is opened.
#[cfg(feature = "sqlite")]
pub(crate) fn existing(path: PathBuf) -> Result<PathBuf, ConnectError> {
    if path.try_exists().unwrap_or(true) {
        return Ok(path);
    }
    Err(ConnectError::NotThere {
        place: path.display().to_string(),
    })
}

#[cfg(feature = "sqlite")]
fn sqlite(path: &str) -> Result<StoreUrl, ConnectError> {
    if path.is_empty() {
        return Err(refused("`sqlite:` needs the path of a file"));
    }
    if path.starts_with(":memory:") {
        return Err(refused("SQLite in memory is not supported"));
    }
    if path.contains('?') {
        return Err(refused("`sqlite:` takes no parameters"));
    }
    Ok(StoreUrl::Sqlite(PathBuf::from(path)))
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for StoreUrl {
    /// The URL, without a password where there is one.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(feature = "memory")]
            Self::Memory => formatter.write_str("memory:"),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
        }
    }
}

fn refused(reason: impl Into<String>) -> ConnectError {
    ConnectError::InvalidUrl {
        reason: reason.into(),
        expected: SCHEMES.join(" or "),
    }
}

/// Names the scheme when it is one; anything else in its place may be a part of a secret.
fn unknown_scheme(scheme: &str) -> String {
    let of_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let named = scheme.len() <= 16 && scheme.bytes().all(of_scheme) && !scheme.is_empty();
    if named {
        format!("no backend for `{scheme}:` is built in")
    } else {
        "it has no scheme".to_owned()
    }
}

#[cfg(test)]
mod tests;
