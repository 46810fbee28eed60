//! Exports of records, and how they ended.

mod draft;
mod filter;
mod snapshot;

pub use draft::{ExportResult, LogExportOutcome, NewLogExport};
pub use filter::LogExportFilter;
pub use snapshot::LogExportSnapshot;
