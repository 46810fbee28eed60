//! What the holder of a key may do.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use logs_domain::InvalidValue;
use serde::{Deserialize, Serialize};

/// What the holder of a key may do. No role includes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Append records, and send telemetry.
    Ingest,
    /// Read runs, traces, system records and usage.
    Read,
    /// Read audit entries, exports and feeds.
    AuditRead,
    /// Export records.
    Export,
}

impl Role {
    /// Every role.
    pub const ALL: &'static [Self] = &[Self::Ingest, Self::Read, Self::AuditRead, Self::Export];

    /// The word of the role.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
            Self::AuditRead => "audit-read",
            Self::Export => "export",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Role {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let found = Self::ALL.iter().copied().find(|role| role.as_str() == text);
        found.ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.iter().map(|role| role.as_str()).collect();
            InvalidValue::new("role", text, format!("one of {}", words.join(", ")))
        })
    }
}

/// The roles of a key.
pub type Roles = BTreeSet<Role>;
