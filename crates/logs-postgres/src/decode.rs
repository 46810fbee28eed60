//! Decodes columns. If the domain refuses a value, or the key does not confirm it, another program
//! altered the record. The error names table, column and id.

use std::cell::Cell;

use logs_domain::field::{Field, FieldReader, Fields, Value, ValueType};
use logs_domain::page::ListKey;
use logs_domain::{
    InvalidValue, RecordDigest, RecordId, StoreError, StoreResult, TenantId, Timestamp,
};
use logs_sql::decode::{Head, StoredRow};
use sqlx::postgres::{PgColumn, PgRow, Postgres};
use sqlx::{Column as _, Decode, Row as _, ValueRef as _};
use uuid::Uuid;

use crate::pg_time;

/// A row of a table of records. The columns are read in the order of the statement, because a
/// lookup by name takes as long as decoding.
pub(crate) struct Row<'r> {
    row: &'r PgRow,
    table: &'static str,
    /// The index of the next column.
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

    fn made<R: Decode<'r, Postgres>, T>(
        &self,
        column: &'static str,
        make: impl Fn(R) -> Result<T, InvalidValue>,
    ) -> StoreResult<T> {
        make(self.raw(column)?).map_err(|_| self.inconsistent(column))
    }

    fn time(&self, column: &'static str) -> StoreResult<Timestamp> {
        self.made(column, pg_time::to_time)
    }

    pub(crate) fn optional_time(&self, column: &'static str) -> StoreResult<Option<Timestamp>> {
        let micros: Option<i64> = self.raw(column)?;
        let time = micros.map(pg_time::to_time).transpose();
        time.map_err(|_| self.inconsistent(column))
    }

    /// The position of a record in a list, from the table, right or wrong. A row of another tenant
    /// is an error here, because it does not answer the query.
    pub(crate) fn list_key(&self, tenant: &str) -> StoreResult<ListKey> {
        let (created_at, id) = self.place(tenant, "created_at")?;
        Ok(ListKey { created_at, id })
    }

    /// Several texts in one column, none for null.
    pub(crate) fn texts(&self, column: &'static str) -> StoreResult<Vec<String>> {
        Ok(self.raw::<Option<Vec<String>>>(column)?.unwrap_or_default())
    }

    /// The draft in the columns of the record. [`check`](Self::check) compares the key with it
    /// later.
    pub(crate) fn columns<D: Fields>(&self, head: &Head) -> StoreResult<D> {
        D::read_fields(&mut ColumnReader {
            row: self,
            id: head.id,
        })
    }

    /// Checks that the columns of a draft are empty: there is no record of its kind.
    pub(crate) fn no_draft<D: Fields>(&self) -> StoreResult<()> {
        for column in D::KIND.columns() {
            if !self.is_null(column.name)? {
                return Err(self.inconsistent(column.name));
            }
        }
        Ok(())
    }

    /// Checks that the record is as it was appended: its key belongs to this tenant, id, record
    /// time and content.
    pub(crate) fn check<D: Fields>(
        &self,
        tenant: Option<&TenantId>,
        head: &Head,
        draft: &D,
    ) -> StoreResult<()> {
        let Some(key) = self.raw::<Option<&[u8]>>("key")? else {
            return Err(StoreError::inconsistent(
                "record_key",
                "id",
                head.id.to_string(),
            ));
        };
        let (created_at, digest) = key
            .split_first_chunk::<8>()
            .and_then(|(time, digest)| Some((time, <[u8; 16]>::try_from(digest).ok()?)))
            .ok_or_else(|| self.inconsistent("key"))?;
        if pg_time::to_time(i64::from_be_bytes(*created_at)).ok() != Some(head.created_at) {
            return Err(self.inconsistent("created_at"));
        }
        let digest = RecordDigest::from_bytes(digest);
        if digest.confirms(tenant, head.id, head.created_at, draft) {
            Ok(())
        } else {
            Err(self.inconsistent("digest"))
        }
    }

    /// Checks that a key without a record has nothing stored under it.
    pub(crate) fn check_absent(&self) -> StoreResult<()> {
        match self.raw::<Option<&[u8]>>("key")? {
            None => Ok(()),
            Some(_) => Err(self.inconsistent("id")),
        }
    }

    /// Which of these the key belongs to, and its index.
    pub(crate) fn owner<'o>(&self, owners: &[&'o str]) -> StoreResult<(usize, &'o str)> {
        let owner: &str = self.raw("owner")?;
        let mut places = owners.iter().copied().enumerate();
        places
            .find(|(_, one)| *one == owner)
            .ok_or_else(|| StoreError::inconsistent("record_key", "tenant_id", ""))
    }

    /// Whether the record of a key exists. A key without a record is an error, unless retention
    /// dropped the record.
    pub(crate) fn kept(&self) -> StoreResult<bool> {
        let kept: bool = self.raw("kept")?;
        let gone: Option<bool> = self.raw("gone")?;
        match (kept, gone) {
            (true, _) => Ok(true),
            (false, Some(true)) => Ok(false),
            (false, Some(false) | None) => Err(self.inconsistent("id")),
        }
    }

    /// The value of a column by name.
    fn named<'v, T: Decode<'v, Postgres>>(&'v self, column: &'static str) -> StoreResult<T> {
        let value = self.row.try_get_unchecked(column);
        value.map_err(|_| self.inconsistent(column))
    }

    /// The value of the next column, which has this name. Release builds compare neither the name
    /// nor the type. Tests check both, and the digest covers the value.
    fn raw<T: Decode<'r, Postgres>>(&self, column: &'static str) -> StoreResult<T> {
        let value = self.row.try_get_unchecked(self.place_of_next(column));
        value.map_err(|_| self.inconsistent(column))
    }

    /// Whether the next column, which has this name, is null.
    fn is_null(&self, column: &'static str) -> StoreResult<bool> {
        let value = self.row.try_get_raw(self.place_of_next(column));
        let is_null = value.map(|value| value.is_null());
        is_null.map_err(|_| self.inconsistent(column))
    }

    fn place_of_next(&self, column: &'static str) -> usize {
        let place = self.next.replace(self.next.get() + 1);
        debug_assert_eq!(
            self.row.columns().get(place).map(PgColumn::name),
            Some(column)
        );
        place
    }
}

