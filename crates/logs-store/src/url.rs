//! URLs of stores.

use std::fmt;
#[cfg(feature = "sqlite")]
use std::path::PathBuf;
use std::str::FromStr;

use crate::ConnectError;

/// The environment variable with the URL, for the programs of this project.
pub const URL_VARIABLE: &str = "LOGS_STORE_URL";

/// The default URL of these programs.
pub const DEFAULT_URL: &str = "sqlite:logs.db";

/// The accepted forms of URLs, one for each backend of this build.
pub const SCHEMES: &[&str] = &[
    #[cfg(feature = "memory")]
    "memory:",
    #[cfg(feature = "postgres")]
    "postgres://USER@HOST/DATABASE",
    #[cfg(feature = "sqlite")]
    "sqlite:PATH",
];

/// A parsed URL of a store. A backend that this build lacks has no variant.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreUrl {
    /// `memory:`, a new and empty store in the memory of the process.
    #[cfg(feature = "memory")]
    Memory {
        /// What `?ledger=on` or `?ledger=off` behind it says.
        ledger: Option<bool>,
    },
    /// `postgres://…` or `postgresql://…`, a database of a server, in the syntax of PostgreSQL's own clients.
    /// [`migrate`](crate::migrate) must have created the schema.
    #[cfg(feature = "postgres")]
    Postgres(String),
    /// `sqlite:PATH`, one file; a relative path starts from the working directory.
    /// `sqlite:///PATH` and `sqlite://PATH` are accepted too.
    #[cfg(feature = "sqlite")]
    Sqlite {
        /// The path of the file.
        path: PathBuf,
        /// What `?ledger=on` or `?ledger=off` behind it says.
        ledger: Option<bool>,
    },
}

impl FromStr for StoreUrl {
    type Err = ConnectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(refused("it has no scheme"));
        };
        match scheme {
            #[cfg(feature = "memory")]
            "memory" => memory(without_slashes(rest)),
            #[cfg(feature = "postgres")]
            "postgres" | "postgresql" => postgres(text, rest),
            #[cfg(feature = "sqlite")]
            "sqlite" => sqlite(without_slashes(rest)),
            _ => Err(refused(unknown_scheme(scheme))),
        }
    }
}

#[cfg(any(feature = "memory", feature = "sqlite"))]
fn without_slashes(rest: &str) -> &str {
    rest.strip_prefix("//").unwrap_or(rest)
}

/// Splits what a URL says about the ledger from what is before it.
#[cfg(any(feature = "memory", feature = "sqlite"))]
fn split_ledger(rest: &str) -> (&str, Option<bool>) {
    let said = [("?ledger=on", true), ("?ledger=off", false)];
    let mut split = said.iter().filter_map(|(parameter, ledger)| {
        let before = rest.strip_suffix(parameter)?;
        Some((before, Some(*ledger)))
    });
    split.next().unwrap_or((rest, None))
}

/// The parameter that [`split_ledger`] splits off.
#[cfg(any(feature = "memory", feature = "sqlite"))]
const fn ledger_parameter(ledger: Option<bool>) -> &'static str {
    match ledger {
        None => "",
        Some(true) => "?ledger=on",
        Some(false) => "?ledger=off",
    }
}

#[cfg(feature = "memory")]
fn memory(rest: &str) -> Result<StoreUrl, ConnectError> {
    match split_ledger(rest) {
        ("", ledger) => Ok(StoreUrl::Memory { ledger }),
        _ => Err(refused(
            "nothing may follow `memory:` but `?ledger=on` or `?ledger=off`",
        )),
    }
}

#[cfg(feature = "postgres")]
fn postgres(text: &str, rest: &str) -> Result<StoreUrl, ConnectError> {
    match rest.strip_prefix("//") {
        Some(rest) if !rest.is_empty() => Ok(StoreUrl::Postgres(text.to_owned())),
        _ => Err(refused(
            "`postgres:` is followed by `//`, and where the server is",
        )),
    }
}

/// The URL without the parts that may be secret: the password and the parameters.
#[cfg(feature = "postgres")]
fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", ""));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let Some((login, place)) = rest.rsplit_once('@') else {
        return format!("{scheme}://{rest}");
    };
    let user = login.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}@{place}")
}

/// Checks that `path` exists. Opening it checks the rest.
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
fn sqlite(rest: &str) -> Result<StoreUrl, ConnectError> {
    let (path, ledger) = split_ledger(rest);
    if path.is_empty() {
        return Err(refused("`sqlite:` needs the path of a file"));
    }
    if path.starts_with(":memory:") {
        return Err(refused("SQLite in memory is not supported"));
    }
    if path.contains('?') {
        return Err(refused(
            "`sqlite:` takes no parameters but `?ledger=on` and `?ledger=off`",
        ));
    }
    let path = PathBuf::from(path);
    Ok(StoreUrl::Sqlite { path, ledger })
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for StoreUrl {
    /// The URL without its password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(feature = "memory")]
            Self::Memory { ledger } => write!(formatter, "memory:{}", ledger_parameter(*ledger)),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => formatter.write_str(&without_secrets(url)),
            #[cfg(feature = "sqlite")]
            Self::Sqlite { path, ledger } => {
                let parameter = ledger_parameter(*ledger);
                write!(formatter, "sqlite:{}{parameter}", path.display())
            }
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
