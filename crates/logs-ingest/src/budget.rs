//! The requests and bytes that are admitted at a time, in all and for each tenant.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use logs_domain::TenantId;
use tokio::sync::Notify;

use crate::error::{Busy, IngestError};
use crate::options::IngestOptions;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) requests: usize,
    pub(crate) bytes: usize,
}

#[derive(Debug, Default)]
struct State {
    all: Held,
    /// Only tenants that hold something.
    tenants: HashMap<TenantId, Held>,
    closed: bool,
}

/// What is admitted, and how much may be.
#[derive(Debug)]
pub(crate) struct Budget {
    most: Held,
    /// The share of one tenant.
    share: Held,
    state: Mutex<State>,
    emptied: Notify,
}

impl Budget {
    pub(crate) fn new(options: &IngestOptions) -> Self {
        let share = |most: usize| (most / options.tenant_parts).max(1);
        Self {
            most: Held {
                requests: options.requests,
                bytes: options.bytes,
            },
            share: Held {
                requests: share(options.requests),
                bytes: share(options.bytes),
            },
            state: Mutex::default(),
            emptied: Notify::new(),
        }
    }

    /// Takes a slot and so many bytes for a request.
    pub(crate) fn take(
        self: &Arc<Self>,
        tenant: &TenantId,
        bytes: usize,
    ) -> Result<Permit, IngestError> {
        let mut state = self.state();
        if state.closed {
            return Err(IngestError::ShuttingDown);
        }
        let of_tenant = state.tenants.get(tenant).copied().unwrap_or_default();
        if state.all.requests >= self.most.requests {
            return Err(Busy::Requests.into());
        }
        if of_tenant.requests >= self.share.requests {
            return Err(Busy::TenantRequests.into());
        }
        self.room(state.all.bytes, of_tenant.bytes, bytes)?;
        state.all.requests += 1;
        state.all.bytes += bytes;
        let of_tenant = state.tenants.entry(tenant.clone()).or_default();
        of_tenant.requests += 1;
        of_tenant.bytes += bytes;
        Ok(Permit {
            budget: self.clone(),
            tenant: tenant.clone(),
            bytes,
        })
    }

    /// Whether `bytes` fit beside the bytes of others, and beside the other bytes of the tenant. A tenant
    /// that holds no other bytes may exceed its share, so that a request larger than it is possible.
    fn room(&self, all: usize, of_tenant: usize, bytes: usize) -> Result<(), IngestError> {
        if bytes > self.most.bytes {
            return Err(IngestError::TooLarge {
                bytes,
                maximum: self.most.bytes,
            });
        }
        if of_tenant > 0 && of_tenant.saturating_add(bytes) > self.share.bytes {
            return Err(Busy::TenantBytes.into());
        }
        if all.saturating_add(bytes) > self.most.bytes {
            return Err(Busy::Bytes.into());
        }
        Ok(())
    }

    /// What is admitted now.
    pub(crate) fn held(&self) -> Held {
        self.state().all
    }

    /// Refuses every later request.
    pub(crate) fn close(&self) {
        self.state().closed = true;
    }

    /// Waits until nothing is admitted.
    pub(crate) async fn empty(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.held().requests == 0 {
                return;
            }
            emptied.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change below the lock is complete when it panics, as it only adds and subtracts.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A slot and bytes of the budget. It returns both when it is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    budget: Arc<Budget>,
    tenant: TenantId,
    bytes: usize,
}

impl Permit {
    pub(crate) const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Holds `bytes` instead of the present ones. An error changes nothing.
    pub(crate) fn resize(&mut self, bytes: usize) -> Result<(), IngestError> {
        let mut state = self.budget.state();
        let others = state.all.bytes.saturating_sub(self.bytes);
        let held = state.tenants.get(&self.tenant).copied();
        let own = held.unwrap_or_default().bytes.saturating_sub(self.bytes);
        if bytes > self.bytes {
            self.budget.room(others, own, bytes)?;
        }
        state.all.bytes = others + bytes;
        if let Some(held) = state.tenants.get_mut(&self.tenant) {
            held.bytes = own + bytes;
        }
        drop(state);
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.budget.state();
        state.all.requests = state.all.requests.saturating_sub(1);
        state.all.bytes = state.all.bytes.saturating_sub(self.bytes);
        if let Some(held) = state.tenants.get_mut(&self.tenant) {
            held.requests = held.requests.saturating_sub(1);
            held.bytes = held.bytes.saturating_sub(self.bytes);
            if held.requests == 0 {
                state.tenants.remove(&self.tenant);
            }
        }
        if state.all.requests == 0 {
            self.budget.emptied.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests;
