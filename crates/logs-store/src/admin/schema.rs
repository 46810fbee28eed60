//! The schema of a store and its migrations.

#[cfg(feature = "sqlite")]
use crate::url::existing;
use crate::{ConnectError, StoreUrl};

/// The version of the schema of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaStatus {
    /// The number of the newest applied migration; 0 without migrations.
    pub current: u64,
    /// The number of the newest migration that this version knows.
    pub known: u64,
    /// The names of the missing migrations, in their order.
    pub pending: Vec<String>,
}

/// Applies the missing migrations and returns their names. It creates a missing durable store. A store in
/// memory has no migrations.
///
/// # Errors
/// As [`connect`](crate::connect).
pub async fn migrate(url: &str) -> Result<Vec<String>, ConnectError> {
    match url.parse()? {
        #[cfg(feature = "memory")]
        StoreUrl::Memory { .. } => Ok(Vec::new()),
        #[cfg(feature = "postgres")]
        StoreUrl::Postgres(url) => Ok(logs_postgres::PostgresStore::migrate(&url).await?),
        #[cfg(feature = "sqlite")]
        StoreUrl::Sqlite { path, .. } => Ok(logs_sqlite::SqliteStore::migrate(path).await?),
    }
}

/// Returns the version of the schema of the store, and changes nothing.
///
/// # Errors
/// As [`connect`](crate::connect), and [`ConnectError::NotThere`].
pub async fn schema_status(url: &str) -> Result<SchemaStatus, ConnectError> {
    match url.parse()? {
        #[cfg(feature = "memory")]
        StoreUrl::Memory { .. } => Ok(SchemaStatus::default()),
        #[cfg(feature = "postgres")]
        StoreUrl::Postgres(url) => {
            let status = logs_postgres::PostgresStore::schema_status(&url).await?;
            Ok(SchemaStatus {
                current: status.current,
                known: status.known,
                pending: status.pending,
            })
        }
        #[cfg(feature = "sqlite")]
        StoreUrl::Sqlite { path, .. } => {
            let status = logs_sqlite::SqliteStore::schema_status(existing(path)?).await?;
            Ok(SchemaStatus {
                current: status.current,
                known: status.known,
                pending: status.pending,
            })
        }
    }
}
