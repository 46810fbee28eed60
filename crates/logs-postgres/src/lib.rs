//! The evidence store in PostgreSQL: for production.
//!
//! The schema is applied by [`PostgresStore::migrate`] alone, as a role that may create it; the
//! store itself connects as a member of `logs_application`, which may read and insert.
//!
//! Every append is one transaction: what makes records unique is kept in one table for ever, the
//! records themselves are partitioned by month. Closed sets, sizes and immutability are held by the
//! database too.

mod clock;
mod deadline;
mod decode;
mod doctor;
mod error;
mod execute;
mod kind;
mod lifecycle;
#[cfg(test)]
mod limits;
mod list;
mod lookup;
mod migrations;
mod options;
mod partitions;
mod pg_time;
mod pool;
mod preflight;
mod reader;
mod schema;
mod server_message;
mod session;
mod store;
mod timeouts;
mod timestamps;
mod writer;

pub use doctor::Check;
pub use migrations::SchemaStatus;
pub use options::PostgresOptions;
pub use session::Access;
pub use store::PostgresStore;

use logs_domain::{PortMethod, StoreResult};
use logs_sql::span::{self, Answer};

/// The name of the backend in errors and in `StoreInfo`.
const BACKEND: &str = "postgres";

/// Runs a call of a port in its span. OpenTelemetry names the database system.
async fn observed<T: Answer>(
    method: PortMethod,
    call: impl Future<Output = StoreResult<T>>,
) -> StoreResult<T> {
    span::observed("postgresql", method, call).await
}
