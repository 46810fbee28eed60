//! What is written where: the columns of a table, and how each is read from a draft. Both ways of
//! writing rows go by it.

use logs_domain::Timestamp;
use uuid::Uuid;

/// A table of records made of `D`, its columns besides tenant, class, record time and id.
pub(super) struct Table<D: 'static> {
    pub(super) name: &'static str,
    pub(super) columns: &'static [Column<D>],
}

/// A new record.
pub(super) struct Row<'a, D> {
    pub(super) id: Uuid,
    pub(super) created_at: Timestamp,
    pub(super) draft: &'a D,
}

/// New records of one tenant, all with one record time.
pub(super) struct Rows<'a, D> {
    pub(super) tenant: &'a str,
    pub(super) created_at: Timestamp,
    pub(super) rows: Vec<Row<'a, D>>,
}

pub(super) struct Column<D> {
    pub(super) name: &'static str,
    pub(super) read: Read<D>,
}

/// How the value of a column is read from a record.
pub(super) enum Read<D> {
    Text(for<'a> fn(&Row<'a, D>) -> Option<&'a str>),
    Integer(fn(&Row<'_, D>) -> Option<i64>),
    Time(fn(&Row<'_, D>) -> Option<Timestamp>),
    Flag(fn(&Row<'_, D>) -> bool),
}

pub(super) const fn text<D>(
    name: &'static str,
    read: for<'a> fn(&Row<'a, D>) -> Option<&'a str>,
) -> Column<D> {
    let read = Read::Text(read);
    Column { name, read }
}

pub(super) const fn integer<D>(
    name: &'static str,
    read: fn(&Row<'_, D>) -> Option<i64>,
) -> Column<D> {
    let read = Read::Integer(read);
    Column { name, read }
}

pub(super) const fn time<D>(
    name: &'static str,
    read: fn(&Row<'_, D>) -> Option<Timestamp>,
) -> Column<D> {
    let read = Read::Time(read);
    Column { name, read }
}

pub(super) const fn flag<D>(name: &'static str, read: fn(&Row<'_, D>) -> bool) -> Column<D> {
    let read = Read::Flag(read);
    Column { name, read }
}

impl<D> Table<D> {
    /// `logs.NAME (COLUMN, …)`
    pub(super) fn target(&self) -> String {
        let mut target = format!("logs.{} (tenant_id, class, created_at, id", self.name);
        for column in self.columns {
            target.push_str(", ");
            target.push_str(column.name);
        }
        target.push(')');
        target
    }
}
