//! How much one caller may ask for. A request beyond it is refused before anything of it is stored.

use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use logs_domain::TenantId;
use logs_keys::KeyId;
use logs_otlp::limits::MAX_ITEMS;

use crate::authentication::Caller;
use crate::metrics::{Limit, Metrics};
use crate::options::Rates;
use crate::peer::Peer;
use crate::problem::Problem;

/// After so many checks a limiter forgets those who have their full allowance again.
const FORGET_EVERY: u32 = 1_000;
/// When a read that found no room is worth another try.
const READ_AGAIN: Duration = Duration::from_secs(1);
/// The exports of a tenant at a time.
pub(crate) const TENANT_EXPORTS: usize = 1;
/// When an export that found no room is worth another try.
const EXPORT_AGAIN: Duration = Duration::from_secs(5);

/// A rate for each of many callers.
#[derive(Debug)]
struct Rate<K: Clone + Hash + Eq> {
    limiter: RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock>,
    checks: AtomicU32,
}

impl<K: Clone + Hash + Eq> Rate<K> {
    fn new(quota: Quota) -> Self {
        Self {
            limiter: RateLimiter::keyed(quota),
            checks: AtomicU32::new(0),
        }
    }

    /// Takes `number` of the allowance, or says after which time it is there.
    fn take(&self, caller: &K, number: NonZeroU32) -> Result<(), Duration> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
        }
        match self.limiter.check_key_n(caller, number) {
            // What can never fit is not the business of a rate: other limits refuse it.
            Ok(Ok(())) | Err(_) => Ok(()),
            Ok(Err(until)) => Err(until.wait_time_from(DefaultClock::default().now())),
        }
    }
}

/// The limits of all callers of a service. Without keys there is one tenant, which shares with nobody: only then is
/// nothing limited.
#[derive(Debug)]
pub(crate) struct Limiter {
    keys: Rate<KeyId>,
    items: Rate<TenantId>,
    failures: Rate<Peer>,
    reads: Arc<InFlight>,
    exports: Arc<InFlight>,
    rates: Rates,
    metrics: Arc<Metrics>,
}

/// What is in flight of each tenant that has any.
#[derive(Debug, Default)]
struct InFlight(Mutex<HashMap<TenantId, usize>>);

impl InFlight {
    /// The right to one more, unless the tenant has so many.
    fn take(self: &Arc<Self>, tenant: &TenantId, limit: usize) -> Option<Permit> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = open.entry(tenant.clone()).or_default();
        if *number >= limit {
            return None;
        }
        *number += 1;
        Some(Permit(Some((Arc::clone(self), tenant.clone()))))
    }
}

/// The right of a tenant to one read or export. It ends with the value.
#[derive(Debug)]
pub(crate) struct Permit(Option<(Arc<InFlight>, TenantId)>);

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some((in_flight, tenant)) = &self.0 {
            let mut open = in_flight.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(number) = open.get_mut(tenant) {
                *number -= 1;
                if *number == 0 {
                    open.remove(tenant);
                }
            }
        }
    }
}

impl Limiter {
    pub(crate) fn new(rates: Rates, metrics: Arc<Metrics>) -> Self {
        let items = Quota::per_second(rates.tenant_items);
        // A request of the largest size is possible at the lowest rate.
        let largest = u32::try_from(MAX_ITEMS).ok().and_then(NonZeroU32::new);
        let items = items.allow_burst(rates.tenant_items.max(largest.unwrap_or(NonZeroU32::MAX)));
        Self {
            keys: Rate::new(Quota::per_second(rates.key_requests).allow_burst(rates.key_burst)),
            items: Rate::new(items),
            failures: Rate::new(Quota::per_minute(rates.failed_keys)),
            reads: Arc::default(),
            exports: Arc::default(),
            rates,
            metrics,
        }
    }

    fn refuse(&self, limit: Limit, wait: Duration, detail: String) -> Problem {
        self.metrics.limited(limit);
        Problem::too_many(detail, wait)
    }

    /// Counts a request of a key.
    pub(crate) fn request(&self, caller: &Caller) -> Result<(), Problem> {
        let Some(key) = caller.key else {
            return Ok(());
        };
        self.keys.take(&key, NonZeroU32::MIN).map_err(|wait| {
            let (rate, burst) = (self.rates.key_requests, self.rates.key_burst);
            let detail = format!(
                "the key {key} may send {rate} requests a second, and {burst} at once (key_requests, key_burst)"
            );
            self.refuse(Limit::KeyRequests, wait, detail)
        })
    }

