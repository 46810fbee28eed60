#![doc = include_str!("../README.md")]

mod answer;
mod audit_entry;
mod environment;
mod evidence;
mod feed;
mod llm_run;
mod log_export;
mod ocsf;
mod pending_export;
mod replay;
mod system_record;
mod trace;

use std::sync::Arc;

use logs_domain::{LogsStore, StoreResult, TenantId, UsageQuery, UsageSummary};

pub use answer::{Answer, Page};
pub use environment::{Environment, Telemetry};
pub use evidence::{Actor, Evidence, Origin};
pub use feed::{Feed, FeedItem};
pub use llm_run::RunEnvelope;
pub use ocsf::OcsfEvent;
pub use pending_export::PendingExport;
pub use replay::{Replay, ReplayMargin};
pub use system_record::Attribution;
pub use trace::{TraceTree, TreeStep};

/// Answers over a store. A clone shares the store.
///
/// Every method takes the tenant first, keeps the rules of [`LogsReader`](logs_domain::LogsReader), and fails
/// with the errors of the reads that it composes.
#[derive(Clone, Debug)]
pub struct LogsFacade {
    store: Arc<dyn LogsStore>,
}

impl LogsFacade {
    /// Answers over this store.
    #[must_use]
    pub fn new(store: Arc<dyn LogsStore>) -> Self {
        Self { store }
    }

    /// What runs used together, in groups. A producer that sends a run again changes no sum.
    ///
    /// # Errors
    /// [`TooManyGroups`](logs_domain::StoreError::TooManyGroups), besides those of every read.
    pub async fn usage(&self, tenant: &TenantId, query: &UsageQuery) -> StoreResult<UsageSummary> {
        self.store.summarize_usage(tenant, query).await
    }
}
