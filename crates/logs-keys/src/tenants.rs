//! For which tenants the holder of a key may act.

use std::collections::BTreeSet;
use std::fmt;

use logs_domain::TenantId;
use serde::{Deserialize, Serialize};

/// For which tenants the holder of a key may act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tenants {
    /// For these. If there is one, it is the tenant of each request; of several, each request names one.
    Only(BTreeSet<TenantId>),
    /// For every tenant; each request names one.
    Any,
}

impl Tenants {
    /// The one tenant of each request, if there is only one.
    #[must_use]
    pub fn single(&self) -> Option<&TenantId> {
        match self {
            Self::Only(tenants) if tenants.len() == 1 => tenants.first(),
            Self::Only(_) | Self::Any => None,
        }
    }

    /// Whether the holder may act for this tenant.
    #[must_use]
    pub fn include(&self, tenant: &TenantId) -> bool {
        match self {
            Self::Only(tenants) => tenants.contains(tenant),
            Self::Any => true,
        }
    }
}

impl fmt::Display for Tenants {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only(tenants) => {
                let names: Vec<&str> = tenants.iter().map(TenantId::as_str).collect();
                formatter.pad(&names.join(","))
            }
            Self::Any => formatter.pad("any"),
        }
    }
}
