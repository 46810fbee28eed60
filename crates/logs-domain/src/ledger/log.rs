//! Which log.

use std::fmt;

use crate::{InvalidValue, PLATFORM, TenantId};

/// A log: that of a tenant, or that of the platform.
///
/// The order is that of their names as bytes, in which the platform is [`PLATFORM`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LedgerLog {
    /// The log of a tenant's records.
    Tenant(TenantId),
    /// The log of the platform's records.
    Platform,
}

impl LedgerLog {
    /// The log of the records of an owner: a tenant, or (`None`) the platform.
    #[must_use]
    pub fn of(owner: Option<&TenantId>) -> Self {
        owner.map_or(Self::Platform, |tenant| Self::Tenant(tenant.clone()))
    }

    /// The log with a name, as [`as_str`](Self::as_str) gives it.
    ///
    /// # Errors
    /// [`InvalidValue`] for a name that no tenant can have.
    pub fn from_name(name: &str) -> Result<Self, InvalidValue> {
        if name == PLATFORM {
            return Ok(Self::Platform);
        }
        TenantId::new(name).map(Self::Tenant)
    }

    /// The tenant, `None` for the platform.
    #[must_use]
    pub const fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::Tenant(tenant) => Some(tenant),
            Self::Platform => None,
        }
    }

    /// The name of the owner, as leaves have it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.tenant().map_or(PLATFORM, TenantId::as_str)
    }
}

impl Ord for LedgerLog {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for LedgerLog {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for LedgerLog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A log and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLogStatus {
    /// The log.
    pub log: LedgerLog,
    /// Its entries. 0 if the owner has records, and none of them is covered.
    pub size: u64,
    /// Records that wait to become entries.
    pub pending: u64,
}
