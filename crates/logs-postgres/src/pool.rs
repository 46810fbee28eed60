//! A pool of connections. A general pool pings the server each time a caller returns a connection,
//! which costs half the speed of a read by key.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use logs_domain::{StoreError, StoreResult};
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::deadline::Deadline;
use crate::timeouts::{ACQUIRE, LIFETIME, PING_AFTER_IDLE};
use crate::{error, preflight};

/// Up to `size` connections with the same settings.
pub(crate) struct Pool {
    settings: PgConnectOptions,
    /// Whether acknowledged writes of these connections must be durable.
    durable: bool,
    size: u32,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Idle>>>,
    closed: AtomicBool,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the settings, which contain a password.
        let mut shown = formatter.debug_struct("Pool");
        shown.field("size", &self.size).finish_non_exhaustive()
    }
}

/// An open connection.
#[derive(Debug)]
struct OpenConnection {
    connection: PgConnection,
    deadline: Deadline,
    opened: Instant,
}

/// An idle connection.
#[derive(Debug)]
struct Idle {
    open: OpenConnection,
    given_back: Instant,
}

/// A connection in use. If a caller drops it in the middle of a call, the pool closes it.
#[derive(Debug)]
pub(crate) struct PooledConnection {
    open: OpenConnection,
    durable: bool,
    idle: Arc<Mutex<Vec<Idle>>>,
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(crate) fn new(size: u32, settings: PgConnectOptions, durable: bool) -> Self {
        Self {
            settings,
            durable,
            size,
            permits: Arc::new(Semaphore::new(size as usize)),
            idle: Arc::default(),
            closed: AtomicBool::new(false),
        }
    }

    /// Returns an idle connection or a new one.
    ///
    /// # Errors
    /// - [`Pushback`](StoreError::Pushback) if all stay in use for a second.
    /// - [`Unavailable`](StoreError::Unavailable) if the pool is closed, or if a new connection does not
    ///   open or fails the checks of the store.
    pub(crate) async fn acquire(&self) -> StoreResult<PooledConnection> {
        let waiting = Arc::clone(&self.permits).acquire_owned();
        let Ok(permit) = tokio::time::timeout(ACQUIRE, waiting).await else {
            return Err(error::pushback());
        };
        let permit = permit.map_err(|_| StoreError::closed())?;
        if self.is_closed() {
            return Err(StoreError::closed());
        }
        let pooled = |open| PooledConnection {
            open,
            durable: self.durable,
            idle: Arc::clone(&self.idle),
            _permit: permit,
        };
        while let Some(mut idle) = self.next_idle() {
            let ping_first = idle.given_back.elapsed() > PING_AFTER_IDLE;
            if idle.open.opened.elapsed() > LIFETIME {
                // The result of closing does not matter.
                let _ = idle.open.connection.close().await;
            } else if !ping_first || idle.open.connection.ping().await.is_ok() {
                return Ok(pooled(idle.open));
            }
        }
        // Settings of a role or a database apply only to new sessions.
        let connection = preflight::open(&self.settings, self.durable).await?;
        Ok(pooled(OpenConnection {
            connection,
            deadline: Deadline::new(),
            opened: Instant::now(),
        }))
    }

    /// Closes the idle connections, after the server closed one like them.
    pub(crate) fn discard_idle(&self) {
        lock(&self.idle).clear();
    }

    /// Waits for calls in flight and closes all connections. Later calls fail.
    pub(crate) async fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        // The deadline ends every call in flight. An error means that the pool was closed before.
        let all = self.permits.acquire_many(self.size).await;
        while let Some(idle) = self.next_idle() {
            // The result of closing does not matter.
            let _ = idle.open.connection.close().await;
        }
        drop(all);
        self.permits.close();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    fn next_idle(&self) -> Option<Idle> {
        lock(&self.idle).pop()
    }
}

impl PooledConnection {
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.open.connection
    }

    /// Does work on the connection, or drops it at `end`.
    pub(crate) async fn run_until<T>(
        &mut self,
        end: Instant,
        work: impl AsyncFnOnce(&mut PgConnection) -> T,
    ) -> Option<T> {
        let OpenConnection {
            connection,
            deadline,
            ..
        } = &mut self.open;
        deadline.run_until(end, work(connection)).await
    }

    /// Whether acknowledged writes must be durable.
    pub(crate) fn is_durable(&self) -> bool {
        self.durable
    }

    /// Returns the connection to the pool. It must be idle.
    pub(crate) fn release(self) {
        lock(&self.idle).push(Idle {
            open: self.open,
            given_back: Instant::now(),
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Nothing panics while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
