//! The manifest of an exported file.

use logs_domain::{ActorId, ExportFormat, ExportScope, RecordId, TenantId, TimeRange, Timestamp};
use serde::Serialize;

use super::sink::Counts;
use crate::output::Inconsistency;

/// Describes an exported file, so that a reader can verify it.
#[derive(Debug, Serialize)]
pub(crate) struct Manifest {
    /// The version of the manifest.
    pub(crate) manifest_version: u32,
    /// The id of the export in the store.
    pub(crate) export_id: RecordId,
    pub(crate) tenant_id: TenantId,
    pub(crate) scope: ExportScope,
    pub(crate) format: ExportFormat,
    /// The name of the file, without its folder.
    pub(crate) file: String,
    pub(crate) bytes: u64,
    /// Of the bytes of the file, in hexadecimal.
    pub(crate) sha256: String,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    /// The inconsistent records of the window, which the file lacks.
    pub(crate) inconsistent: Vec<Inconsistency>,
    /// The requested window of record times: from (included) to (excluded).
    pub(crate) window: TimeRange,
    /// The settled time: no record with an earlier record time can become visible any more.
    pub(crate) settled_before: Timestamp,
    pub(crate) order: &'static str,
    pub(crate) requested_by: ActorId,
    pub(crate) requested_at: Timestamp,
    pub(crate) program: &'static str,
}

impl Manifest {
    /// The order of the records in every export.
    pub(crate) const ORDER: &'static str =
        "kind by kind, each newest first by created_at, then by id";
    /// The program that wrote the file.
    pub(crate) const PROGRAM: &'static str = concat!("logs ", env!("CARGO_PKG_VERSION"));

    /// The bytes of the manifest.
    pub(crate) fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}
