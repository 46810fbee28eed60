//! The ports: what a store can be asked, what it takes, and how it lives.
//!
//! They are dyn-compatible. A facade takes `Arc<dyn LogsReader>`, an ingest path
//! `Arc<dyn LogsWriter>`, a composition root `Arc<dyn LogsStore>`. All methods are cancel-safe:
//! dropping a future leaves the store usable and no batch half written. After
//! [`close`](StoreLifecycle::close) every call returns
//! [`StoreError::Unavailable`](crate::StoreError::Unavailable).

mod lifecycle;
#[cfg(any(test, feature = "test-util"))]
mod mock;
mod options;
mod reader;
mod store;
mod stream;
mod writer;

pub use lifecycle::{StoreInfo, StoreLifecycle, StoreLimits};
#[cfg(any(test, feature = "test-util"))]
pub use mock::MockLogsStore;
pub use options::StoreOptions;
pub use reader::LogsReader;
pub use store::LogsStore;
pub use stream::LogsReaderExt;
pub use writer::{LogsWriter, PlatformWriter};
