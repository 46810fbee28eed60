//! The server: listeners, connections, and their end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use hyper_util::server::graceful::GracefulShutdown;
use logs_domain::LogsStore;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::connection::Connections;
use crate::options::ServerOptions;
use crate::service::Service;

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

/// A server over a store, bound to addresses.
#[derive(Debug)]
pub struct Server {
    listeners: Vec<TcpListener>,
    admin: Option<TcpListener>,
    service: Service,
    options: Arc<ServerOptions>,
}

impl Server {
    /// Binds the addresses. HTTP and gRPC work on each of them.
    ///
    /// # Errors
    /// An address is in use, or not of this machine. Without keys, each must be of the loopback interface:
    /// anybody who reaches it may read and append.
    pub async fn bind(
        addresses: &[SocketAddr],
        store: Arc<dyn LogsStore>,
        options: ServerOptions,
    ) -> io::Result<Self> {
        let mut listeners = Vec::with_capacity(addresses.len());
        for address in addresses {
            Self::may_listen(*address, &options)?;
            listeners.push(bind(*address).await?);
        }
        Ok(Self {
            listeners,
            admin: None,
            service: Service::new(store, options.clone()),
            options: Arc::new(options),
        })
    }

    /// Whether a server with these options may listen at an address.
    ///
    /// # Errors
    /// Without keys, the address is not of the loopback interface.
    pub fn may_listen(address: SocketAddr, options: &ServerOptions) -> io::Result<()> {
        if !options.authentication.is_open() || address.ip().is_loopback() {
            return Ok(());
        }
        let message = format!(
            "{address} is no loopback address: a service without keys listens on 127.0.0.1 or [::1] alone"
        );
        Err(io::Error::new(io::ErrorKind::InvalidInput, message))
    }

    /// Also answers `/livez`, `/readyz` and `/metrics` at this address, without keys.
    ///
    /// # Errors
    /// The address is in use, or not of this machine.
    pub async fn with_admin(mut self, address: SocketAddr) -> io::Result<Self> {
        self.admin = Some(bind(address).await?);
        Ok(self)
    }

    /// The address for operators, if there is one.
    ///
    /// # Errors
    /// Those of the system.
    pub fn admin_address(&self) -> io::Result<Option<SocketAddr>> {
        self.admin.as_ref().map(TcpListener::local_addr).transpose()
    }

    /// The addresses that are bound, with the ports that the system chose for port 0.
    ///
    /// # Errors
    /// Those of the system.
    pub fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.listeners.iter().map(TcpListener::local_addr).collect()
    }

    /// Serves until `shutdown`, and then until the requests in flight have ended, at most for the time of the
    /// options.
    pub async fn run(self, shutdown: Shutdown) {
        let graceful = GracefulShutdown::new();
        // Connections end after the notice; operators see until the end what happens.
        let last_call = Shutdown::new();
        let admin = self.admin.map(|listener| {
            let connections = Connections::new(self.service.admin_router(), None, &self.options);
            let room = Arc::new(Semaphore::new(self.options.connections));
            tokio::spawn(async move {
                let (unwatched, never) = (GracefulShutdown::new(), Shutdown::new());
                accept(listener, &connections, &room, &unwatched, &never).await;
            })
        });
        let certificates = self.options.tls.clone().map(|certificates| {
            let interval = self.options.tls_reload;
            tokio::spawn(async move { certificates.watch(interval).await })
        });
        let (service, notice) = (self.service.clone(), self.options.notice);
        let called = last_call.clone();
        tokio::spawn(async move {
            shutdown.0.cancelled().await;
            service.end();
            sleep(notice).await;
            called.begin();
        });
        let tls = self.options.tls.as_ref().map(|tls| tls.acceptor());
        let connections = Connections::new(self.service.router(), tls, &self.options);
        let room = Arc::new(Semaphore::new(self.options.connections));
        let accepting = self
            .listeners
            .into_iter()
            .map(|listener| accept(listener, &connections, &room, &graceful, &last_call));
        join_all(accepting).await;
        info!("no more connections; requests in flight go on");
        tokio::select! {
            () = graceful.shutdown() => {}
            () = sleep(self.options.drain) => {
                warn!("requests in flight were cut");
            }
        }
        if timeout(self.options.drain, self.service.close())
            .await
            .is_err()
        {
            error!("entries about reads of the last second are lost: the store did not answer");
        }
        // They only wait: for connections, and for files.
        for waiting in admin.into_iter().chain(certificates) {
            waiting.abort();
        }
    }
}

/// Binds an address; an error names it.
async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{address}: {error}"));
    TcpListener::bind(address).await.map_err(named)
}

/// Accepts connections until the shutdown begins, as long as there is room for them.
async fn accept(
    listener: TcpListener,
    connections: &Connections,
    room: &Arc<Semaphore>,
    graceful: &GracefulShutdown,
    shutdown: &Shutdown,
) {
    loop {
        let accepted = async {
            // Nobody closes the semaphore.
            let place = Arc::clone(room).acquire_owned().await.ok();
            listener.accept().await.map(|accepted| (accepted, place))
        };
        let accepted = tokio::select! {
            accepted = accepted => accepted,
            () = shutdown.0.cancelled() => return,
        };
        let ((stream, peer), place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Often too many open files: a moment later, some are closed.
                warn!(%error, "a connection was not accepted");
                sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (connections, watcher) = (connections.clone(), graceful.watcher());
        tokio::spawn(async move {
            connections.serve(stream, peer, watcher).await;
            drop(place);
        });
    }
}
