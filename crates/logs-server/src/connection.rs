//! One connection after the other: TLS, the protocol, and how long a silent one stays.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::Watcher;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::io::{InspectReader, InspectWriter};
use tower::Service;
use tracing::debug;

use crate::options::ServerOptions;
use crate::peer::Peer;

/// The most bytes of the head of a request.
pub(crate) const MAX_HEAD_BYTES: usize = 64 * 1024;
/// The most requests at a time on one connection of HTTP/2.
pub(crate) const MAX_STREAMS: u32 = 128;

/// Serves connections, all by the same rules. A clone shares them.
#[derive(Clone)]
pub(crate) struct Connections {
    protocols: auto::Builder<TokioExecutor>,
    router: Router,
    tls: Option<TlsAcceptor>,
    patience: Duration,
}

impl Connections {
    pub(crate) fn new(router: Router, tls: Option<TlsAcceptor>, options: &ServerOptions) -> Self {
        let mut protocols = auto::Builder::new(TokioExecutor::new());
        protocols
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(options.header_timeout)
            .max_buf_size(MAX_HEAD_BYTES);
        protocols
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(MAX_STREAMS)
            .max_header_list_size(u32::try_from(MAX_HEAD_BYTES).unwrap_or(u32::MAX));
        Self {
            protocols,
            router,
            tls,
            patience: options.header_timeout,
        }
    }

    /// Serves a connection to its end. `watcher` ends it after the requests in flight.
    pub(crate) async fn serve(self, stream: TcpStream, peer: SocketAddr, watcher: Watcher) {
        let activity = Arc::new(Activity::new());
        let Some(tls) = &self.tls else {
            return self.answer(stream, peer, watcher, activity).await;
        };
        match timeout(self.patience, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.answer(stream, peer, watcher, activity).await,
            Ok(Err(error)) => debug!(%error, "a connection made no TLS"),
            Err(_) => debug!("a connection took too long to make TLS"),
        }
    }

    async fn answer<S>(
        &self,
        stream: S,
        peer: SocketAddr,
        watcher: Watcher,
        activity: Arc<Activity>,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (read, written) = (Arc::clone(&activity), Arc::clone(&activity));
        let stream = InspectReader::new(stream, move |_| read.note());
        let stream = InspectWriter::new(stream, move |_| written.note());
        let (peer, router, working) = (
            Peer::new(peer.ip()),
            self.router.clone(),
            Arc::clone(&activity),
        );
        let service = hyper::service::service_fn(move |mut request: Request<_>| {
            request.extensions_mut().insert(peer);
            let request_in_flight = Working::new(&working);
            let answering = router.clone().call(request);
            async move {
                let answer = answering.await;
                drop(request_in_flight);
                answer
            }
        });
        let connection = self
            .protocols
            .serve_connection_with_upgrades(TokioIo::new(stream), service)
            .into_owned();
        tokio::select! {
            ended = watcher.watch(connection) => if let Err(error) = ended {
                debug!(error, "a connection ended early");
            },
            () = activity.silence(self.patience) => debug!("a silent connection was closed"),
        }
    }
}

/// What happens on a connection.
struct Activity {
    begun: Instant,
    /// When bytes last came or went, in milliseconds after the beginning.
    last: AtomicU64,
    /// Requests that came, and those of them in flight.
    requests: AtomicUsize,
    in_flight: AtomicUsize,
}

impl Activity {
    fn new() -> Self {
        Self {
            begun: Instant::now(),
            last: AtomicU64::new(0),
            requests: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
        }
    }

    fn note(&self) {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(now, Ordering::Relaxed);
    }

    /// Ends when no request was in flight and nothing moved for so long. Before the first request, bytes that make
    /// no request are nothing.
    async fn silence(&self, patience: Duration) {
        loop {
            let last = match self.requests.load(Ordering::Relaxed) {
                0 => 0,
                _ => self.last.load(Ordering::Relaxed),
            };
            let end = self.begun + Duration::from_millis(last) + patience;
            if Instant::now() < end {
                sleep_until(end).await;
            } else if self.in_flight.load(Ordering::Relaxed) == 0 {
                return;
            } else {
                sleep_until(Instant::now() + patience).await;
            }
        }
    }
}

/// A request in flight. It ends with the value, when the client goes away too.
struct Working(Arc<Activity>);

impl Working {
    fn new(activity: &Arc<Activity>) -> Self {
        activity.requests.fetch_add(1, Ordering::Relaxed);
        activity.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(activity))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.note();
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
