//! The server: listeners, connections, and their end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use logs_domain::LogsStore;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use crate::app::Service;
use crate::options::ServerOptions;

/// Ends a server from elsewhere. A clone ends the same one.
#[derive(Clone, Debug, Default)]
pub struct Shutdown(CancellationToken);

impl Shutdown {
    /// Not ended yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the server: it takes no more connections and finishes the requests in flight.
    pub fn begin(&self) {
        self.0.cancel();
    }
}

/// A server over a store, bound to an address.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    service: Service,
    options: Arc<ServerOptions>,
}

impl Server {
    /// Binds the address.
    ///
    /// # Errors
    /// The address is in use, or not of this machine. Without keys, the address must be of the loopback
    /// interface: anybody who reaches it may read and append.
    pub async fn bind(
        address: SocketAddr,
        store: Arc<dyn LogsStore>,
        options: ServerOptions,
    ) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            let message = format!(
                "{address} is no loopback address: a service without keys listens on 127.0.0.1 or [::1] alone"
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let listener = TcpListener::bind(address).await?;
        Ok(Self {
            listener,
            service: Service::new(store, options.clone()),
            options: Arc::new(options),
        })
    }

    /// The address that is bound, with the port that the system chose for port 0.
    ///
    /// # Errors
    /// Those of the system.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `shutdown`, and then until the requests in flight have ended, at most for the time of the
    /// options.
    pub async fn run(self, shutdown: Shutdown) {
        let (router, graceful) = (self.service.router(), GracefulShutdown::new());
        let mut connections = auto::Builder::new(TokioExecutor::new());
        connections
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.options.header_timeout);
        connections.http2().timer(TokioTimer::new());
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = shutdown.0.cancelled() => break,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Often too many open files: a moment later, some are closed.
                    warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let service = TowerToHyperService::new(router.clone());
            let connection = connections
                .serve_connection_with_upgrades(TokioIo::new(stream), service)
                .into_owned();
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    debug!(error, "a connection ended early");
                }
            });
        }
        drop(self.listener);
        info!("no more connections; requests in flight go on");
        tokio::select! {
            () = graceful.shutdown() => {}
            () = tokio::time::sleep(self.options.drain) => {
                warn!("requests in flight were cut");
            }
        }
        if timeout(self.options.drain, self.service.close())
            .await
            .is_err()
        {
            error!("entries about reads of the last second are lost: the store did not answer");
        }
    }
}
