//! Opening a backend by URL.

use std::sync::Arc;

use logs_domain::{LogsStore, StoreOptions};

use crate::{ConnectError, StoreUrl};

/// Opens the store that `url` names, with the default options. A durable store that is not there
/// is made; migrations that are missing are applied.
///
/// # Errors
/// [`ConnectError::InvalidUrl`] when the URL names no backend that is built in, and
/// [`ConnectError::Store`] when the backend cannot be opened.
pub async fn connect(url: &str) -> Result<Arc<dyn LogsStore>, ConnectError> {
    connect_with(url, StoreOptions::default()).await
}

/// Opens the store that `url` names, with `options`.
///
/// # Errors
/// As [`connect`].
pub async fn connect_with(
    url: &str,
    options: StoreOptions,
) -> Result<Arc<dyn LogsStore>, ConnectError> {
    open(url.parse()?, options).await
}

async fn open(url: StoreUrl, options: StoreOptions) -> Result<Arc<dyn LogsStore>, ConnectError> {
    match url {
        #[cfg(feature = "memory")]
        StoreUrl::Memory => Ok(Arc::new(logs_memory::MemoryStore::new(options))),
    }
}

#[cfg(test)]
mod tests {
    use super::connect;

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
    async fn a_wrong_url_opens_nothing() {
        assert!(connect("nowhere:").await.is_err());
    }
}
