//! Maps: jq programs that make drafts of foreign records.

mod compile;
mod cut;
mod decimal;
mod draft;
mod functions;
mod money;
mod output;
mod run;
mod shipped;
mod time;

use jaq_core::Filter;
use jaq_core::data::JustLut;
use jaq_json::Val;
use logs_domain::{Draft, InvalidValue, TenantId};

pub use self::run::{MOST_DRAFTS_BYTES, MapRun};

/// A map: a program that runs once for each record. Its outputs are drafts, none, one or many.
pub struct Map {
    filter: Filter<JustLut<Val>>,
    uses_source: bool,
}

/// What a map refers to besides the record.
#[derive(Clone, Debug)]
pub struct Context {
    /// The name of the source, from which ids are derived: `$source`. A map that needs no such id needs
    /// no name.
    pub source: Option<String>,
    /// The name of the file: `$file`.
    pub file: String,
    /// The tenant of drafts that name none: `$tenant`.
    pub tenant: Option<TenantId>,
    /// Whether no draft may name another tenant.
    pub only_tenant: bool,
}

/// What a map made of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// A draft of this tenant.
    Draft(TenantId, Box<Draft>),
    /// The record, or a part of it, is left out for this reason.
    LeftOut(String),
    /// A value for the next records.
    State(Val),
}

/// The outputs of one record, each a result of its own: one refused draft costs no other.
pub type Made = Vec<Result<Output, InvalidValue>>;

impl Map {
    /// Reads a program.
    ///
    /// # Errors
    /// [`InvalidValue`] of field `map` with the place of the fault and the expectation. It also refuses
    /// a form of time that no time has.
    pub fn parse(program: &str) -> Result<Self, InvalidValue> {
        compile::compile(program).map(|filter| Self {
            filter,
            uses_source: program.contains("$source"),
        })
    }

    /// Whether the program names `$source`.
    #[must_use]
    pub const fn uses_source(&self) -> bool {
        self.uses_source
    }

    /// The program of a map that comes with the crate.
    #[must_use]
    pub fn shipped(name: &str) -> Option<&'static str> {
        shipped::program(name)
    }

    /// The names of the maps that come with the crate.
    pub fn shipped_names() -> impl Iterator<Item = &'static str> {
        shipped::MAPS.iter().map(|(name, _)| *name)
    }
}

#[cfg(test)]
mod tests;
