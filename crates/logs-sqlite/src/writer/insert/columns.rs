//! The values of a draft, in the order of its columns.

use logs_domain::field::{Field, FieldWriter, Presence, Value};
use logs_domain::{RecordKind, Timestamp};
use sqlx::Sqlite;
use sqlx::query_builder::Separated;

/// The number of common columns of every table of records: tenant, record time, id, digest, salt.
pub(super) const COMMON: usize = 5;

/// The columns after the common ones.
pub(super) fn names(kind: RecordKind) -> Vec<&'static str> {
    kind.columns().map(|field| field.name).collect()
}

/// Binds the values of a draft to the columns of a row.
pub(super) struct Bind<'row, 'query> {
    pub(super) row: &'row mut Separated<'query, Sqlite, &'static str>,
    /// The value for a time that the producer left out.
    pub(super) created_at: Timestamp,
}

impl FieldWriter<'_> for Bind<'_, '_> {
    fn write(&mut self, field: &'static Field, value: Option<Value<'_>>) {
        let stand_in = (field.presence == Presence::RecordTime).then_some(self.created_at);
        match value.or(stand_in.map(Value::Time)) {
            // One of the common columns.
            Some(Value::Id(_)) => {}
            Some(Value::Text(text)) => drop(self.row.push_bind(text.to_owned())),
            Some(Value::Integer(number)) => drop(self.row.push_bind(number)),
            Some(Value::Time(time)) => drop(self.row.push_bind(time.as_micros())),
            Some(Value::Flag(flag)) => drop(self.row.push_bind(flag)),
            None => drop(self.row.push_bind(None::<String>)),
        }
    }
}
