//! Keys in a memory store.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use logs_domain::{
    ActorId, AppendBatch, AuditFilter, AuditLedgerSnapshot, JsonObject, LogsReader, LogsStore,
    LogsWriter, MockLogsStore, OnConflict, PageRequest, StoreError, StoreOptions, SystemClock,
    TenantId, Timestamp, UuidV7Generator,
};
use logs_keys::{Grant, Key, KeyError, KeyRing, KeyVault, Pepper, Role, Tenants};
use logs_memory::MemoryStore;

fn tenant(name: &str) -> TenantId {
    TenantId::new(name).unwrap()
}

fn grant(tenants: &[&str]) -> Grant {
    let tenants = tenants.iter().map(|name| tenant(name)).collect();
    Grant::new(Tenants::Only(tenants), BTreeSet::from([Role::Read]))
}

struct Keys {
    store: Arc<MemoryStore>,
    pepper: Pepper,
    vault: KeyVault,
}

fn keys() -> Keys {
    let store = Arc::new(MemoryStore::new(StoreOptions::default()));
    let pepper = Pepper::random().unwrap();
    let vault = vault(&store, &pepper);
    Keys {
        store,
        pepper,
        vault,
    }
}

fn vault(store: &Arc<MemoryStore>, pepper: &Pepper) -> KeyVault {
    let store = Arc::clone(store) as Arc<dyn LogsStore>;
    KeyVault::new(store, tenant(KeyVault::TENANT), pepper.clone())
}

async fn issue(keys: &Keys, grant: &Grant) -> Key {
    let by = ActorId::new("ops").ok();
    keys.vault.issue(grant, &UuidV7Generator, by).await.unwrap()
}

async fn entries(store: &MemoryStore, of: &str) -> Vec<AuditLedgerSnapshot> {
    let (filter, page) = (AuditFilter::default(), PageRequest::default());
    store
        .list_audit_entries(&tenant(of), &filter, &page)
        .await
        .unwrap()
        .items
}

#[tokio::test]
async fn a_key_opens_what_its_grant_says_and_is_evidence_for_its_tenants() {
    let keys = keys();
    let granted = grant(&["acme", "beta"]);
    let key = issue(&keys, &granted).await;
    let ring = KeyRing::new(keys.vault.clone());
    assert_eq!(ring.grant(&key, &SystemClock).await.unwrap(), granted);
    for of in ["acme", "beta", KeyVault::TENANT] {
        let found = entries(&keys.store, of).await;
        assert_eq!(found.len(), 1, "{of}");
        assert_eq!(found[0].entity_id.as_str(), key.id().to_string());
        let state = found[0].after_state.as_ref().unwrap().as_str();
        assert!(
            !state.contains(&key.reveal()[17..81]),
            "no secret is stored"
        );
    }
    assert!(entries(&keys.store, "other").await.is_empty());
}

#[tokio::test]
async fn a_key_of_another_secret_or_another_pepper_is_unknown() {
    let keys = keys();
    let key = issue(&keys, &grant(&["acme"])).await;
    let ring = KeyRing::new(keys.vault.clone());
    let other = issue(&keys, &grant(&["acme"])).await;
    let body = format!("lgs_{}_{}", key.id(), &other.reveal()[17..81]);
    let forged = format!("{body}_{:08x}", crc32(&body)).parse().unwrap();
    assert!(matches!(
        ring.grant(&forged, &SystemClock).await,
        Err(KeyError::Unknown)
    ));
    let stranger = vault(&keys.store, &Pepper::random().unwrap());
    let ring = KeyRing::new(stranger.clone());
    assert!(matches!(
        ring.grant(&key, &SystemClock).await,
        Err(KeyError::Unknown)
    ));
    assert!(
        stranger
            .list()
            .await
            .unwrap()
            .iter()
            .all(|key| key.grant.is_none())
    );
}

fn crc32(text: &str) -> u32 {
    crc32fast::hash(text.as_bytes())
}

