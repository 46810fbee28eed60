//! A record that cannot be read.

use std::io;

use logs_domain::StoreError;
use serde::Serialize;

use super::Output;
use crate::failure::Failure;

/// Where a record is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Inconsistency {
    table: &'static str,
    column: &'static str,
    /// The id of the record.
    id: String,
}

#[derive(Serialize)]
struct InconsistencyLine<'a> {
    inconsistent: &'a Inconsistency,
}

impl Inconsistency {
    /// What an error tells of a record; nothing when it is about something else.
    pub(crate) fn of(error: &StoreError) -> Option<Self> {
        let StoreError::Inconsistent {
            table, column, key, ..
        } = error
        else {
            return None;
        };
        Some(Self {
            table,
            column,
            id: key.clone(),
        })
    }

    /// The failure of a command that cannot go on behind it.
    pub(crate) fn as_error(&self) -> Failure {
        StoreError::inconsistent(self.table, self.column, self.id.as_str()).into()
    }

    /// Tells it on standard error: as a sentence, or as
    /// `{"inconsistent":{"table":"…","column":"…","id":"…"}}`.
    pub(crate) fn write(&self, output: &mut Output<'_>) -> io::Result<()> {
        output.out.flush()?;
        if output.json {
            let line = serde_json::to_string(&InconsistencyLine { inconsistent: self })?;
            return writeln!(output.err, "{line}");
        }
        let Self { table, column, id } = self;
        writeln!(
            output.err,
            "{table} {id} cannot be read: its {column} differs from what was written"
        )
    }
}
