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

use serde::Serialize;

use crate::failure::Failure;
use crate::session::Session;

/// Writes one record as a line of JSON.
pub(crate) fn json(session: &mut Session<'_>, record: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut *session.streams.out, record)?;
    Ok(session.streams.out.write_all(b"\n")?)
}
