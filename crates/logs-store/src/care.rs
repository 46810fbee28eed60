//! What an operator does to a store: bring its schema up to date, and look whether it is well.

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

/// How far the schema of a store is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaStatus {
    /// The number of the newest migration that is applied; 0 where there are none.
    pub current: u64,
    /// The number of the newest migration that this version knows.
    pub known: u64,
    /// The names of the migrations that are not applied yet, in their order.
    pub pending: Vec<String>,
}

/// Applies the migrations that the store lacks, and names them. A durable store that is not there
/// is made. There are none in memory.
///
/// # Errors
/// As [`connect`](crate::connect).
pub async fn migrate(url: &str) -> Result<Vec<String>, ConnectError> {
    match url.parse()? {
        #[cfg(feature = "memory")]
        StoreUrl::Memory => Ok(Vec::new()),
        #[cfg(feature = "postgres")]
        StoreUrl::Postgres(url) => Ok(logs_postgres::PostgresStore::migrate(&url).await?),
        #[cfg(feature = "sqlite")]
        StoreUrl::Sqlite(path) => Ok(logs_sqlite::SqliteStore::migrate(path).await?),
    }
}

/// Tells how far the schema of the store is, and changes nothing.
///
/// # Errors
/// As [`connect`](crate::connect), and [`ConnectError::NotThere`].
pub async fn schema_status(url: &str) -> Result<SchemaStatus, ConnectError> {
    match url.parse()? {
        #[cfg(feature = "memory")]
        StoreUrl::Memory => Ok(SchemaStatus::default()),
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
        StoreUrl::Sqlite(path) => {
            let status = logs_sqlite::SqliteStore::schema_status(existing(path)?).await?;
            Ok(SchemaStatus {
                current: status.current,
                known: status.known,
                pending: status.pending,
            })
        }
    }
}

/// Looks whether the store can keep its promises, and changes nothing.
///
/// # Errors
/// As [`connect`](crate::connect), and [`ConnectError::NotThere`].
pub async fn doctor(url: &str) -> Result<Vec<Check>, ConnectError> {
    match url.parse()? {
        #[cfg(feature = "memory")]
        StoreUrl::Memory => Ok(vec![Check {
            name: "durability".to_owned(),
            passed: true,
            found: "nothing outlives the process; this store is for trying things out".to_owned(),
        }]),
        #[cfg(feature = "postgres")]
        StoreUrl::Postgres(url) => {
            let clock = logs_domain::SystemClock;
            let checks = logs_postgres::PostgresStore::doctor(&url, &clock).await?;
            Ok(checks
                .into_iter()
                .map(|check| Check {
                    name: check.name.to_owned(),
                    passed: check.passed,
                    found: check.found,
                })
                .collect())
        }
        #[cfg(feature = "sqlite")]
        StoreUrl::Sqlite(path) => {
            let checks = logs_sqlite::SqliteStore::doctor(existing(path)?).await?;
            Ok(checks
                .into_iter()
                .map(|check| Check {
                    name: check.name.to_owned(),
                    passed: check.passed,
                    found: check.found,
                })
                .collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{doctor, migrate, schema_status};

    #[tokio::test]
    #[cfg(feature = "memory")]
    async fn memory_has_no_schema_and_is_well() {
        assert!(migrate("memory:").await.unwrap().is_empty());
        assert!(schema_status("memory:").await.unwrap().pending.is_empty());
        assert!(
            doctor("memory:")
                .await
                .unwrap()
                .iter()
                .all(|check| check.passed)
        );
    }

    #[tokio::test]
    #[cfg(feature = "postgres")]
    async fn postgres_is_migrated_once_and_opened_by_its_url() {
        use crate::{ConnectError, connect, connect_read_only};
        use logs_domain::{StoreError, StoreOptions};

        let server = test_postgres::Server::start(test_postgres::Durability::On).unwrap();
        let database = server.empty().unwrap();
        let url = database.url();
        let early = connect(&url).await;
        let early = early.map(drop).unwrap_err();
        let mismatch = matches!(
            early,
            ConnectError::Store(StoreError::SchemaMismatch { .. })
        );
        assert!(mismatch, "{early}");
        let pending = schema_status(&url).await.unwrap().pending;
        assert_eq!(migrate(&url).await.unwrap(), pending);
        assert!(migrate(&url).await.unwrap().is_empty());
        let checks = doctor(&url).await.unwrap();
        let schema = checks.iter().find(|check| check.name == "schema");
        assert!(schema.is_some_and(|check| check.passed));
        let application = database.url_as_member("logs_application").unwrap();
        for store in [
            connect(&application).await.unwrap(),
            connect_read_only(&application, StoreOptions::default())
                .await
                .unwrap(),
        ] {
            store.ready().await.unwrap();
            assert_eq!(store.info().await.unwrap().backend, "postgres");
            store.close().await.unwrap();
        }
    }

    #[tokio::test]
    #[cfg(feature = "sqlite")]
    async fn sqlite_is_migrated_once_and_well_then() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("logs.db").display());
        assert!(schema_status(&url).await.is_err() && doctor(&url).await.is_err());
        let applied = migrate(&url).await.unwrap();
        assert!(!applied.is_empty());
        assert!(migrate(&url).await.unwrap().is_empty());
        let status = schema_status(&url).await.unwrap();
        assert_eq!(status.current, applied.len() as u64);
        assert_eq!((status.current, status.pending), (status.known, Vec::new()));
        let checks = doctor(&url).await.unwrap();
        assert!(checks.len() > 1 && checks.iter().all(|check| check.passed));
    }
}
