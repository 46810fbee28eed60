//! Exports: who took records out of the store.

use logs_domain::{
    LogExportFilter, LogExportSnapshot, PageRequest, RecordId, StoreResult, TenantId,
};

use crate::{Answer, LogsFacade, Page};

impl LogsFacade {
    /// Exports with their outcomes, newest first.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn log_exports(
        &self,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<Page<Answer<LogExportSnapshot>>> {
        let read = self.store.list_log_exports(tenant, filter, page);
        self.page(tenant, read).await
    }

    /// An export with its current outcome, if the tenant has it.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn log_export(
        &self,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<Answer<LogExportSnapshot>>> {
        let found = self.store.get_log_export(tenant, id).await?;
        Ok(found.map(Answer::from))
    }
}
