//! The store of the process.

use std::sync::Arc;

use logs_domain::LogsStore;
use tokio::sync::OnceCell;

use crate::{ConnectError, connect};

static INSTANCE: Instance = Instance::new();

/// Opens the store of the process. [`get`] returns it afterwards.
///
/// Another call with the same URL, byte for byte, returns the same store. Concurrent first calls open one
/// store. After a failed call, a caller can try again.
///
/// # Errors
/// Those of [`connect`], and [`ConnectError::AlreadyInitialised`] if the process has a store of
/// another URL. It then opens nothing.
pub async fn init(url: &str) -> Result<Arc<dyn LogsStore>, ConnectError> {
    INSTANCE.init(url, connect).await
}

/// The store of the process.
///
/// It stays the same for the whole process, also after a `close`.
///
/// # Errors
/// [`ConnectError::NotInitialised`] before the first successful [`init`].
pub fn get() -> Result<Arc<dyn LogsStore>, ConnectError> {
    INSTANCE.get()
}

struct Instance(OnceCell<(String, Arc<dyn LogsStore>)>);

impl Instance {
    const fn new() -> Self {
        Self(OnceCell::const_new())
    }

    async fn init(
        &self,
        url: &str,
        connect: impl AsyncFnOnce(&str) -> Result<Arc<dyn LogsStore>, ConnectError>,
    ) -> Result<Arc<dyn LogsStore>, ConnectError> {
        let connected = async || Ok::<_, ConnectError>((url.to_owned(), connect(url).await?));
        let (first, store) = self.0.get_or_try_init(connected).await?;
        if first == url {
            Ok(Arc::clone(store))
        } else {
            Err(ConnectError::AlreadyInitialised)
        }
    }

    fn get(&self) -> Result<Arc<dyn LogsStore>, ConnectError> {
        let (_, store) = self.0.get().ok_or(ConnectError::NotInitialised)?;
        Ok(Arc::clone(store))
    }
}

#[cfg(all(test, feature = "memory"))]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use logs_domain::StoreError;
    use tokio::sync::Barrier;

    use super::Instance;
    use crate::{ConnectError, connect};

    const TASKS: usize = 64;

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_first_calls_open_one_store() {
        let instance = Arc::new(Instance::new());
        let opened = Arc::new(AtomicUsize::new(0));
        let barrier = Arc::new(Barrier::new(TASKS));
        let calls: Vec<_> = (0..TASKS)
            .map(|_| {
                let (instance, opened) = (Arc::clone(&instance), Arc::clone(&opened));
                let barrier = Arc::clone(&barrier);
                tokio::spawn(async move {
                    barrier.wait().await;
                    let counted = async |url: &str| {
                        opened.fetch_add(1, Ordering::SeqCst);
                        tokio::task::yield_now().await;
                        connect(url).await
                    };
                    instance.init("memory:", counted).await.unwrap()
                })
            })
            .collect();
        let mut stores = Vec::new();
        for call in calls {
            stores.push(call.await.unwrap());
        }
        assert_eq!(opened.load(Ordering::SeqCst), 1);
        let got = instance.get().unwrap();
        assert!(stores.iter().all(|store| Arc::ptr_eq(store, &got)));
    }

    #[tokio::test]
    async fn there_is_none_before_the_first_success_and_a_failure_can_be_repeated() {
        let instance = Instance::new();
        let failing = async |_: &str| Err(ConnectError::Store(StoreError::closed()));
        assert!(instance.init("memory:", failing).await.is_err());
        assert!(matches!(instance.get(), Err(ConnectError::NotInitialised)));
        instance.init("memory:", connect).await.unwrap();
        assert!(instance.get().is_ok());
    }

    #[tokio::test]
    async fn the_same_url_gives_the_same_store_and_another_is_refused() {
        let instance = Instance::new();
        let first = instance.init("memory:", connect).await.unwrap();
        let unused = async |_: &str| unreachable!("the store is there");
        let again = instance.init("memory:", unused).await.unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        let other = instance.init("memory://", unused).await;
        assert!(matches!(other, Err(ConnectError::AlreadyInitialised)));
    }

    #[tokio::test]
    async fn the_process_has_one_store() {
        assert!(matches!(crate::get(), Err(ConnectError::NotInitialised)));
        let store = crate::init("memory:").await.unwrap();
        assert!(Arc::ptr_eq(&store, &crate::get().unwrap()));
    }
}
