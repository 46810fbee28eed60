//! The options of the service. Each is a flag, a variable of the environment and a key of the file.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use logs_domain::TenantId;
use logs_server::{AgentCalls, Authentication, Origin, Rates, ServerOptions, Settings};

use super::Outside;
use super::logging::Logging;

/// Every option of the service.
#[derive(Args, Debug)]
pub(super) struct Options {
    /// An address and a port of the service. HTTP and gRPC work on each
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        env = "LOGS_LISTEN",
        value_delimiter = ',',
        value_parser = address,
        default_values = ["127.0.0.1:4318", "127.0.0.1:4317"]
    )]
    pub(super) listen: Vec<SocketAddr>,
    /// An address and a port for operators: /livez, /readyz and /metrics, without keys and without TLS
    #[arg(long, value_name = "ADDRESS:PORT", env = "LOGS_ADMIN", value_parser = address)]
    pub(super) admin: Option<SocketAddr>,
    /// The file of the pepper. With it, only holders of keys are let in, each for its own tenants
    #[arg(long, value_name = "FILE", env = "LOGS_PEPPER")]
    pub(super) pepper: Option<PathBuf>,
    /// The tenant that holds the entries about keys; without it `logs.keys`
    #[arg(long, value_name = "TENANT", env = "LOGS_KEYS_TENANT")]
    pub(super) keys_tenant: Option<TenantId>,
    /// The certificate of the service and its chain, in PEM. With it, each address speaks TLS
    #[arg(long, value_name = "FILE", env = "LOGS_TLS_CERTIFICATE")]
    pub(super) tls_certificate: Option<PathBuf>,
    /// The private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", env = "LOGS_TLS_KEY")]
    pub(super) tls_key: Option<PathBuf>,
    /// The origin of pages of browsers that may call the service, such as https://app.example
    #[arg(
        long,
        value_name = "ORIGIN",
        env = "LOGS_ALLOWED_ORIGIN",
        value_delimiter = ','
    )]
    allowed_origin: Vec<Origin>,
    /// Where the calls of coding agents are counted that report each one as an event and as a span
    #[arg(
        long,
        value_name = "SIGNAL",
        env = "LOGS_AGENT_CALLS",
        default_value = "events"
    )]
    agent_calls: Signal,
    /// A deployment environment whose runs are synthetic, such as `test`
    #[arg(
        long,
        value_name = "NAME",
        env = "LOGS_SYNTHETIC_ENVIRONMENT",
        value_delimiter = ','
    )]
    synthetic_environment: Vec<String>,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    pub(super) logging: Logging,
}

/// How much the service does for one caller, and how it ends.
#[derive(Args, Debug)]
struct Limits {
    /// Requests of one key in a second
    #[arg(long, value_name = "NUMBER", env = "LOGS_KEY_REQUESTS", value_parser = number,
        default_value_t = Rates::DEFAULT.key_requests)]
    key_requests: NonZeroU32,
    /// Requests of one key at once
    #[arg(long, value_name = "NUMBER", env = "LOGS_KEY_BURST", value_parser = number,
        default_value_t = Rates::DEFAULT.key_burst)]
    key_burst: NonZeroU32,
    /// Records that a tenant may store in a second
    #[arg(long, value_name = "NUMBER", env = "LOGS_TENANT_ITEMS", value_parser = number,
        default_value_t = Rates::DEFAULT.tenant_items)]
    tenant_items: NonZeroU32,
    /// Reads of a tenant at a time
    #[arg(long, value_name = "NUMBER", env = "LOGS_TENANT_READS", value_parser = number,
        default_value_t = Rates::DEFAULT.tenant_reads)]
    tenant_reads: NonZeroU32,
    /// Requests without a valid key from one address in a minute, before it has to wait
    #[arg(long, value_name = "NUMBER", env = "LOGS_FAILED_KEYS", value_parser = number,
        default_value_t = Rates::DEFAULT.failed_keys)]
    failed_keys: NonZeroU32,
    /// Seconds from the signal to end until no more connections are taken; /readyz says so at once
    #[arg(long, value_name = "SECONDS", env = "LOGS_NOTICE", value_parser = seconds,
        default_value = "0")]
    notice: u64,
    /// Seconds that requests in flight may take after that
    #[arg(long, value_name = "SECONDS", env = "LOGS_DRAIN", value_parser = seconds,
        default_value = "25")]
    drain: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Signal {
    Events,
    Spans,
}

impl Options {
    /// The same for a server.
    pub(super) fn server(
        &self,
        authentication: Authentication,
        outside: &Outside,
    ) -> ServerOptions {
        let mut options = ServerOptions::new(authentication);
        options.tls.clone_from(&outside.certificates);
        options.allowed_origins.clone_from(&self.allowed_origin);
        options.mapping = Settings {
            synthetic_environments: self.synthetic_environment.clone(),
            agent_calls: match self.agent_calls {
                Signal::Events => AgentCalls::FromEvents,
                Signal::Spans => AgentCalls::FromSpans,
            },
        };
        options.rates = Rates {
            key_requests: self.limits.key_requests,
            key_burst: self.limits.key_burst,
            tenant_items: self.limits.tenant_items,
            tenant_reads: self.limits.tenant_reads,
            failed_keys: self.limits.failed_keys,
        };
        options.notice = Duration::from_secs(self.limits.notice);
        options.drain = Duration::from_secs(self.limits.drain);
        options
    }
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    let expected = "expected an IP address and a port, such as 127.0.0.1:4318";
    text.parse().map_err(|_| expected)
}

fn number(text: &str) -> Result<NonZeroU32, &'static str> {
    let expected = "expected a whole number from 1 to 4294967295";
    text.parse().map_err(|_| expected)
}

fn seconds(text: &str) -> Result<u64, &'static str> {
    let expected = "expected whole seconds from 0 to 3600";
    let seconds = text.parse().ok().filter(|seconds| *seconds <= 3_600);
    seconds.ok_or(expected)
}
