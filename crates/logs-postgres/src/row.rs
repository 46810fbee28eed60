//! Reading columns: a value that the domain refuses, or whose digest is another one, was altered
//! from outside, and the error says where.

use std::cell::Cell;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use logs_domain::{
    ContentDigest, InvalidValue, JsonObject, RecordId, StoreError, StoreResult, Timestamp,
};
use sqlx::postgres::{PgColumn, PgRow, Postgres};
use sqlx::{Column as _, Decode, Row as _, Type};
use uuid::Uuid;

/// A row of a table of records.
pub(crate) struct Row<'r> {
    row: &'r PgRow,
    table: &'static str,
    /// Where the column behind the one that was read last is.
    next: Cell<usize>,
}

impl<'r> Row<'r> {
    pub(crate) const fn new(row: &'r PgRow, table: &'static str) -> Self {
        Self {
            row,
            table,
            next: Cell::new(0),
        }
    }

    pub(crate) fn text<T: FromStr<Err = InvalidValue>>(
        &self,
        column: &'static str,
    ) -> StoreResult<T> {
        let text: &str = self.raw(column)?;
        text.parse().map_err(|_| self.inconsistent(column))
    }

    pub(crate) fn optional_text<T: FromStr<Err = InvalidValue>>(
        &self,
        column: &'static str,
    ) -> StoreResult<Option<T>> {
        let text: Option<&str> = self.raw(column)?;
        text.map(str::parse)
            .transpose()
            .map_err(|_| self.inconsistent(column))
    }

    pub(crate) fn json(&self, column: &'static str) -> StoreResult<Option<JsonObject>> {
        let text: Option<&str> = self.raw(column)?;
        text.map(JsonObject::from_canonical)
            .transpose()
            .map_err(|_| self.inconsistent(column))
    }

    pub(crate) fn integer<T>(
        &self,
        column: &'static str,
        make: impl Fn(i64) -> Result<T, InvalidValue>,
    ) -> StoreResult<T> {
        self.made(column, make)
    }

    fn made<R: Decode<'r, Postgres> + Type<Postgres>, T>(
        &self,
        column: &'static str,
        make: impl Fn(R) -> Result<T, InvalidValue>,
    ) -> StoreResult<T> {
        make(self.raw(column)?).map_err(|_| self.inconsistent(column))
    }

    pub(crate) fn optional_integer<T>(
        &self,
        column: &'static str,
        make: impl Fn(i64) -> Result<T, InvalidValue>,
    ) -> StoreResult<Option<T>> {
        let number: Option<i64> = self.raw(column)?;
        number
            .map(make)
            .transpose()
            .map_err(|_| self.inconsistent(column))
    }

    pub(crate) fn time(&self, column: &'static str) -> StoreResult<Timestamp> {
        self.made(column, Timestamp::from_datetime)
    }

    pub(crate) fn optional_time(&self, column: &'static str) -> StoreResult<Option<Timestamp>> {
        let time: Option<DateTime<Utc>> = self.raw(column)?;
        time.map(Timestamp::from_datetime)
            .transpose()
            .map_err(|_| self.inconsistent(column))
    }

    pub(crate) fn flag(&self, column: &'static str) -> StoreResult<bool> {
        self.raw(column)
    }

    pub(crate) fn id(&self) -> StoreResult<RecordId> {
        self.made("id", RecordId::new)
    }

    /// Checks that what was read is what was appended: its tenant is the one that was asked for, and
    /// its digest that of the draft (an absent time may have been left to the record time).
    pub(crate) fn check(
        &self,
        tenant: &str,
        is_of_draft: impl FnOnce(ContentDigest) -> bool,
    ) -> StoreResult<()> {
        if self.raw::<&str>("tenant_id")? != tenant {
            return Err(self.inconsistent("tenant_id"));
        }
        let digest: Result<[u8; 16], _> = self.raw::<&[u8]>("digest")?.try_into();
        let digest = digest.map_err(|_| self.inconsistent("digest"))?;
        if is_of_draft(ContentDigest::from_bytes(digest)) {
            Ok(())
        } else {
            Err(self.inconsistent("digest"))
        }
    }

    /// Whether the record of a key is there. Retention may have dropped it; otherwise a key never
    /// stands without its record.
    pub(crate) fn kept(&self) -> StoreResult<bool> {
        let id: Option<Uuid> = self.raw("id")?;
        let gone: Option<bool> = self.raw("gone")?;
        match (id, gone) {
            (Some(_), _) => Ok(true),
            (None, Some(true)) => Ok(false),
            (None, Some(false) | None) => Err(self.inconsistent("id")),
        }
    }

    pub(crate) fn inconsistent(&self, column: &'static str) -> StoreError {
        let key = self.row.try_get::<Uuid, _>("id").map(|id| id.to_string());
        StoreError::Inconsistent {
            table: self.table,
            column,
            key: key.unwrap_or_default(),
        }
    }

    fn raw<T: Decode<'r, Postgres> + Type<Postgres>>(
        &self,
        column: &'static str,
    ) -> StoreResult<T> {
        let place = self.place(column);
        place
            .and_then(|place| self.row.try_get(place).ok())
            .ok_or_else(|| self.inconsistent(column))
    }

    /// Where a column is. It is looked for from the one before on, since columns are mostly read in
    /// their order: the driver would hash its name instead.
    fn place(&self, column: &str) -> Option<usize> {
        let columns = self.row.columns();
        let (before, behind) = columns.split_at_checked(self.next.get())?;
        let named = |some: &[PgColumn]| some.iter().position(|found| found.name() == column);
        let place = match named(behind) {
            Some(place) => place + before.len(),
            None => named(before)?,
        };
        self.next.set(place + 1);
        Some(place)
    }
}
