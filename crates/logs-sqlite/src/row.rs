//! Reading columns: a value that the domain refuses, or whose digest is another one, was altered
//! from outside, and the error says where.

use std::fmt::Display;
use std::str::FromStr;

use logs_domain::{
    ContentDigest, InvalidValue, JsonObject, RecordId, StoreError, StoreResult, Timestamp,
};
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{Decode, Row as _, Type};

/// A row of a table of records.
pub(crate) struct Row<'r> {
    row: &'r SqliteRow,
    table: &'static str,
}

impl<'r> Row<'r> {
    pub(crate) const fn new(row: &'r SqliteRow, table: &'static str) -> Self {
        Self { row, table }
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
        self.integer(column, Timestamp::from_micros)
    }

    pub(crate) fn optional_time(&self, column: &'static str) -> StoreResult<Option<Timestamp>> {
        self.optional_integer(column, Timestamp::from_micros)
    }

    pub(crate) fn flag(&self, column: &'static str) -> StoreResult<bool> {
        self.raw::<i64>(column).map(|flag| flag != 0)
    }

    pub(crate) fn id(&self) -> StoreResult<RecordId> {
        let bytes: &[u8] = self.raw("id")?;
        let bytes: Result<[u8; 16], _> = bytes.try_into();
        let id = bytes
            .ok()
            .and_then(|bytes| RecordId::from_bytes(bytes).ok());
        id.ok_or_else(|| self.inconsistent("id"))
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

    pub(crate) fn inconsistent(&self, column: &'static str) -> StoreError {
        let key = self
            .row
            .try_get::<&[u8], _>("id")
            .map(|id| Hex(id).to_string());
        StoreError::Inconsistent {
            table: self.table,
            column,
            key: key.unwrap_or_default(),
        }
    }

    fn raw<T: Decode<'r, Sqlite> + Type<Sqlite>>(&self, column: &'static str) -> StoreResult<T> {
        self.row
            .try_get(column)
            .map_err(|_| self.inconsistent(column))
    }
}

struct Hex<'a>(&'a [u8]);

impl Display for Hex<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}
