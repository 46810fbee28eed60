//! The steps of the schema, and the programs that each step serves.

use logs_domain::StoreError;

use crate::BACKEND;

/// One step of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The name of its file.
    pub(crate) name: &'static str,
    /// The SQL of the step.
    pub(crate) sql: &'static str,
    /// The oldest program that works with this step, by the number of the newest step that the
    /// program knows. It is the step's own number if the step breaks every older program.
    pub(crate) serves_from: u64,
}

/// The step in the file of this name.
macro_rules! step {
    ($name:literal, serves_from $serves_from:literal) => {
        Step {
            name: $name,
            sql: include_str!(concat!("../migrations/", $name, ".sql")),
            serves_from: $serves_from,
        }
    };
}

/// Every step, in order. The number of a step is its position, from 1. No released program knows
/// fewer steps.
pub(crate) const STEPS: &[Step] = &[
    step!("0001_roles", serves_from 1),
    step!("0002_records", serves_from 2),
    step!("0003_append_only", serves_from 3),
    step!("0004_partitions", serves_from 4),
    step!("0005_reporting", serves_from 5),
    step!("0006_settled", serves_from 6),
    step!("0007_append", serves_from 7),
];

/// The number of the oldest step that this program works on: that of the previous release, once
/// there is one. Until no program of that release runs, this program may use nothing that a later
/// step added.
const OLDEST: u64 = known();

/// The number of the newest step that this program knows.
pub(crate) const fn known() -> u64 {
    STEPS.len() as u64
}

/// The version of the schema of a database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Schema {
    /// The number of the newest applied step; 0 without any.
    pub(crate) version: u64,
    /// Programs that know the schema from this step on work with it.
    pub(crate) serves_from: u64,
}

impl Schema {
    /// Whether this program works with it.
    pub(crate) fn serves(&self) -> bool {
        self.serves_one_of(OLDEST, known())
    }

    /// Whether a program works with it that works on steps from `oldest` on and knows the `newest`.
    /// A schema newer than this program declares in `serves_from` which programs may use it.
    fn serves_one_of(&self, oldest: u64, newest: u64) -> bool {
        oldest <= self.version && (self.version <= newest || self.serves_from <= newest)
    }

    /// How many of the migrator's steps are applied.
    pub(crate) fn applied(&self, steps: &[Step]) -> Result<usize, StoreError> {
        let newest = steps.len();
        if !self.serves_one_of(0, newest as u64) {
            return Err(self.mismatch());
        }
        Ok(usize::try_from(self.version).map_or(newest, |version| version.min(newest)))
    }

    pub(crate) fn mismatch(&self) -> StoreError {
        StoreError::SchemaMismatch {
            found: format!("{BACKEND} schema {}", self.version),
            expected: format!("{BACKEND} schema {}", known()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{STEPS, Schema};

    #[test]
    fn a_program_works_on_the_schema_before_its_own_and_those_after_that_say_so() {
        let works = |version, serves_from, oldest, newest| {
            let schema = Schema {
                version,
                serves_from,
            };
            schema.serves_one_of(oldest, newest)
        };
        assert!(works(6, 6, 6, 6), "its own");
        assert!(works(5, 5, 5, 6), "the one before, where it can");
        assert!(!works(5, 5, 6, 6), "and where it cannot");
        assert!(!works(0, 0, 6, 6), "none");
        assert!(works(7, 6, 6, 6), "the one after, which says so");
        assert!(works(9, 5, 6, 6));
        assert!(!works(7, 7, 6, 6), "one that breaks it");
        assert!(!works(9, 7, 6, 6), "one after such a one");
    }

    #[test]
    fn no_step_serves_programs_that_one_before_it_broke() {
        let mut before = 1;
        for (place, step) in STEPS.iter().enumerate() {
            let own = place as u64 + 1;
            assert!(
                (before..=own).contains(&step.serves_from),
                "{} serves from {}",
                step.name,
                step.serves_from
            );
            before = step.serves_from;
        }
    }
}
