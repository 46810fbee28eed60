//! Whether a store is well.

#[cfg(feature = "sqlite")]
use crate::url::existing;
use crate::{ConnectError, StoreUrl};

/// One thing about a store that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// What was looked at, in a word or two.
    pub name: String,
    /// Whether the store can keep its promises as far as this goes.
    pub passed: bool,
    /// What was found, for people.
    pub found: String,
}

/// Looks whether the store can keep its promises, and changes nothing. It reads what tells, and not
/// every record: [`doctor_deep`] does.
///
/// # Errors
/// As [`connect`](crate::connect), and [`ConnectError::NotThere`].
pub async fn doctor(url: &str) -> Result<Vec<Check>, ConnectError> {
    match url.parse()? {
        #[cfg(feature = "memory")]
        StoreUrl::Memory => Ok(in_memory()),
        #[cfg(feature = "postgres")]
        StoreUrl::Postgres(url) => {
            let clock = logs_domain::SystemClock;
            let checks = logs_postgres::PostgresStore::doctor(&url, &clock).await?;
            Ok(checks.into_iter().map(Check::from).collect())
        }
        #[cfg(feature = "sqlite")]
        StoreUrl::Sqlite(path) => {
            let clock = logs_domain::SystemClock;
            let checks = logs_sqlite::SqliteStore::doctor(existing(path)?, &clock).await?;
            Ok(checks.into_iter().map(Check::from).collect())
        }
    }
}

/// Looks whether the store can keep its promises, as [`doctor`] does, and reads every record: its
/// digest, its id, and what records say of one another. It changes nothing. It tells `progress` how
/// many records are read, and how many there are in all.
///
/// # Errors
/// As [`doctor`].
pub async fn doctor_deep(
    url: &str,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Vec<Check>, ConnectError> {
    match url.parse()? {
        #[cfg(feature = "memory")]
        StoreUrl::Memory => {
            // Nobody but the program reaches them.
            progress(0, 0);
            Ok(in_memory())
        }
        #[cfg(feature = "postgres")]
        StoreUrl::Postgres(url) => {
            use logs_postgres::PostgresStore;
            let clock = logs_domain::SystemClock;
            let checks = PostgresStore::doctor_deep(&url, &clock, progress).await?;
            Ok(checks.into_iter().map(Check::from).collect())
        }
        #[cfg(feature = "sqlite")]
        StoreUrl::Sqlite(path) => {
            use logs_sqlite::SqliteStore;
            let clock = logs_domain::SystemClock;
            let checks = SqliteStore::doctor_deep(existing(path)?, &clock, progress).await?;
            Ok(checks.into_iter().map(Check::from).collect())
        }
    }
}

#[cfg(feature = "memory")]
fn in_memory() -> Vec<Check> {
    vec![Check {
        name: "durability".to_owned(),
        passed: true,
        found: "nothing outlives the process; this store is for trying things out".to_owned(),
    }]
}

#[cfg(feature = "postgres")]
impl From<logs_postgres::Check> for Check {
    fn from(check: logs_postgres::Check) -> Self {
        Self {
            name: check.name.to_owned(),
            passed: check.passed,
            found: check.found,
        }
    }
}

#[cfg(feature = "sqlite")]
impl From<logs_sqlite::Check> for Check {
    fn from(check: logs_sqlite::Check) -> Self {
        Self {
            name: check.name.to_owned(),
            passed: check.passed,
            found: check.found,
        }
    }
}
