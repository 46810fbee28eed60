//! The entries of keys in a store.

use std::sync::Arc;

use futures_util::TryStreamExt;
use logs_domain::{
    ActorId, ActorType, AppendBatch, AuditEventType, AuditFilter, AuditLedgerSnapshot, Direction,
    EntityType, InvalidValue, LogsReaderExt, LogsStore, NewAuditEntry, OnConflict,
    RecordIdGenerator, StoreError, StoreResult, TenantId,
};

use crate::grant::SealedKey;
use crate::{Grant, Key, KeyId, Pepper, Tenants};

/// A key that was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IssuedKey {
    /// The entry that issued it.
    pub entry: AuditLedgerSnapshot,
    /// What it gives; `None` where the pepper does not confirm the entry, which then gives nothing.
    pub grant: Option<Grant>,
    /// The entry that revoked it first, if there is one.
    pub revoked_by: Option<AuditLedgerSnapshot>,
}

/// The keys in a store: audit entries of a tenant of the operator's own. A copy of each entry is in the tenants that
/// the key is for, so that their auditors see who may act for them.
#[derive(Clone, Debug)]
pub struct KeyVault {
    store: Arc<dyn LogsStore>,
    tenant: TenantId,
    pepper: Pepper,
}

impl KeyVault {
    /// The tenant of the entries, where an operator names no other.
    pub const TENANT: &'static str = "logs.keys";

    /// The keys of a store. No key may be for `tenant`.
    #[must_use]
    pub fn new(store: Arc<dyn LogsStore>, tenant: TenantId, pepper: Pepper) -> Self {
        Self {
            store,
            tenant,
            pepper,
        }
    }

    /// Issues a key. Its text is known to the caller alone.
    ///
    /// # Errors
    /// Those of an append. [`InvalidArgument`](StoreError::InvalidArgument) for a grant without roles, without
    /// tenants, or for the tenant of the keys.
    pub async fn issue(
        &self,
        grant: &Grant,
        ids: &dyn RecordIdGenerator,
        issued_by: Option<ActorId>,
    ) -> StoreResult<Key> {
        if grant.roles.is_empty() {
            return Err(InvalidValue::new("roles", "none", "at least one role").into());
        }
        let copies: Vec<&TenantId> = match &grant.tenants {
            Tenants::Only(tenants) => tenants.iter().collect(),
            Tenants::Any => Vec::new(),
        };
        if grant.tenants != Tenants::Any && copies.is_empty() {
            return Err(InvalidValue::new("tenants", "none", "at least one tenant").into());
        }
        if copies.contains(&&self.tenant) {
            let expected = "another tenant than that of the keys";
            return Err(InvalidValue::new("tenants", &self.tenant, expected).into());
        }
        let key = Key::random().map_err(|error| StoreError::Unavailable {
            reason: "the system has no random bytes".to_owned(),
            write_outcome: logs_domain::WriteOutcome::NotApplied,
            source: Some(Box::new(error)),
        })?;
        let entry = SealedKey::entry(&key, grant, &self.pepper, ids.next_id(), issued_by)?;
        // The copies come first: no key works that a tenant does not know of.
        for tenant in copies {
            self.append(tenant, entry.clone()).await?;
        }
        self.append(&self.tenant, entry).await?;
        Ok(key)
    }

    /// Revokes a key; a service learns of it within 30 seconds. `false` if there is no such key.
    ///
    /// # Errors
    /// Those of reads and appends.
    pub async fn revoke(
        &self,
        id: KeyId,
        ids: &dyn RecordIdGenerator,
        revoked_by: Option<ActorId>,
    ) -> StoreResult<bool> {
        let found = self.list().await?;
        let name = id.entity_id()?;
        let Some(issued) = found.iter().find(|one| one.entry.entity_id == name) else {
            return Ok(false);
        };
        let mut entry = NewAuditEntry::new(
            ids.next_id(),
            AuditEventType::API_KEY_REVOKED,
            EntityType::API_KEY,
            name,
            ActorType::Human,
        );
        entry.actor_id = revoked_by;
        self.append(&self.tenant, entry.clone()).await?;
        if let Some(Tenants::Only(tenants)) = issued.grant.as_ref().map(|grant| &grant.tenants) {
            for tenant in tenants {
                self.append(tenant, entry.clone()).await?;
            }
        }
        Ok(true)
    }

    /// All keys, in the order in which they were issued.
    ///
    /// # Errors
    /// Those of reads.
    pub async fn list(&self) -> StoreResult<Vec<IssuedKey>> {
        let mut keys: Vec<IssuedKey> = Vec::new();
        for entry in self.entries().await? {
            if entry.event_type == AuditEventType::API_KEY_ISSUED {
                let grant = SealedKey::of(&entry, &self.pepper)
                    .ok()
                    .map(|key| key.grant);
                keys.push(IssuedKey {
                    entry,
                    grant,
                    revoked_by: None,
                });
            } else if entry.event_type == AuditEventType::API_KEY_REVOKED {
                let of_it = keys
                    .iter_mut()
                    .filter(|key| key.entry.entity_id == entry.entity_id);
                for key in of_it.filter(|key| key.revoked_by.is_none()) {
                    key.revoked_by = Some(entry.clone());
                }
            }
        }
        Ok(keys)
    }

    /// The keys that the pepper confirms and nobody revoked.
    pub(crate) async fn valid(&self) -> StoreResult<Vec<SealedKey>> {
        let keys = self.list().await?.into_iter();
        let valid = keys.filter(|key| key.revoked_by.is_none());
        Ok(valid
            .filter_map(|key| match SealedKey::of(&key.entry, &self.pepper) {
                Ok(sealed) => Some(sealed),
                Err(refused) => {
                    tracing::warn!(%refused, "an entry that issues a key gives nothing");
                    None
                }
            })
            .collect())
    }

    /// The tenant of the entries. Nobody may act for it by a key.
    #[must_use]
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    pub(crate) const fn pepper(&self) -> &Pepper {
        &self.pepper
    }

    /// The entries of keys, oldest first.
    async fn entries(&self) -> StoreResult<Vec<AuditLedgerSnapshot>> {
        let filter = AuditFilter::default().entity_type(EntityType::API_KEY);
        self.store
            .stream_audit_entries(&self.tenant, &filter, Direction::Ascending)
            .try_collect()
            .await
    }

    async fn append(&self, tenant: &TenantId, entry: NewAuditEntry) -> StoreResult<()> {
        let batch = AppendBatch::new(vec![entry.into()])?;
        let append = self.store.append(tenant, &batch, OnConflict::RejectCall);
        append.await.map(drop)
    }
}
