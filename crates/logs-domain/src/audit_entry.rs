//! Audit entries: what somebody did. Those about policies, limits and incidents are governance events.

mod draft;
mod filter;
mod snapshot;

pub use draft::NewAuditEntry;
pub use filter::{AuditFilter, GovernanceFilter};
pub use snapshot::AuditLedgerSnapshot;
