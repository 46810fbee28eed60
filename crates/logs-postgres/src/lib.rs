//! The production adapter of the evidence store, in PostgreSQL.
//!
//! Only [`PostgresStore::migrate`] applies the schema, as a role that may create it. The store
//! connects as a member of `logs_application`, which may read and insert.
//!
//! Every append is one transaction. One table keeps the keys for ever. The tables of records are
//! partitioned by month. The database also checks closed sets, sizes and immutability.

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
mod ports;
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

/// The name of the backend in errors and in `StoreInfo`.
const BACKEND: &str = "postgres";
