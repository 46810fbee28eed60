//! Checks of a store.

#[cfg(feature = "sqlite")]
use crate::url::existing;
use crate::{ConnectError, StoreUrl};

/// One check of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// The name of the check.
    pub name: String,
    /// Whether the check passed.
    pub passed: bool,
    /// The finding, for people.
    pub found: String,
}

/// Checks whether the store can keep its promises, and changes nothing. It does not read every record, as
/// [`doctor_deep`] does.
///
/// # Errors
/// As [`connect`](crate::connect), and [`ConnectError::NotThere`].
pub async fn doctor(url: &str) -> Result<Vec<Check>, ConnectError> {
    match url.parse()? {
        #[cfg(feature = "memory")]
        StoreUrl::Memory { .. } => Ok(in_memory()),
        #[cfg(feature = "postgres")]
        StoreUrl::Postgres(url) => {
            let clock = logs_domain::SystemClock;
            let checks = logs_postgres::PostgresStore::doctor(&url, &clock).await?;
            Ok(checks.into_iter().map(Check::from).collect())
        }
        #[cfg(feature = "sqlite")]
        StoreUrl::Sqlite { path, .. } => {
            let clock = logs_domain::SystemClock;
            let checks = logs_sqlite::SqliteStore::doctor(existing(path)?, &clock).await?;
            Ok(checks.into_iter().map(Check::from).collect())
        }
    }
}

/// Makes the checks of [`doctor`] and reads every record. It checks digests, ids, and references between
/// records. It changes nothing. It calls `progress` with the number of records read and the number of all
/// records.
///
/// # Errors
/// As [`doctor`].
pub async fn doctor_deep(
    url: &str,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Vec<Check>, ConnectError> {
    match url.parse()? {
        #[cfg(feature = "memory")]
        StoreUrl::Memory { .. } => {
            // No other program reaches them.
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
        StoreUrl::Sqlite { path, .. } => {
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
