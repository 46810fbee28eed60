//! System records: what happened on the platform.

use logs_domain::{
    AuditFilter, AuditLedgerSnapshot, CorrelationId, PageRequest, RecordId, StoreResult,
    SystemRecordFilter, SystemRecordSnapshot, TenantId, TimeRange,
};
use serde::Serialize;

use crate::{Actor, Answer, LogsFacade, Page};

/// A system record with what it is tied to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attribution {
    /// The record.
    pub record: Answer<SystemRecordSnapshot>,
    /// Who acted: the foremost actor of the record and of the audit entries.
    pub actor: Option<Actor>,
    /// The newest audit entries with its correlation id, at most a page.
    pub audit_entries: Vec<Answer<AuditLedgerSnapshot>>,
    /// The oldest system records with its correlation id, at most a page.
    pub system_records: Vec<Answer<SystemRecordSnapshot>>,
    /// Whether more records have this correlation id than are here.
    pub has_more: bool,
}

impl LogsFacade {
    /// System records of tenant and platform, newest first.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn system_records(
        &self,
        tenant: &TenantId,
        filter: &SystemRecordFilter,
        page: &PageRequest,
    ) -> StoreResult<Page<Answer<SystemRecordSnapshot>>> {
        let read = self.store.list_system_records(tenant, filter, page);
        self.page(tenant, read).await
    }

    /// System records that occurred in a window, oldest first.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn system_records_in_window(
        &self,
        tenant: &TenantId,
        window: &TimeRange,
        page: &PageRequest,
    ) -> StoreResult<Page<Answer<SystemRecordSnapshot>>> {
        let read = self
            .store
            .get_system_records_in_window(tenant, window, page);
        self.page(tenant, read).await
    }

    /// System records with a correlation id, oldest first.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn system_records_by_correlation(
        &self,
        tenant: &TenantId,
        correlation_id: &CorrelationId,
        page: &PageRequest,
    ) -> StoreResult<Page<Answer<SystemRecordSnapshot>>> {
        let read = self
            .store
            .get_system_record_by_correlation(tenant, correlation_id, page);
        self.page(tenant, read).await
    }

    /// A system record of tenant or platform.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn system_record(
        &self,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<Answer<SystemRecordSnapshot>>> {
        let found = self.store.get_system_record(tenant, id).await?;
        Ok(found.map(Answer::from))
    }

    /// Who set off a system record: the record with everything that has its correlation id.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn attribution(
        &self,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<Attribution>> {
        let Some(record) = self.system_record(tenant, id).await? else {
            return Ok(None);
        };
        let mut attribution = Attribution {
            actor: record.evidence.actor.clone(),
            record,
            audit_entries: Vec::new(),
            system_records: Vec::new(),
            has_more: false,
        };
        let Some(correlation_id) = &attribution.record.record.correlation_id else {
            return Ok(Some(attribution));
        };
        let page = PageRequest::default();
        let of_it = AuditFilter::default().correlation_id(correlation_id.clone());
        let entries = self.store.list_audit_entries(tenant, &of_it, &page).await?;
        let records = self
            .store
            .get_system_record_by_correlation(tenant, correlation_id, &page)
            .await?;
        attribution.has_more = entries.has_more || records.has_more;
        attribution.audit_entries = entries.items.into_iter().map(Answer::from).collect();
        let others = records.items.into_iter().filter(|other| other.id != *id);
        attribution.system_records = others.map(Answer::from).collect();
        let named = attribution.audit_entries.iter();
        let named = named.filter_map(|entry| entry.evidence.actor.clone());
        attribution.actor = Actor::foremost(attribution.actor.take().into_iter().chain(named));
        Ok(Some(attribution))
    }
}
