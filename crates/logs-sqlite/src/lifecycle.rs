//! The lifecycle of the store.

use std::sync::PoisonError;

use logs_domain::{StoreError, StoreInfo, StoreResult, TenantId, Timestamp};
use sqlx::Connection;

use crate::{BACKEND, SqliteStore, clock, error, migrations, writer};

pub(crate) async fn info(store: &SqliteStore) -> StoreResult<StoreInfo> {
    if store.readers.is_closed() {
        return Err(StoreError::closed());
    }
    Ok(StoreInfo::new(BACKEND, migrations::known()).covering(store.options.ledger))
}

pub(crate) async fn ready(store: &SqliteStore) -> StoreResult<()> {
    let mut connection = store.readers.acquire().await.map_err(error::read)?;
    migrations::require(&mut connection).await?;
    let (latest, _) = clock::marks(&mut connection).await?;
    let now = store.options.clock.now();
    clock::not_ahead(&*store.options.clock, now, latest)
}

pub(crate) async fn settled_before(store: &SqliteStore, _: &TenantId) -> StoreResult<Timestamp> {
    // Under the lock of the writer, no append is in flight. The stored mark ensures that later
    // appends get no earlier time, in every process and after a step of the clock.
    writer::settle(store).await
}

pub(crate) async fn close(store: &SqliteStore) -> StoreResult<()> {
    store.writer.close().await;
    store.counters.close().await;
    store.readers.close().await;
    let first = store
        .first
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    // It closes last, because it writes the WAL into the file.
    match first {
        Some(first) => first.close().await.map_err(error::read),
        None => Ok(()),
    }
}
