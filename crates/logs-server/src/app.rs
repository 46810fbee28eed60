//! What every request needs.

use std::sync::Arc;

use axum::http::HeaderMap;
use logs_domain::LogsStore;
use logs_facade::LogsFacade;
use logs_ingest::Ingest;
use logs_keys::Role;

use crate::access::AccessLog;
use crate::authentication::Caller;
use crate::metrics::Metrics;
use crate::options::ServerOptions;
use crate::problem::Problem;
use crate::readiness::Readiness;

/// What every request needs. A clone shares it.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) store: Arc<dyn LogsStore>,
    pub(crate) facade: LogsFacade,
    pub(crate) ingest: Ingest,
    pub(crate) access: Arc<AccessLog>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) readiness: Arc<Readiness>,
    pub(crate) options: Arc<ServerOptions>,
}

impl App {
    /// The caller of a request that needs a role.
    pub(crate) async fn caller(&self, headers: &HeaderMap, role: Role) -> Result<Caller, Problem> {
        let clock = &*self.options.clock;
        self.options
            .authentication
            .caller(headers, role, clock)
            .await
    }
}

impl App {
    /// What requests over this store need. It needs a runtime, for the entries about reads.
    pub(crate) fn new(store: Arc<dyn LogsStore>, options: ServerOptions) -> Self {
        let ingest = Ingest::new(Arc::clone(&store) as _, options.ingest.clone());
        Self {
            metrics: Arc::new(Metrics::new(ingest.clone())),
            readiness: Arc::default(),
            ingest,
            facade: LogsFacade::new(Arc::clone(&store)),
            access: Arc::new(AccessLog::new(Arc::clone(&store))),
            store,
            options: Arc::new(options),
        }
    }
}