#[tokio::test]
async fn whoever_only_writes_to_the_store_gives_himself_no_tenant() {
    let keys = keys();
    let key = issue(&keys, &grant(&["acme"])).await;
    // The same entry again, for every tenant.
    let mut entry = entries(&keys.store, KeyVault::TENANT).await[0].to_draft();
    let state = entry.after_state.unwrap();
    let widened = state.as_str().replace(r#"{"only":["acme"]}"#, r#""any""#);
    assert_ne!(widened, state.as_str());
    entry.after_state = JsonObject::parse(&widened).ok();
    entry.id = "00000000-0000-7000-8000-000000000001".parse().unwrap();
    let batch = AppendBatch::new(vec![entry.into()]).unwrap();
    let of_keys = tenant(KeyVault::TENANT);
    keys.store
        .append(&of_keys, &batch, OnConflict::RejectCall)
        .await
        .unwrap();
    let ring = KeyRing::new(keys.vault.clone());
    assert_eq!(
        ring.grant(&key, &SystemClock).await.unwrap(),
        grant(&["acme"])
    );
}

#[tokio::test(start_paused = true)]
async fn a_revoked_key_ends_within_thirty_seconds_and_a_new_one_works_within_one() {
    let keys = keys();
    let key = issue(&keys, &grant(&["acme"])).await;
    let ring = KeyRing::new(keys.vault.clone());
    ring.grant(&key, &SystemClock).await.unwrap();
    assert!(
        keys.vault
            .revoke(key.id(), &UuidV7Generator, None)
            .await
            .unwrap()
    );
    tokio::time::advance(Duration::from_secs(30)).await;
    assert!(matches!(
        ring.grant(&key, &SystemClock).await,
        Err(KeyError::Unknown)
    ));
    assert_eq!(
        entries(&keys.store, "acme").await.len(),
        2,
        "issued and revoked"
    );
    let later = issue(&keys, &grant(&["acme"])).await;
    tokio::time::advance(Duration::from_secs(1)).await;
    ring.grant(&later, &SystemClock).await.unwrap();
    let unknown = "0123456789ab".parse().unwrap();
    assert!(
        !keys
            .vault
            .revoke(unknown, &UuidV7Generator, None)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_key_ends_at_its_time() {
    let keys = keys();
    let over = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
    let key = issue(&keys, &grant(&["acme"]).until(over)).await;
    let ring = KeyRing::new(keys.vault.clone());
    assert!(matches!(
        ring.grant(&key, &SystemClock).await,
        Err(KeyError::Expired)
    ));
    let later = issue(&keys, &grant(&["acme"]).until(Timestamp::MAX)).await;
    let fresh = KeyRing::new(keys.vault.clone());
    fresh.grant(&later, &SystemClock).await.unwrap();
}

#[tokio::test]
async fn a_grant_of_nothing_is_refused() {
    let keys = keys();
    let without_roles = Grant::new(Tenants::Any, BTreeSet::new());
    for (wrong, field) in [
        (without_roles, "roles"),
        (grant(&[]), "tenants"),
        (grant(&["acme", KeyVault::TENANT]), "tenants"),
    ] {
        let refused = keys.vault.issue(&wrong, &UuidV7Generator, None).await;
        let Err(StoreError::InvalidArgument(refused)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(refused.field(), field);
    }
    assert!(entries(&keys.store, "acme").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn nobody_is_let_in_while_the_store_does_not_say_who_may() {
    let keys = keys();
    let key = issue(&keys, &grant(&["acme"])).await;
    let found = entries(&keys.store, KeyVault::TENANT).await;
    let mut store = MockLogsStore::new();
    let mut answers = vec![Ok(found)];
    store.expect_list_audit_entries().returning(move |_, _, _| {
        let items = answers.pop().unwrap_or(Err(StoreError::ReadOnly))?;
        Ok(logs_domain::QueryResult::from_parts(
            items,
            logs_domain::Total::NotCounted,
            None,
            None,
        ))
    });
    let vault = KeyVault::new(
        Arc::new(store),
        tenant(KeyVault::TENANT),
        keys.pepper.clone(),
    );
    let ring = KeyRing::new(vault);
    ring.grant(&key, &SystemClock).await.unwrap();
    tokio::time::advance(Duration::from_secs(29)).await;
    ring.grant(&key, &SystemClock).await.unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(matches!(
        ring.grant(&key, &SystemClock).await,
        Err(KeyError::Store(_))
    ));
}
