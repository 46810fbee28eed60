//! Reading columns: a value that the domain refuses, or whose digest is another one, was altered
//! from outside, and the error says where.

use std::cell::Cell;
use std::str::FromStr;

use logs_domain::{
    ContentDigest, InvalidValue, JsonObject, RecordId, StoreError, StoreResult, Timestamp,
};
use sqlx::postgres::{PgColumn, PgRow, Postgres};
use sqlx::{Column as _, Decode, Row as _};
use uuid::Uuid;

use crate::binary;

/// A row of a table of records, whose columns are read one by one, in the order in which the statement
/// names them: to look for each by its name takes as long as to read it.
pub(crate) struct Row<'r> {
    row: &'r PgRow,
    table: &'static str,
    /// Where the next column is.
    next: Cell<usize>,
}

/// What every record has, in its first four columns.
pub(crate) struct Head {
    pub(crate) created_at: Timestamp,
    pub(crate) id: RecordId,
    digest: ContentDigest,
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

    fn made<R: Decode<'r, Postgres>, T>(
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
        self.made(column, binary::to_time)
    }

    pub(crate) fn optional_time(&self, column: &'static str) -> StoreResult<Option<Timestamp>> {
        self.optional_integer(column, binary::to_time)
    }

    pub(crate) fn flag(&self, column: &'static str) -> StoreResult<bool> {
        self.raw(column)
    }

    /// Reads what every record has, and checks that its tenant is the one that was asked for.
    pub(crate) fn head(&self, tenant: &str) -> StoreResult<Head> {
        if self.raw::<&str>("tenant_id")? != tenant {
            return Err(self.inconsistent("tenant_id"));
        }
        let created_at = self.time("created_at")?;
        let id = self.made("id", RecordId::new)?;
        let digest: Result<[u8; 16], _> = self.raw::<&[u8]>("digest")?.try_into();
        let digest = digest.map_err(|_| self.inconsistent("digest"))?;
        Ok(Head {
            created_at,
            id,
            digest: ContentDigest::from_bytes(digest),
        })
    }

    /// Checks that what was read is what was appended: its digest is that of the draft (an absent
    /// time may have been left to the record time).
    pub(crate) fn check(
        &self,
        head: &Head,
        is_of_draft: impl FnOnce(ContentDigest) -> bool,
    ) -> StoreResult<()> {
        if is_of_draft(head.digest) {
            Ok(())
        } else {
            Err(self.inconsistent("digest"))
        }
    }

    /// Checks that the id is the one which the key gives.
    pub(crate) fn check_id(&self, head: &Head, expected: RecordId) -> StoreResult<()> {
        if head.id == expected {
            Ok(())
        } else {
            Err(self.inconsistent("id"))
        }
    }

    /// Whether the record of a key is there. Retention may have dropped it; otherwise a key never
    /// stands without its record.
    pub(crate) fn kept(&self) -> StoreResult<bool> {
        let kept: bool = self.raw("kept")?;
        let gone: Option<bool> = self.raw("gone")?;
        match (kept, gone) {
            (true, _) => Ok(true),
            (false, Some(true)) => Ok(false),
            (false, Some(false) | None) => Err(self.inconsistent("id")),
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

    /// The value of the next column, which has this name. Neither its name nor its type is compared
    /// in a build for use: tests hold what they are, and the digest holds what is read.
    fn raw<T: Decode<'r, Postgres>>(&self, column: &'static str) -> StoreResult<T> {
        let place = self.next.replace(self.next.get() + 1);
        debug_assert_eq!(
            self.row.columns().get(place).map(PgColumn::name),
            Some(column)
        );
        let value = self.row.try_get_unchecked(place);
        value.map_err(|_| self.inconsistent(column))
    }
}
