//! The evidence store in one SQLite file: the embedded durable default.
//!
//! The first use creates the file and applies the schema. The file is in WAL mode with
//! `synchronous=FULL`. So an acknowledged append survives a killed process and a power failure.
//! Several processes may use one file, and one of them writes at a time. The store detects that its
//! file was removed or replaced, and that its clock is far behind the newest record time.
//!
//! ```
//! use logs_domain::{LlmRunFilter, LogsReader, PageRequest, StoreOptions, TenantId};
//! use logs_sqlite::SqliteStore;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let file = folder.path().join("logs.db");
//! let store = SqliteStore::open(&file, StoreOptions::default()).await?;
//! let tenant = TenantId::new("acme")?;
//! let runs = store.list_llm_runs(&tenant, &LlmRunFilter::default(), &PageRequest::default()).await?;
//! assert!(runs.items.is_empty());
//! # Ok(())
//! # }
//! ```

mod backup;
mod clock;
mod connection;
mod decode;
mod doctor;
mod error;
mod ledger;
mod lifecycle;
#[cfg(test)]
mod limits;
mod list;
mod migrations;
mod place;
mod pool;
mod ports;
#[cfg(test)]
mod query_cost;
mod reader;
mod sqlite_message;
mod store;
mod writer;
mod writing;

pub use backup::Backup;
pub use clock::{ClockStatus, LaterRecords};
pub use connection::Access;
pub use doctor::Check;
pub use migrations::SchemaStatus;
pub use store::SqliteStore;

/// The name of the backend in errors and in `StoreInfo`.
const BACKEND: &str = "sqlite";
