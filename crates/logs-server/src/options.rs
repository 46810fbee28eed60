//! What a service may be told.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use logs_domain::{Clock, RecordIdGenerator, SystemClock, UuidV7Generator};
use logs_ingest::IngestOptions;
use logs_otlp::map::Settings;

use crate::authentication::Authentication;
use crate::cors::Origin;
use crate::tls::{Certificates, RELOAD_INTERVAL};

/// How much holders of keys may ask for. A request beyond it is answered with 429 and `Retry-After`, and nothing of
/// it is stored. Without keys nothing of this applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Requests of one key in a second, in the long run.
    pub key_requests: NonZeroU32,
    /// Requests of one key at once.
    pub key_burst: NonZeroU32,
    /// Records, or items of telemetry, that a tenant may store in a second.
    pub tenant_items: NonZeroU32,
    /// Reads of a tenant at a time.
    pub tenant_reads: NonZeroU32,
    /// Requests without a valid key from one address in a minute. Valid keys are let in whatever others at their
    /// address do.
    pub failed_keys: NonZeroU32,
}

impl Rates {
    /// The rates where an operator names no others.
    pub const DEFAULT: Self = Self {
        key_requests: rate(50),
        key_burst: rate(100),
        tenant_items: rate(20_000),
        tenant_reads: rate(16),
        failed_keys: rate(10),
    };
}

impl Default for Rates {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A rate above zero.
const fn rate(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(rate) => rate,
        None => NonZeroU32::MIN,
    }
}

/// The default of [`ServerOptions::body_bytes`].
pub(crate) const BODY_BYTES: usize = 32 * 1024 * 1024;
/// The default of [`ServerOptions::compressed_bytes`].
pub(crate) const COMPRESSED_BYTES: usize = 8 * 1024 * 1024;
/// The default of [`ServerOptions::connections`].
pub(crate) const CONNECTIONS: usize = 10_000;

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
    /// How long a client may take to send the head of a request, and how long a connection may be silent when none is
    /// in flight. Exporters that send every 5 seconds keep their connection.
    pub header_timeout: Duration,
    /// How long a client may stay silent while it sends a body, or take nothing of an export.
    pub body_timeout: Duration,
    /// How long a request may take in all.
    pub request_timeout: Duration,
    /// How many bytes a body may have after decompression.
    pub body_bytes: usize,
    /// How many bytes a compressed body may have as it comes.
    pub compressed_bytes: usize,
    /// How many connections are served at a time. Others wait in the queue of the system.
    pub connections: usize,
    /// How much holders of keys may ask for.
    pub rates: Rates,
    /// The pages of browsers that may call the service. Without any, no browser lets a page of another origin.
    pub allowed_origins: Vec<Origin>,
    /// Makes every connection TLS, except those of operators.
    pub tls: Option<Arc<Certificates>>,
    /// How often the files of the certificate are compared with those in use.
    pub tls_reload: Duration,
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
            body_bytes: BODY_BYTES,
            compressed_bytes: COMPRESSED_BYTES,
            connections: CONNECTIONS,
            rates: Rates::DEFAULT,
            allowed_origins: Vec::new(),
            tls: None,
            tls_reload: RELOAD_INTERVAL,
            notice: Duration::ZERO,
            drain: Duration::from_secs(25),
        }
    }
}
