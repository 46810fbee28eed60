//! What a service may be told.

use std::sync::Arc;
use std::time::Duration;

use logs_domain::{RecordIdGenerator, TenantId, UuidV7Generator};
use logs_ingest::IngestOptions;
use logs_otlp::map::Settings;

/// What a service may be told, with defaults for everything else.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The tenant of every caller, as long as the service has no keys.
    pub tenant: TenantId,
    /// How many appends are taken and committed at a time.
    pub ingest: IngestOptions,
    /// How telemetry becomes records.
    pub mapping: Settings,
    /// Makes the ids of requests.
    pub ids: Arc<dyn RecordIdGenerator>,
    /// How long a client may take to send the head of a request.
    pub header_timeout: Duration,
    /// How long a client may stay silent while it sends a body.
    pub body_timeout: Duration,
    /// How long a request may take in all.
    pub request_timeout: Duration,
    /// How many bytes a body may have after decompression.
    pub body_bytes: usize,
    /// How long requests in flight may go on after a shutdown began.
    pub drain: Duration,
}

impl ServerOptions {
    /// Defaults for the one tenant of a service without keys.
    #[must_use]
    pub fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            // There is one tenant, and nobody to share with.
            ingest: IngestOptions::default().tenant_parts(1),
            mapping: Settings::default(),
            ids: Arc::new(UuidV7Generator),
            header_timeout: Duration::from_secs(5),
            body_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_secs(60),
            body_bytes: 32 * 1024 * 1024,
            drain: Duration::from_secs(25),
        }
    }
}
