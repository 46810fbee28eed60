//! Filters of exports.

use async_trait::async_trait;
use logs_domain::{
    Checksum, Draft, ExportScope, ExportStatus, LogExportFilter, LogExportOutcome, LogsStore,
    PageRequest, QueryResult, StoreResult, TenantId, TimeRange,
};

use super::{Field, Filtered, filter_cases, number_of, second_append};
use crate::samples::{at, export, id};

filter_cases! { "list_log_exports", Exports }

struct Exports;

const fn scope(second: bool) -> ExportScope {
    if second {
        ExportScope::Compliance
    } else {
        ExportScope::System
    }
}

#[async_trait]
impl Filtered for Exports {
    type Filter = LogExportFilter;

    const FIELDS: &'static [Field<LogExportFilter>] = &[
        ("scope", |filter, second| filter.scope(scope(second))),
        ("status", |filter, second| {
            filter.status(if second {
                ExportStatus::Completed
            } else {
                ExportStatus::Pending
            })
        }),
        ("created", |filter, second| {
            let range = if second {
                TimeRange::since
            } else {
                TimeRange::before
            };
            filter.created(range(second_append()))
        }),
    ];
    const BY_RECORD_TIME: bool = true;

    fn drafts(number: u32, values: &[Option<bool>]) -> Vec<Draft> {
        let mut export = export(number);
        export.scope = scope(values[0] == Some(true));
        let mut drafts = vec![export.into()];
        if values[1] == Some(true) {
            let checksum = Checksum::new("sha256:00").unwrap();
            drafts.push(LogExportOutcome::completed(id(number), checksum, at(0)).into());
        }
        drafts
    }

    async fn list(
        store: &dyn LogsStore,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<u32>> {
        let page = store.list_log_exports(tenant, filter, page).await?;
        Ok(page.map(|export| number_of(export.id)))
    }

    fn optional(_: &str) -> bool {
        false
    }
}
