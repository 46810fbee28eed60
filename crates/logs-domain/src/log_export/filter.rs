//! Which exports a list holds.

use crate::filter::{filter, takes};
use crate::{ExportScope, ExportStatus, LogExportSnapshot};

filter! {
    /// Which exports a list holds; it acts on the folded state.
    LogExportFilter {
        /// What the export covers.
        scope: ExportScope,
        /// How far it has come.
        status: ExportStatus;
        /// The record time of the request.
        created: "created_from".."created_to",
    }
}

impl LogExportFilter {
    /// Whether the list holds `export`.
    #[must_use]
    pub fn matches(&self, export: &LogExportSnapshot) -> bool {
        let Self {
            scope,
            status,
            created,
        } = self;
        takes(scope.as_ref(), &export.scope)
            && takes(status.as_ref(), &export.status)
            && created.contains(export.created_at)
    }
}
