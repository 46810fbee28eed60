//! What every request needs.

use std::sync::Arc;

use axum::http::{Extensions, HeaderMap, StatusCode};
use logs_domain::LogsStore;
use logs_facade::LogsFacade;
use logs_ingest::Ingest;
use logs_keys::Role;

use crate::access::AccessLog;
use crate::authentication::Caller;
use crate::download::Downloads;
use crate::limiter::Limiter;
use crate::metrics::Metrics;
use crate::options::ServerOptions;
use crate::peer::Peer;
use crate::problem::Problem;
use crate::readiness::Readiness;

/// What every request needs. A clone shares it.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) store: Arc<dyn LogsStore>,
    pub(crate) facade: LogsFacade,
    pub(crate) ingest: Ingest,
    pub(crate) access: Arc<AccessLog>,
    pub(crate) downloads: Downloads,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) readiness: Arc<Readiness>,
    pub(crate) options: Arc<ServerOptions>,
}

impl App {
    /// The caller of a request that needs a role, within the rate of its key.
    pub(crate) async fn caller(
        &self,
        headers: &HeaderMap,
        extensions: &Extensions,
        role: Role,
    ) -> Result<Caller, Problem> {
        let (authentication, clock) = (&self.options.authentication, &*self.options.clock);
        match authentication.caller(headers, role, clock).await {
            Ok(caller) => self.limiter.request(&caller).map(|()| caller),
            Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => {
                Err(self.limiter.failed(Peer::of(extensions), problem))
            }
            Err(problem) => Err(problem),
        }
    }
}

impl App {
    /// What requests over this store need. It needs a runtime, for the entries about reads.
    pub(crate) fn new(store: Arc<dyn LogsStore>, options: ServerOptions) -> Self {
        let ingest = Ingest::new(Arc::clone(&store) as _, options.ingest.clone());
        let metrics = Arc::new(Metrics::new(ingest.clone(), options.tls.clone()));
        Self {
            limiter: Arc::new(Limiter::new(options.rates, Arc::clone(&metrics))),
            metrics,
            readiness: Arc::default(),
            ingest,
            facade: LogsFacade::new(Arc::clone(&store)),
            downloads: Downloads::new(Arc::clone(&options.clock), options.body_timeout),
            access: Arc::new(AccessLog::new(Arc::clone(&store))),
            store,
            options: Arc::new(options),
        }
    }
}
