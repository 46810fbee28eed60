//! System records: what happened on the platform.

mod draft;
mod filter;
mod snapshot;

pub use draft::NewSystemRecord;
pub use filter::SystemRecordFilter;
pub use snapshot::SystemRecordSnapshot;
