//! The composition root of the evidence store: the only crate that knows the backends.
//!
//! A program picks its backend by URL, either for itself with [`connect`] or once for the whole
//! process with [`init`] and [`get`]:
//!
//! | URL | backend | feature |
//! |---|---|---|
//! | `memory:` | in the memory of the process | `memory` |
//!
//! Every feature is on by default; a program that needs one backend leaves the others out.
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

mod connect;
mod error;
mod instance;
mod url;

pub use connect::{connect, connect_with};
pub use error::ConnectError;
pub use instance::{get, init};
pub use url::{DEFAULT_URL, SCHEMES, StoreUrl, URL_VARIABLE};