impl StoredRow for Row<'_> {
    fn head(&self, tenant: &str) -> StoreResult<Head> {
        if self.raw::<&str>("tenant_id")? != tenant {
            return Err(self.inconsistent("tenant_id"));
        }
        Ok(Head {
            created_at: self.time("created_at")?,
            id: self.made("id", RecordId::new)?,
        })
    }

    fn draft<D: Fields>(&self, owner: Option<&TenantId>, head: &Head) -> StoreResult<D> {
        let draft = self.columns(head)?;
        self.check(owner, head, &draft)?;
        Ok(draft)
    }

    fn place(&self, tenant: &str, column: &'static str) -> StoreResult<(Timestamp, Uuid)> {
        let owner: &str = self.named("tenant_id")?;
        if owner != tenant {
            return Err(self.inconsistent("tenant_id"));
        }
        let micros: i64 = self.named(column)?;
        let id = self.named("id")?;
        Ok(match pg_time::to_time(micros) {
            Ok(time) => (time, id),
            Err(_) if micros < 0 => (Timestamp::MIN, Uuid::nil()),
            Err(_) => (Timestamp::MAX, Uuid::max()),
        })
    }

    fn optional_integer(&self, column: &'static str) -> StoreResult<Option<i64>> {
        self.named(column)
    }

    fn optional_text(&self, column: &'static str) -> StoreResult<Option<&str>> {
        self.named(column)
    }

    fn inconsistent(&self, column: &'static str) -> StoreError {
        let key = self.row.try_get::<Uuid, _>("id").map(|id| id.to_string());
        StoreError::inconsistent(self.table, column, key.unwrap_or_default())
    }
}

/// Reads the columns of a record.
struct ColumnReader<'a, 'r> {
    row: &'a Row<'r>,
    id: RecordId,
}

impl FieldReader for ColumnReader<'_, '_> {
    type Error = StoreError;

    fn read(&mut self, field: &'static Field) -> StoreResult<Option<Value<'_>>> {
        let (row, name) = (self.row, field.name);
        Ok(match field.value_type {
            ValueType::Id => Some(Value::Id(self.id)),
            ValueType::Text { .. } | ValueType::Word(_) | ValueType::Json => {
                row.raw::<Option<&str>>(name)?.map(Value::Text)
            }
            ValueType::Integer { .. } => row.raw::<Option<i64>>(name)?.map(Value::Integer),
            ValueType::Time => row.optional_time(name)?.map(Value::Time),
            ValueType::Flag => row.raw::<Option<bool>>(name)?.map(Value::Flag),
        })
    }

    fn refuse(&mut self, field: &'static Field, _: InvalidValue) -> StoreError {
        self.row.inconsistent(field.name)
    }
}
