//! The keys that a service accepts now.

use std::collections::HashMap;
use std::time::Duration;

use logs_domain::{Clock, StoreError, TenantId};
use tokio::sync::RwLock;
use tokio::time::Instant;

use crate::grant::SealedKey;
use crate::{Grant, Key, KeyId, KeyVault};

/// How old the answer of the store about keys may be, before the service asks again.
const FRESH: Duration = Duration::from_secs(10);
/// How old it may be while the store does not answer. Then nobody is let in.
const STALE: Duration = Duration::from_secs(30);
/// How long an unknown key makes no service ask again.
const UNKNOWN: Duration = Duration::from_secs(1);

/// Why a key is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is no such key, or its secret is another.
    #[error("the key is unknown")]
    Unknown,
    /// The time of the key is over.
    #[error("the key has expired")]
    Expired,
    /// The store did not answer whether the key is still valid.
    #[error("whether the key is valid is unknown: {0}")]
    Store(#[from] StoreError),
}

/// The keys that a service accepts: those of the vault, asked for every 10 seconds. A new key works within a second,
/// and a revoked one for at most 30 seconds more, even when the store does not answer.
#[derive(Debug)]
pub struct KeyRing {
    vault: KeyVault,
    known: RwLock<Option<Known>>,
}

#[derive(Debug)]
struct Known {
    keys: HashMap<KeyId, SealedKey>,
    since: Instant,
}

impl KeyRing {
    /// The keys of this vault.
    #[must_use]
    pub const fn new(vault: KeyVault) -> Self {
        Self {
            vault,
            known: RwLock::const_new(None),
        }
    }

    /// What the key gives to its holder now.
    ///
    /// # Errors
    /// [`KeyError`]
    pub async fn grant(&self, key: &Key, clock: &dyn Clock) -> Result<Grant, KeyError> {
        if let Some(grant) = self.find(key, FRESH).await {
            return in_time(grant, clock);
        }
        self.refresh(key).await?;
        let grant = self.find(key, STALE).await.ok_or(KeyError::Unknown)?;
        in_time(grant, clock)
    }

    /// Whether nobody may act for this tenant: the entries of keys are there.
    #[must_use]
    pub fn is_reserved(&self, tenant: &TenantId) -> bool {
        self.vault.tenant() == tenant
    }

    /// The grant of a key, from an answer of the store that is not older than `age`.
    async fn find(&self, key: &Key, age: Duration) -> Option<Grant> {
        let known = self.known.read().await;
        let known = known.as_ref().filter(|known| known.since.elapsed() < age)?;
        let sealed = known.keys.get(&key.id())?;
        sealed
            .is(key, self.vault.pepper())
            .then(|| sealed.grant.clone())
    }

    /// Asks the store, unless an answer is new enough for this key.
    async fn refresh(&self, key: &Key) -> Result<(), KeyError> {
        let mut known = self.known.write().await;
        // Another request may have asked while this one waited.
        if let Some(known) = &*known {
            let age = if known.keys.contains_key(&key.id()) {
                FRESH
            } else {
                UNKNOWN
            };
            if known.since.elapsed() < age {
                return Ok(());
            }
        }
        let asked = Instant::now();
        match self.vault.valid().await {
            Ok(keys) => {
                *known = Some(Known {
                    keys: keys.into_iter().map(|key| (key.id, key)).collect(),
                    since: asked,
                });
                Ok(())
            }
            Err(error) => {
                let is_usable = |known: &Known| known.since.elapsed() < STALE;
                if known.as_ref().is_some_and(is_usable) {
                    tracing::warn!(%error, "the store does not say which keys are valid");
                    return Ok(());
                }
                Err(error.into())
            }
        }
    }
}

fn in_time(grant: Grant, clock: &dyn Clock) -> Result<Grant, KeyError> {
    match grant.expires_at {
        Some(end) if clock.now() >= end => Err(KeyError::Expired),
        Some(_) | None => Ok(grant),
    }
}
