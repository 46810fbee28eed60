//! A PostgreSQL for tests, without the user doing anything: found or fetched, started in a folder
//! of its own, and gone when the test process is.
//!
//! A test program starts one [`Server`], makes a database, prepares it as a template and takes a
//! copy for each test. Where there is no PostgreSQL and none can be had, starting fails with what
//! to do about it: tests fail then, they are never skipped.
//!
//! A [`Pooler`] is pgbouncer, installed or fetched as a package of Debian. Where it cannot be had, tests
//! say that they leave it out.
//!
//! With `LOGS_TEST_POSTGRES_VERSION` it is one of that major version. With `LOGS_TEST_DATABASE_URL`
//! the tests run on the server that it names, as its superuser.

mod binaries;
mod cluster;
mod crash;
mod error;
mod fetch;
mod janitor;
mod place;
mod pooler;
mod server;
mod standby;

pub use binaries::find as programs;
pub use error::Error;
pub use pooler::Pooler;
pub use server::{Crash, Database, Durability, Server};
pub use standby::Standby;
