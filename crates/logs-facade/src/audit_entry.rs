//! Audit entries: who did what.

use logs_domain::{
    AuditFilter, AuditLedgerSnapshot, EntityType, PageRequest, RecordId, StoreResult, TenantId,
};

use crate::{Answer, LogsFacade, Page};

impl LogsFacade {
    /// Audit entries, newest first.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn audit_entries(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<Page<Answer<AuditLedgerSnapshot>>> {
        let read = self.store.list_audit_entries(tenant, filter, page);
        self.page(tenant, read).await
    }

    /// An audit entry, if the tenant has it.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn audit_entry(
        &self,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<Answer<AuditLedgerSnapshot>>> {
        let found = self.store.get_audit_entry(tenant, id).await?;
        Ok(found.map(Answer::from))
    }

    /// Who read or exported records, newest first. The entity type of the filter is [`ACCESS`](EntityType::ACCESS).
    ///
    /// # Errors
    /// Those of every read.
    pub async fn access(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<Page<Answer<AuditLedgerSnapshot>>> {
        let filter = filter.clone().entity_type(EntityType::ACCESS);
        self.audit_entries(tenant, &filter, page).await
    }

    /// Who allowed or refused the tools that agents asked for, newest first. The entity type of the filter is
    /// [`TOOL_CALL`](EntityType::TOOL_CALL).
    ///
    /// # Errors
    /// Those of every read.
    pub async fn authorizations(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<Page<Answer<AuditLedgerSnapshot>>> {
        let filter = filter.clone().entity_type(EntityType::TOOL_CALL);
        self.audit_entries(tenant, &filter, page).await
    }
}
