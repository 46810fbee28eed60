//! What commands write: tables for people, JSON lines for programs.

mod cell;
mod fields;
mod inconsistency;
mod list;
mod progress;
mod rows;
mod table;

pub(crate) use cell::{one_line, optional, time};
pub(crate) use fields::Fields;
pub(crate) use inconsistency::Inconsistency;
pub(crate) use list::{Noun, list};
pub(crate) use progress::progress;
pub(crate) use rows::took_ms;
pub(crate) use table::{Column, Row, Table};

use std::io::Write;

use serde::Serialize;

use crate::failure::Failure;

/// Where records are written, and how.
pub(crate) struct Output<'a> {
    /// For records.
    pub(crate) out: &'a mut dyn Write,
    /// For notes beside them.
    pub(crate) err: &'a mut dyn Write,
    /// Whether records are JSON, in place of a table.
    pub(crate) json: bool,
}

/// Writes one record as a line of JSON.
pub(crate) fn json(output: Output<'_>, record: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut *output.out, record)?;
    Ok(output.out.write_all(b"\n")?)
}

/// Writes the record that a command names by its id: its fields, or a line of JSON. `missing` is the error where
/// there is none.
pub(crate) fn one<T: Serialize>(
    output: Output<'_>,
    found: Option<T>,
    fields: impl FnOnce(&T) -> Fields,
    missing: impl FnOnce() -> String,
) -> Result<(), Failure> {
    let record = found.ok_or_else(|| Failure::refused(missing()))?;
    if output.json {
        return json(output, &record);
    }
    Ok(fields(&record).write(output.out)?)
}
