//! `logs serve`: the HTTP service.

mod check;
mod file;
mod logging;
mod options;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use logs_domain::{LogsStore, TenantId};
use logs_keys::{KeyRing, KeyVault, Pepper};
use logs_server::{Authentication, Certificates, IngestOptions, Server, Shutdown};

pub(crate) use self::file::words_of_file;
use self::options::Options;
use crate::failure::Failure;
use crate::interrupt::Signals;
use crate::session::Session;

const EXAMPLES: &str = "\
Every option, --store and --tenant may also stand in the file of --config: `key_burst = 200` is
--key-burst 200. A flag wins over the environment, and the environment over the file.

Examples:
  logs serve
  logs serve --config logs.toml --check
  logs serve --store postgres://logs_app@db/logs --pepper pepper --listen 0.0.0.0:4318 \\
    --tls-certificate tls.crt --tls-key tls.key
  curl 'http://127.0.0.1:4318/api/v1/runs?limit=5'";

/// The tenant of a service without keys, where the command line names none.
const TENANT: &str = "default";

/// Where the service listens, and who may use it.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Serve {
    /// A file of TOML with options of this command, such as `listen = ["127.0.0.1:4318"]`
    #[arg(long, value_name = "FILE", env = "LOGS_CONFIG")]
    config: Option<PathBuf>,
    /// Read everything, say what would run, and end. Nothing is served or changed
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    options: Options,
}

impl Serve {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let outside = Outside::read(&self.options)?;
        if self.check {
            return check::run(self.options, outside, session).await;
        }
        self.options.logging.start();
        let store = session.store().await?;
        let callers = Callers::of(&self.options, &outside, &store, session)?;
        let mut options = self
            .options
            .server(callers.authentication.clone(), &outside);
        options.ingest = commits(options.ingest, &store.info().await?.backend);
        let server = Server::bind(&self.options.listen, store, options).await;
        let mut server = server.map_err(|error| Failure::usage(format!("--listen: {error}")))?;
        if let Some(address) = self.options.admin {
            let bound = server.with_admin(address).await;
            server = bound.map_err(|error| Failure::usage(format!("--admin: {error}")))?;
        }
        // Whoever reads that the service is there may send it signals.
        let (end, reload) = (Signals::to_end(), Signals::to_reload());
        introduce(&server, &callers, outside.certificates.is_some(), session)?;
        serve(
            server,
            end,
            reloading(outside.certificates, reload),
            session,
        )
        .await
    }
}

/// What the service needs beside its store: the files that its options name.
struct Outside {
    pepper: Option<Pepper>,
    certificates: Option<Arc<Certificates>>,
}

impl Outside {
    fn read(options: &Options) -> Result<Self, Failure> {
        if options.keys_tenant.is_some() && options.pepper.is_none() {
            return Err(Failure::usage("--keys-tenant needs --pepper"));
        }
        let pepper = options.pepper.as_deref().map(Pepper::read).transpose();
        let certificates = match (&options.tls_certificate, &options.tls_key) {
            (Some(certificate), Some(key)) => {
                let read = Certificates::read(certificate, key);
                Some(Arc::new(
                    read.map_err(|error| Failure::refused(error.to_string()))?,
                ))
            }
            (None, None) => None,
            _ => {
                return Err(Failure::usage(
                    "--tls-certificate and --tls-key need each other",
                ));
            }
        };
        Ok(Self {
            pepper: pepper.map_err(|error| Failure::refused(error.to_string()))?,
            certificates,
        })
    }
}

/// Who is let in.
struct Callers {
    authentication: Authentication,
    vault: Option<KeyVault>,
    /// The same in words.
    words: String,
}

impl Callers {
    fn of(
        options: &Options,
        outside: &Outside,
        store: &Arc<dyn LogsStore>,
        session: &Session<'_>,
    ) -> Result<Self, Failure> {
        if let Some(pepper) = outside.pepper.clone() {
            let tenant = options.keys_tenant.clone();
            let tenant = tenant.map_or_else(|| TenantId::new(KeyVault::TENANT), Ok)?;
            let vault = KeyVault::new(Arc::clone(store), tenant, pepper);
            return Ok(Self {
                authentication: Authentication::Keys(Arc::new(KeyRing::new(vault.clone()))),
                vault: Some(vault),
                words: "only holders of keys are let in: `logs keys issue`".to_owned(),
            });
        }
        let tenant = session.globals.tenant.clone();
        let tenant = tenant.map_or_else(|| TenantId::new(TENANT), Ok)?;
        let words = format!(
            "there are no keys: every program of this machine may act for tenant `{tenant}`"
        );
        Ok(Self {
            authentication: Authentication::Open(tenant),
            vault: None,
            words,
        })
    }

    /// What is wrong with keys that cross the network in plain text; `None` if none do.
    fn warning(&self, addresses: &[SocketAddr], is_tls: bool) -> Option<String> {
        let mut open = addresses
            .iter()
            .filter(|address| !address.ip().is_loopback());
        let address = open.next().filter(|_| self.vault.is_some() && !is_tls)?;
        Some(format!(
            "warning: keys reach {address} in plain text; name --tls-certificate and --tls-key, or let a proxy \
             with TLS alone reach it"
        ))
    }
}

/// Says where the service is, and who may use it.
fn introduce(
    server: &Server,
    callers: &Callers,
    is_tls: bool,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let addresses = server.addresses()?;
    let scheme = if is_tls { "https" } else { "http" };
    let err = &mut session.streams.err;
    for address in &addresses {
        writeln!(err, "listening on {scheme}://{address}")?;
    }
    if let Some(address) = addresses.first() {
        writeln!(
            err,
            "point an exporter here: OTEL_EXPORTER_OTLP_ENDPOINT={scheme}://{address}"
        )?;
        writeln!(
            err,
            "ask for records: curl '{scheme}://{address}/api/v1/runs?limit=5'"
        )?;
    }
    if let Some(address) = server.admin_address()? {
        writeln!(err, "for operators: http://{address}/readyz and /metrics")?;
    }
    writeln!(err, "{}", callers.words)?;
    if let Some(warning) = callers.warning(&addresses, is_tls) {
        writeln!(err, "{warning}")?;
    }
    Ok(err.flush()?)
}

/// Serves until somebody ends the process. The second time, requests in flight are cut.
async fn serve(
    server: Server,
    mut end: Signals,
    reloading: impl Future<Output = ()>,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let shutdown = Shutdown::new();
    let ended = shutdown.clone();
    let serving = server.run(shutdown);
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => return Ok(()),
        () = end.recv() => {}
        () = reloading => {}
    }
    writeln!(session.streams.err, "ending: requests in flight go on")?;
    ended.begin();
    tokio::select! {
        () = &mut serving => Ok(()),
        () = end.recv() => Err(Failure::Unavailable("requests in flight were cut".to_owned())),
    }
}

/// Reads the certificate again at each SIGHUP, for ever.
async fn reloading(certificates: Option<Arc<Certificates>>, mut signals: Signals) {
    loop {
        signals.recv().await;
        if let Some(certificates) = &certificates {
            certificates.reload();
        }
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
