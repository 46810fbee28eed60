//! Conditions on exports, joined with their outcomes.

use logs_domain::{ExportStatus, LogExportFilter};
use sqlx::QueryBuilder;

use crate::Dialect;
use crate::condition::{push_equal, push_range};

/// Pushes the conditions of a list of exports.
pub fn push<DB: Dialect>(query: &mut QueryBuilder<DB>, filter: &LogExportFilter) {
    let LogExportFilter {
        scope,
        status,
        created,
    } = filter;
    push_equal(query, "scope", *scope);
    match status {
        Some(ExportStatus::Pending) => {
            query.push(" AND checksum IS NULL AND failure_reason IS NULL");
        }
        Some(ExportStatus::Completed) => {
            query.push(" AND checksum IS NOT NULL");
        }
        Some(ExportStatus::Failed) => {
            query.push(" AND failure_reason IS NOT NULL");
        }
        None => {}
    }
    push_range(query, "created_at", created);
}
