//! The JSON form of OTLP as real senders write it: ids in hex, 64-bit integers as numbers or texts,
//! enumerations as numbers or names, null members, unknown members, empty objects in the place of empty lists.
//!
//! A text that is no number, in the place of one, becomes the field's default, and so does an id that is none:
//! the mapping then refuses that span and no other. Only a structure that cannot be read is an error.

mod any_value;
mod bytes;
mod list;
mod number;

pub(crate) use any_value::encoded_value;
pub(crate) use bytes::{NOT_HEX, id, text};
pub(crate) use list::list;
pub(crate) use number::{number, severity_number, span_kind, status_code};
