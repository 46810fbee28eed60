//! The columns of a table and the values of each row, for both ways of inserting.

use logs_domain::field::{Field, FieldWriter, LeafPart, Presence, Value, ValueType};
use logs_domain::{Draft, RecordKind, RunId, Timestamp};
use uuid::Uuid;

/// A table, with its columns besides tenant, class, record time and id.
pub(super) struct Table {
    name: &'static str,
    pub(super) columns: Vec<&'static Field>,
}

impl Table {
    /// The table of the records of a kind.
    pub(super) fn of(kind: RecordKind) -> Self {
        Self {
            name: kind.as_str(),
            columns: kind.columns().collect(),
        }
    }

    /// The runs that governance events name. The id is that of the event.
    pub(super) fn governance_run() -> Self {
        Self {
            name: "governance_run",
            columns: vec![&GOVERNED_RUN],
        }
    }

    /// `logs.NAME (COLUMN, …)`
    pub(super) fn target(&self) -> String {
        let mut target = format!("logs.{} (tenant_id, class, created_at, id", self.name);
        for column in &self.columns {
            target.push_str(", ");
            target.push_str(column.name);
        }
        target.push(')');
        target
    }
}

static GOVERNED_RUN: Field = Field {
    name: "run_id",
    value_type: ValueType::Text {
        max_bytes: RunId::MAX_BYTES,
    },
    presence: Presence::Required,
    part: LeafPart::Facts,
};

/// A value for each column of its table.
pub(super) trait Source {
    /// Passes the values, in the order of the columns. Ids of records may be among them.
    fn write<'a>(&'a self, writer: &mut impl FieldWriter<'a>);
}

impl Source for Draft {
    fn write<'a>(&'a self, writer: &mut impl FieldWriter<'a>) {
        self.write_fields(writer);
    }
}

impl Source for RunId {
    fn write<'a>(&'a self, writer: &mut impl FieldWriter<'a>) {
        writer.write(&GOVERNED_RUN, Some(Value::Text(self.as_str())));
    }
}

/// A new row.
pub(super) struct NewRow<'a, S> {
    pub(super) id: Uuid,
    pub(super) source: &'a S,
}

/// New rows of one tenant, all with one record time.
pub(super) struct Rows<'a, S> {
    pub(super) tenant: &'a str,
    pub(super) created_at: Timestamp,
    pub(super) rows: Vec<NewRow<'a, S>>,
}

/// The value of a column. The record time replaces a time that the producer left out.
pub(super) fn kept<'a>(
    field: &Field,
    value: Option<Value<'a>>,
    created_at: Timestamp,
) -> Option<Value<'a>> {
    match field.presence {
        Presence::RecordTime => value.or(Some(Value::Time(created_at))),
        Presence::Required | Presence::Optional => value,
    }
}
