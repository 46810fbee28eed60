//! Opening a backend by URL.

use std::sync::Arc;

use logs_domain::{LedgerStore, LogsStore, StoreOptions};

#[cfg(feature = "sqlite")]
use crate::url::existing;
use crate::{ConnectError, StoreUrl};

/// Opens the store at `url`, with the default options. In SQLite, it creates a missing store and applies
/// missing migrations. On a PostgreSQL server, [`migrate`](crate::migrate) must have created the schema.
///
/// # Errors
/// [`ConnectError::InvalidUrl`] if this build has no backend for the URL, and [`ConnectError::Store`] if the
/// backend does not open.
pub async fn connect(url: &str) -> Result<Arc<dyn LogsStore>, ConnectError> {
    connect_with(url, StoreOptions::default()).await
}

/// Opens the store at `url`, with `options`. `?ledger=off` behind the URL of a memory or SQLite store overrides
/// [`StoreOptions::ledger`].
///
/// # Errors
/// As [`connect`].
pub async fn connect_with(
    url: &str,
    options: StoreOptions,
) -> Result<Arc<dyn LogsStore>, ConnectError> {
    match url.parse()? {
        #[cfg(feature = "memory")]
        StoreUrl::Memory { ledger } => {
            let options = with_ledger(options, ledger);
            Ok(Arc::new(logs_memory::MemoryStore::new(options)))
        }
        #[cfg(feature = "postgres")]
        StoreUrl::Postgres(url) => {
            let store = logs_postgres::PostgresStore::connect(&url, options).await?;
            Ok(Arc::new(store))
        }
        #[cfg(feature = "sqlite")]
        StoreUrl::Sqlite { path, ledger } => {
            let options = with_ledger(options, ledger);
            let store = logs_sqlite::SqliteStore::open(path, options).await?;
            Ok(Arc::new(store))
        }
    }
}

/// Opens the store at `url` for reading. It creates and migrates nothing. A durable store must exist, with a
/// schema that serves this program. Appends fail with [`ReadOnly`](logs_domain::StoreError::ReadOnly). In
/// memory, it opens a new store, which accepts appends.
///
/// # Errors
/// As [`connect`], and [`ConnectError::NotThere`].
pub async fn connect_read_only(
    url: &str,
    options: StoreOptions,
) -> Result<Arc<dyn LogsStore>, ConnectError> {
    match url.parse()? {
        #[cfg(feature = "postgres")]
        StoreUrl::Postgres(url) => {
            use logs_postgres::{Access, PostgresStore};
            let store = PostgresStore::connect_with(&url, Access::ReadOnly, options).await?;
            Ok(Arc::new(store))
        }
        #[cfg(any(feature = "memory", feature = "sqlite"))]
        url => Ok(ledger_of(url, options).await?),
    }
}

/// Opens the store at `url` for reading, with its ledger. Otherwise as [`connect_read_only`].
///
/// # Errors
/// As [`connect_read_only`], and [`ConnectError::NotForBackend`] for PostgreSQL, which has no ledger yet.
pub async fn connect_ledger(
    url: &str,
    options: StoreOptions,
) -> Result<Arc<dyn LedgerStore>, ConnectError> {
    ledger_of(url.parse()?, options).await
}

async fn ledger_of(
    url: StoreUrl,
    options: StoreOptions,
) -> Result<Arc<dyn LedgerStore>, ConnectError> {
    match url {
        #[cfg(feature = "memory")]
        StoreUrl::Memory { ledger } => {
            let options = with_ledger(options, ledger);
            Ok(Arc::new(logs_memory::MemoryStore::new(options)))
        }
        #[cfg(feature = "postgres")]
        StoreUrl::Postgres(_) => {
            let _ = options;
            Err(ConnectError::NotForBackend {
                reason: "a PostgreSQL store has no ledger yet; SQLite stores have one".to_owned(),
            })
        }
        #[cfg(feature = "sqlite")]
        StoreUrl::Sqlite { path, ledger } => {
            use logs_sqlite::{Access, SqliteStore};
            let options = with_ledger(options, ledger);
            let path = existing(path)?;
            let store = SqliteStore::open_with(path, Access::ReadOnly, options).await?;
            Ok(Arc::new(store))
        }
    }
}

/// The options with what the URL says about the ledger.
#[cfg(any(feature = "memory", feature = "sqlite"))]
fn with_ledger(options: StoreOptions, ledger: Option<bool>) -> StoreOptions {
    match ledger {
        Some(ledger) => options.ledger(ledger),
        None => options,
    }
}

#[cfg(test)]
mod tests {
    use logs_domain::StoreOptions;

    use super::{connect, connect_read_only};
    use crate::ConnectError;

    #[tokio::test]
    #[cfg(feature = "memory")]
    async fn memory_gives_a_new_store_each_time() {
        let (one, two) = (
            connect("memory:").await.unwrap(),
            connect("memory:").await.unwrap(),
        );
        assert_eq!(one.info().await.unwrap().backend, "memory");
        one.close().await.unwrap();
        assert!(one.ready().await.is_err() && two.ready().await.is_ok());
    }

    #[tokio::test]
    #[cfg(feature = "sqlite")]
    async fn sqlite_makes_its_file_for_writing_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("logs.db");
        let url = format!("sqlite:{}", file.display());
        let missing = connect_read_only(&url, StoreOptions::default()).await;
        assert!(matches!(missing, Err(ConnectError::NotThere { .. })));
        assert!(!file.exists());
        let store = connect(&url).await.unwrap();
        assert_eq!(store.info().await.unwrap().backend, "sqlite");
        store.close().await.unwrap();
        assert!(file.exists());
        let reader = connect_read_only(&url, StoreOptions::default()).await;
        reader.unwrap().ready().await.unwrap();
    }

    #[tokio::test]
    #[cfg(all(feature = "memory", feature = "sqlite"))]
    async fn a_url_may_switch_the_ledger() {
        let folder = tempfile::tempdir().unwrap();
        let file = format!("sqlite:{}", folder.path().join("logs.db").display());
        for url in ["memory:".to_owned(), file] {
            for (parameter, ledger) in [("", true), ("?ledger=off", false), ("?ledger=on", true)] {
                let store = connect(&format!("{url}{parameter}")).await.unwrap();
                assert_eq!(
                    store.info().await.unwrap().ledger,
                    ledger,
                    "{url}{parameter}"
                );
                store.close().await.unwrap();
            }
        }
    }

    #[tokio::test]
    async fn a_wrong_url_opens_nothing() {
        assert!(matches!(
            connect("nowhere:").await,
            Err(ConnectError::InvalidUrl { .. })
        ));
        let reader = connect_read_only("nowhere:", StoreOptions::default()).await;
        assert!(matches!(reader, Err(ConnectError::InvalidUrl { .. })));
    }
}
