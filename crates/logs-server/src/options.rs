//! What a service may be told.

use std::sync::Arc;
use std::time::Duration;

use logs_domain::{Clock, RecordIdGenerator, SystemClock, UuidV7Generator};
use logs_ingest::IngestOptions;
use logs_otlp::map::Settings;

use crate::authentication::Authentication;

/// What a service may be told, with defaults for everything else.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// How the service learns who calls.
    pub authentication: Authentication,
    /// Tells whether a key has expired.
    pub clock: Arc<dyn Clock>,
    /// How many appends are taken and committed at a time.
    pub ingest: IngestOptions,
    /// How telemetry becomes records.
    pub mapping: Settings,
    /// Makes the ids of requests.
    pub ids: Arc<dyn RecordIdGenerator>,
    /// How long a client may take to send the head of a request, and how long a connection may be silent between two.
    /// Exporters that send every 5 seconds keep their connection.
    pub header_timeout: Duration,
    /// How long a client may stay silent while it sends a body.
    pub body_timeout: Duration,
    /// How long a request may take in all.
    pub request_timeout: Duration,
    /// How many bytes a body may have after decompression.
    pub body_bytes: usize,
    /// How long the service goes on to accept connections after a shutdown began, while `/readyz` says that it is
    /// ending.
    pub notice: Duration,
    /// How long requests in flight may go on after a shutdown began.
    pub drain: Duration,
}

impl ServerOptions {
    /// Defaults for a service that learns so who calls.
    #[must_use]
    pub fn new(authentication: Authentication) -> Self {
        let ingest = IngestOptions::default();
        // One tenant has nobody to share with.
        let ingest = if authentication.is_open() {
            ingest.tenant_parts(1)
        } else {
            ingest
        };
        Self {
            authentication,
            clock: Arc::new(SystemClock),
            ingest,
            mapping: Settings::default(),
            ids: Arc::new(UuidV7Generator),
            header_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_secs(60),
            body_bytes: 32 * 1024 * 1024,
            notice: Duration::ZERO,
            drain: Duration::from_secs(25),
        }
    }
}
