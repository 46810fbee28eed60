//! `logs serve`: the HTTP service.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use logs_domain::TenantId;
use logs_keys::{KeyRing, KeyVault, Pepper};
use logs_server::{Authentication, IngestOptions, Server, ServerOptions, Shutdown};

use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::session::Session;

const EXAMPLES: &str = "\
Examples:
  logs serve
  logs serve --store postgres://logs_app@db/logs --pepper pepper --listen 0.0.0.0:4318
  curl 'http://127.0.0.1:4318/api/v1/runs?limit=5'";

/// The tenant of a service without keys, where the command line names none.
const TENANT: &str = "default";

/// Where the service listens, and who may use it.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Serve {
    /// An address and a port of the service. HTTP and gRPC work on each
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        default_values = ["127.0.0.1:4318", "127.0.0.1:4317"]
    )]
    listen: Vec<SocketAddr>,
    /// An address and a port for operators: /livez, /readyz and /metrics, without keys
    #[arg(long, value_name = "ADDRESS:PORT")]
    admin: Option<SocketAddr>,
    /// The file of the pepper. With it, only holders of keys are let in, each for its own tenants
    #[arg(long, value_name = "FILE", env = "LOGS_PEPPER")]
    pepper: Option<PathBuf>,
    /// The tenant that holds the entries about keys
    #[arg(long, value_name = "TENANT", default_value = KeyVault::TENANT, requires = "pepper")]
    keys_tenant: TenantId,
}

impl Serve {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let pepper = self.pepper.as_deref().map(Pepper::read).transpose();
        let pepper = pepper.map_err(|error| Failure::refused(error.to_string()))?;
        let store = session.store().await?;
        let (authentication, callers) = match pepper {
            Some(pepper) => {
                let vault = KeyVault::new(Arc::clone(&store), self.keys_tenant, pepper);
                let keys = Authentication::Keys(Arc::new(KeyRing::new(vault)));
                (
                    keys,
                    "only holders of keys are let in: `logs keys issue`".to_owned(),
                )
            }
            None => {
                let tenant = match &session.globals.tenant {
                    Some(tenant) => tenant.clone(),
                    None => TenantId::new(TENANT)?,
                };
                let callers = format!(
                    "there are no keys: every program of this machine may act for tenant `{tenant}`"
                );
                (Authentication::Open(tenant), callers)
            }
        };
        let mut options = ServerOptions::new(authentication);
        options.ingest = commits(options.ingest, &store.info().await?.backend);
        let server = Server::bind(&self.listen, store, options).await;
        let mut server = server.map_err(|error| Failure::usage(format!("--listen: {error}")))?;
        if let Some(address) = self.admin {
            let bound = server.with_admin(address).await;
            server = bound.map_err(|error| Failure::usage(format!("--admin: {error}")))?;
        }
        let addresses = server.addresses()?;
        let err = &mut session.streams.err;
        for address in &addresses {
            writeln!(err, "listening on http://{address}")?;
        }
        if let Some(address) = addresses.first() {
            writeln!(
                err,
                "point an exporter here: OTEL_EXPORTER_OTLP_ENDPOINT=http://{address}"
            )?;
            writeln!(
                err,
                "ask for records: curl 'http://{address}/api/v1/runs?limit=5'"
            )?;
        }
        if let Some(address) = server.admin_address()? {
            writeln!(err, "for operators: http://{address}/readyz and /metrics")?;
        }
        writeln!(err, "{callers}")?;
        err.flush()?;
        let shutdown = Shutdown::new();
        let ended = shutdown.clone();
        let serving = server.run(shutdown);
        tokio::pin!(serving);
        tokio::select! {
            () = &mut serving => {}
            () = interrupted() => {
                writeln!(session.streams.err, "ending: requests in flight go on")?;
                ended.begin();
                serving.await;
            }
        }
        Ok(())
    }
}

/// A server of PostgreSQL commits several appends at a time, a file only one.
fn commits(options: IngestOptions, backend: &str) -> IngestOptions {
    if backend == "postgres" {
        options.commits(4, 2)
    } else {
        options
    }
}
