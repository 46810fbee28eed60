//! Pools of connections that check the files of the store.

use std::io;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    Sqlite, SqlitePool, SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo,
};
use sqlx::{Describe, Either, Error, Execute, Executor, SqlStr, Transaction};

use crate::place::{Moved, Place};

/// A pool whose connections read the file at the path of the store.
#[derive(Debug)]
pub(crate) struct Connections {
    pool: SqlitePool,
    place: Arc<Place>,
}

impl Connections {
    pub(crate) const fn new(pool: SqlitePool, place: Arc<Place>) -> Self {
        Self { pool, place }
    }

    /// Takes a connection, and waits for one up to the limit of a call.
    pub(crate) async fn acquire(&self) -> Result<PoolConnection<Sqlite>, Error> {
        self.checked(self.pool.acquire().await)
    }

    /// Takes a connection and begins a read transaction.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, Error> {
        self.checked(self.pool.begin().await)
    }

    /// Takes a connection and begins a read transaction, if one is idle or may still be opened.
    pub(crate) async fn try_begin(&self) -> Result<Option<Transaction<'static, Sqlite>>, Error> {
        self.checked(self.pool.try_begin().await)
    }

    /// The connection, if the files are the opened ones. Otherwise the moved file explains the
    /// error.
    fn checked<T>(&self, taken: Result<T, Error>) -> Result<T, Error> {
        if matches!(taken, Err(Error::PoolClosed)) {
            return taken;
        }
        self.place.check()?;
        taken
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.pool.is_closed()
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    #[cfg(test)]
    pub(crate) fn most(&self) -> u32 {
        self.pool.options().get_max_connections()
    }
}

impl From<Moved> for Error {
    fn from(moved: Moved) -> Self {
        Self::Io(io::Error::other(moved))
    }
}

impl<'p> Executor<'p> for &'p Connections {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<SqliteQueryResult, SqliteRow>, Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        match self.checked(Ok(())) {
            Ok(()) => self.pool.fetch_many(query),
            Err(error) => stream::once(std::future::ready(Err(error))).boxed(),
        }
    }

    fn fetch_all<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Vec<SqliteRow>, Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        Box::pin(async move { self.acquire().await?.fetch_all(query).await })
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, Result<Option<SqliteRow>, Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        Box::pin(async move { self.acquire().await?.fetch_optional(query).await })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, Result<SqliteStatement, Error>>
    where
        'p: 'e,
    {
        Box::pin(async move { self.acquire().await?.prepare_with(sql, parameters).await })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Sqlite>, Error>>
    where
        'p: 'e,
    {
        Box::pin(async move { self.acquire().await?.describe(sql).await })
    }
}
