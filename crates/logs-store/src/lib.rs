//! The composition root of the evidence store: the only crate that knows the backends.
//!
//! A program picks its backend by URL, either for itself with [`connect`] or once for the whole
//! process with [`init`] and [`get`]:
//!
//! | URL | backend | feature |
//! |---|---|---|
//! | `memory:` | in the memory of the process, for tests and trials | `memory` |
//! | `postgres://…` | a database of a PostgreSQL server, for production | `postgres` |
//! | `sqlite:PATH` | one file, the embedded durable default | `sqlite` |
//!
//! Every feature is on by default. A program that needs one backend can disable the others. Enable at least one.
//!
//! ```
//! use logs_domain::{LlmRunFilter, LogsReader, PageRequest, TenantId};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "memory")]
//! # {
//! let store = logs_store::connect("memory:").await?;
//! let tenant = TenantId::new("acme")?;
//! let runs = store.list_llm_runs(&tenant, &LlmRunFilter::default(), &PageRequest::default()).await?;
//! assert!(runs.items.is_empty());
//! # }
//! # Ok(())
//! # }
//! ```

#[cfg(not(any(feature = "memory", feature = "postgres", feature = "sqlite")))]
compile_error!(
    "logs-store needs a backend: turn on one of the features `memory`, `postgres` and `sqlite`"
);

mod admin;
mod connect;
mod error;
mod instance;
mod url;

pub use admin::{
    Backup, Check, ClockStatus, LaterRecords, SchemaStatus, backup, clock_status, doctor,
    doctor_deep, migrate, reset_clock, schema_status,
};
pub use connect::{connect, connect_ledger, connect_read_only, connect_with};
pub use error::ConnectError;
pub use instance::{get, init};
pub use url::{DEFAULT_URL, SCHEMES, StoreUrl, URL_VARIABLE};
