//! `logs serve`: the HTTP service.

use std::io::Write;
use std::net::SocketAddr;

use clap::Args;
use logs_domain::TenantId;
use logs_server::{Server, ServerOptions, Shutdown};

use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::session::Session;

const EXAMPLES: &str = "\
Examples:
  logs serve
  logs serve --store postgres://logs_app@db/logs --listen 127.0.0.1:8318
  curl 'http://127.0.0.1:4318/api/v1/runs?limit=5'";

/// The tenant of a service without keys, where the command line names none.
const TENANT: &str = "default";

/// Where the service listens.
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
}

impl Serve {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = match &session.globals.tenant {
            Some(tenant) => tenant.clone(),
            None => TenantId::new(TENANT)?,
        };
        let store = session.store().await?;
        let options = ServerOptions::new(tenant.clone());
        let server = Server::bind(&self.listen, store, options).await;
        let server = server.map_err(|error| Failure::usage(format!("--listen: {error}")))?;
        let addresses = server.addresses()?;
        let err = &mut session.streams.err;
        for address in &addresses {
            writeln!(err, "listening on http://{address} for tenant `{tenant}`")?;
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
        writeln!(
            err,
            "there are no keys, so only programs of this machine reach the service"
        )?;
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