    /// Counts records, or items of telemetry, that a caller wants to store.
    pub(crate) fn items(&self, caller: &Caller, number: usize) -> Result<(), Problem> {
        let number = u32::try_from(number).ok().and_then(NonZeroU32::new);
        let (Some(_), Some(number)) = (caller.key, number) else {
            return Ok(());
        };
        self.items.take(&caller.tenant, number).map_err(|wait| {
            let rate = self.rates.tenant_items;
            let detail = format!("a tenant may store {rate} records a second (tenant_items)");
            self.refuse(Limit::TenantItems, wait, detail)
        })
    }

    /// Counts a read as long as the permit lives.
    pub(crate) fn read(&self, caller: &Caller) -> Result<Permit, Problem> {
        let limit = self.rates.tenant_reads.get() as usize;
        Self::hold(&self.reads, caller, limit).ok_or_else(|| {
            let detail = format!("a tenant may have {limit} reads at a time (tenant_reads)");
            self.refuse(Limit::TenantReads, READ_AGAIN, detail)
        })
    }

    /// Counts an export as long as the permit lives.
    pub(crate) fn export(&self, caller: &Caller) -> Result<Permit, Problem> {
        let held = Self::hold(&self.exports, caller, TENANT_EXPORTS);
        held.ok_or_else(|| {
            let detail = format!("a tenant may have {TENANT_EXPORTS} export at a time");
            self.refuse(Limit::TenantExports, EXPORT_AGAIN, detail)
        })
    }

    fn hold(in_flight: &Arc<InFlight>, caller: &Caller, limit: usize) -> Option<Permit> {
        if caller.key.is_none() {
            return Some(Permit(None));
        }
        in_flight.take(&caller.tenant, limit)
    }

    /// Counts a request without a valid key. Beyond the limit the answer asks the peer to wait. A valid key is let in
    /// all the same: others may share the address.
    pub(crate) fn failed(&self, peer: Option<Peer>, problem: Problem) -> Problem {
        let Some(peer) = peer else {
            return problem;
        };
        let Err(wait) = self.failures.take(&peer, NonZeroU32::MIN) else {
            return problem;
        };
        let limit = self.rates.failed_keys;
        let detail = format!(
            "more than {limit} requests a minute without a valid key came from this address (failed_keys)"
        );
        self.refuse(Limit::FailedKeys, wait, detail)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::sync::Arc;

    use logs_domain::{ActorType, StoreOptions, TenantId};
    use logs_ingest::{Ingest, IngestOptions};
    use logs_keys::KeyId;
    use logs_memory::MemoryStore;

    use super::Limiter;
    use crate::authentication::Caller;
    use crate::metrics::Metrics;
    use crate::options::Rates;

    fn caller(tenant: &str, key: Option<KeyId>) -> Caller {
        Caller {
            tenant: TenantId::new(tenant).unwrap(),
            key,
            actor_type: ActorType::System,
            actor_id: None,
        }
    }

    #[test]
    fn a_tenant_has_so_many_reads_at_a_time() {
        let store = Arc::new(MemoryStore::new(StoreOptions::default()));
        let metrics = Metrics::new(Ingest::new(store, IngestOptions::default()), None);
        let rates = Rates {
            tenant_reads: NonZeroU32::new(2).unwrap(),
            ..Rates::DEFAULT
        };
        let limiter = Limiter::new(rates, Arc::new(metrics));
        let key = "0123456789ab".parse().ok();
        let (acme, other, open) = (caller("a", key), caller("b", key), caller("a", None));
        let first = limiter.read(&acme).unwrap();
        let second = limiter.read(&acme).unwrap();
        let refused = limiter.read(&acme).unwrap_err();
        assert_eq!(
            (refused.status().as_u16(), refused.retry_after_seconds()),
            (429, Some(1))
        );
        limiter.read(&other).unwrap();
        let _without_keys: Vec<_> = (0..9).map(|_| limiter.read(&open).unwrap()).collect();
        drop(first);
        drop(limiter.read(&acme).unwrap());
        let third = limiter.read(&acme).unwrap();
        assert!(limiter.read(&acme).is_err());
        drop((third, second));
        assert!(
            limiter.reads.0.lock().unwrap().is_empty(),
            "nobody is remembered"
        );
    }
}
