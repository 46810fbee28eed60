//! Decodes columns. If the domain refuses a value, or the digest does not confirm it, another
//! program altered the record. The error names table, column and id.

use std::fmt::Display;
use std::str::FromStr;

use logs_domain::field::{Field, FieldReader, Fields, Value, ValueType};
use logs_domain::page::ListKey;
use logs_domain::{
    InvalidValue, RecordDigest, RecordId, StoreError, StoreResult, TenantId, Timestamp,
};
use logs_ledger::Salt;
use logs_sql::decode::{Head, StoredRow};
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{Decode, Row as _, Type};
use uuid::Uuid;

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

    fn time(&self, column: &'static str) -> StoreResult<Timestamp> {
        Timestamp::from_micros(self.raw(column)?).map_err(|_| self.inconsistent(column))
    }

    /// The record time in a column. It is null if the record of the column is absent.
    pub(crate) fn optional_time(&self, column: &'static str) -> StoreResult<Option<Timestamp>> {
        let micros: Option<i64> = self.raw(column)?;
        let time = micros.map(Timestamp::from_micros).transpose();
        time.map_err(|_| self.inconsistent(column))
    }

    /// The position of a record in a list, from the table, right or wrong. A row of another tenant
    /// is an error here, because it does not answer the query.
    pub(crate) fn list_key(&self, tenant: &str) -> StoreResult<ListKey> {
        let (created_at, id) = self.place(tenant, "created_at")?;
        Ok(ListKey { created_at, id })
    }

    /// Whether the record is of this tenant.
    pub(crate) fn is_of(&self, tenant: &str) -> StoreResult<bool> {
        Ok(self.raw::<&str>("tenant_id")? == tenant)
    }

    pub(crate) fn id_as_stored(&self) -> StoreResult<Uuid> {
        Uuid::from_slice(self.raw("id")?).map_err(|_| self.inconsistent("id"))
    }

    /// The salt of the record's leaf, if the ledger covers it.
    pub(crate) fn salt(&self) -> StoreResult<Option<Salt>> {
        let bytes: Option<&[u8]> = self.raw("salt")?;
        let salt = bytes.map(TryInto::try_into).transpose();
        let salt = salt.map_err(|_| self.inconsistent("salt"))?;
        Ok(salt.map(Salt::from_bytes))
    }

    /// The same by the digest in a column.
    pub(crate) fn draft_by<D: Fields>(
        &self,
        column: &'static str,
        tenant: Option<&TenantId>,
        head: &Head,
    ) -> StoreResult<D> {
        let id = head.id;
        let draft = D::read_fields(&mut ColumnReader { row: self, id })?;
        let digest: Result<[u8; 16], _> = self.raw::<&[u8]>(column)?.try_into();
        let digest = RecordDigest::from_bytes(digest.map_err(|_| self.inconsistent(column))?);
        if digest.confirms(tenant, id, head.created_at, &draft) {
            Ok(draft)
        } else {
            Err(self.inconsistent(column))
        }
    }

    fn raw<T: Decode<'r, Sqlite> + Type<Sqlite>>(&self, column: &'static str) -> StoreResult<T> {
        self.row
            .try_get(column)
            .map_err(|_| self.inconsistent(column))
    }
}

impl StoredRow for Row<'_> {
    fn head(&self, tenant: &str) -> StoreResult<Head> {
        if self.raw::<&str>("tenant_id")? != tenant {
            return Err(self.inconsistent("tenant_id"));
        }
        let id = RecordId::new(self.id_as_stored()?);
        Ok(Head {
            created_at: self.time("created_at")?,
            id: id.map_err(|_| self.inconsistent("id"))?,
        })
    }

    fn draft<D: Fields>(&self, tenant: Option<&TenantId>, head: &Head) -> StoreResult<D> {
        self.draft_by("digest", tenant, head)
    }

    fn place(&self, tenant: &str, column: &'static str) -> StoreResult<(Timestamp, Uuid)> {
        if self.raw::<&str>("tenant_id")? != tenant {
            return Err(self.inconsistent("tenant_id"));
        }
        let micros: i64 = self.raw(column)?;
        Ok(match Timestamp::from_micros(micros) {
            Ok(time) => (time, self.id_as_stored()?),
            Err(_) if micros < 0 => (Timestamp::MIN, Uuid::nil()),
            Err(_) => (Timestamp::MAX, Uuid::max()),
        })
    }

    fn optional_integer(&self, column: &'static str) -> StoreResult<Option<i64>> {
        self.raw(column)
    }

    fn optional_text(&self, column: &'static str) -> StoreResult<Option<&str>> {
        self.raw(column)
    }

    fn inconsistent(&self, column: &'static str) -> StoreError {
        let key = match self.row.try_get::<&[u8], _>("id") {
            Ok(id) => {
                Uuid::from_slice(id).map_or_else(|_| Hex(id).to_string(), |id| id.to_string())
            }
            Err(_) => String::new(),
        };
        StoreError::inconsistent(self.table, column, key)
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
            ValueType::Flag => {
                let flag: Option<i64> = row.raw(name)?;
                flag.map(|flag| Value::Flag(flag != 0))
            }
        })
    }

    fn refuse(&mut self, field: &'static Field, _: InvalidValue) -> StoreError {
        self.row.inconsistent(field.name)
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
