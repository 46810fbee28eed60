//! Running a map on the records of one source.

use std::collections::BTreeMap;

use jaq_core::data::JustLut;
use jaq_core::{Ctx, Vars};
use jaq_json::{Num, Val};
use logs_domain::{Draft, InvalidValue};

use super::draft::Tally;
use super::functions::to_invalid;
use super::output::{Place, output};
use super::{Context, Made, Map, Output};
use crate::json::{Swap, parse};
use crate::source::{Content, Raw};

/// How many bytes the drafts of one record may take in memory. What is made of a record can be many
/// times larger than the record: the same text may go into each of its drafts.
pub const MOST_DRAFTS_BYTES: usize = 64 * 1024 * 1024;

/// The most refusals of one record, after which a map does not go on with it.
const MOST_REFUSALS: usize = 1000;

/// A map at work on one source.
pub struct MapRun<'m> {
    map: &'m Map,
    context: Context,
    /// What an earlier record left for the next ones.
    state: Val,
    tally: Tally,
    left_out: BTreeMap<String, u64>,
    records: u64,
    drafts: u64,
}

impl<'m> MapRun<'m> {
    /// A run from the first record of a source on.
    #[must_use]
    pub fn new(map: &'m Map, context: Context) -> Self {
        Self {
            map,
            context,
            state: Val::Null,
            tally: Tally::new(),
            left_out: BTreeMap::new(),
            records: 0,
            drafts: 0,
        }
    }

    /// Makes the drafts of a record; `ordinal` is its place in the source, from 0.
    pub fn translate(&mut self, raw: &Raw, ordinal: u64) -> Made {
        self.records += 1;
        let made = match &raw.content {
            Content::Row(row) => self.outputs(row.clone(), ordinal),
            Content::Json => self.of_json(&raw.bytes, ordinal),
        };
        if made.is_empty() {
            let reason = "records of which the map makes nothing".to_owned();
            *self.left_out.entry(reason).or_default() += 1;
        }
        for output in made.iter().flatten() {
            match output {
                Output::Draft(..) => self.drafts += 1,
                Output::LeftOut(reason) => *self.left_out.entry(reason.clone()).or_default() += 1,
                Output::State(state) => self.state = state.clone(),
            }
        }
        made
    }

    /// Which parts of the source were left out, and why.
    #[must_use]
    pub fn left_out(&self) -> Vec<String> {
        let told = self.left_out.iter();
        told.map(|(reason, count)| format!("{count} left out: {reason}"))
            .collect()
    }

    /// What the author of the map should know: fields that never had a value.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        if self.records > 0 && self.drafts == 0 {
            return vec!["no record made a draft, see docs/import.md".to_owned()];
        }
        let empty = self.tally.iter().filter(|(_, told)| !**told);
        let mut names: BTreeMap<_, Vec<&str>> = BTreeMap::new();
        for ((kind, name), _) in empty {
            names.entry(*kind).or_default().push(name);
        }
        let named = names.into_iter();
        named
            .map(|(kind, names)| format!("{kind}: null in every record: {}", names.join(", ")))
            .collect()
    }

    /// Runs the map on JSON. A fault of the record costs the drafts that depend on its value.
    fn of_json(&mut self, bytes: &[u8], ordinal: u64) -> Made {
        let (record, faults) = match parse(bytes, Swap::None) {
            Ok(read) => read,
            Err(error) => return vec![Err(error)],
        };
        let made = self.outputs(record, ordinal);
        if faults.is_empty() {
            return made;
        }
        let mut swapped = |swap| match parse(bytes, swap) {
            Ok((record, _)) => self.outputs(record, ordinal),
            Err(error) => vec![Err(error)],
        };
        if swapped(Swap::All) == made {
            return made;
        }
        let mut kept: Made = made.clone();
        for (number, fault) in faults.iter().enumerate() {
            let other = swapped(Swap::One(number));
            if other.len() != made.len() {
                return vec![Err(fault.to_error())];
            }
            for ((kept, made), other) in kept.iter_mut().zip(&made).zip(&other) {
                if made != other && kept == made {
                    *kept = Err(fault.to_error());
                }
            }
        }
        if kept == made {
            // Only faults together change something.
            return faults
                .first()
                .map(|fault| Err(fault.to_error()))
                .into_iter()
                .collect();
        }
        kept
    }

    fn outputs(&mut self, record: Val, ordinal: u64) -> Made {
        let text = |text: &str| Val::utf8_str(text.to_owned());
        let variables = [
            self.context.source.as_deref().map_or(Val::Null, text),
            Val::Num(Num::from_integral(ordinal)),
            self.context
                .tenant
                .as_ref()
                .map_or(Val::Null, |tenant| text(tenant.as_str())),
            text(&self.context.file),
            self.state.clone(),
        ];
        let context = Ctx::<JustLut<Val>>::new(&self.map.filter.lut, Vars::new(variables));
        let mut made = Made::new();
        let mut bytes = 0;
        let mut refusals = 0;
        for (index, value) in self.map.filter.id.run((context, record)).enumerate() {
            let place = Place { ordinal, index };
            let result = match value.map_err(jaq_core::Exn::get_err) {
                Ok(value) => output(&value, &self.context, place, &mut self.tally),
                Err(Ok(error)) => Err(to_invalid(error)),
                Err(Err(_)) => Err(InvalidValue::new(
                    "map",
                    "",
                    "a program that ends by itself",
                )),
            };
            match &result {
                Ok(Output::Draft(_, draft)) => bytes += memory_of(draft),
                Ok(Output::LeftOut(_) | Output::State(_)) => {}
                Err(_) => refusals += 1,
            }
            if bytes > MOST_DRAFTS_BYTES {
                let expected = format!(
                    "a record whose drafts take at most {} MiB of memory: split it",
                    MOST_DRAFTS_BYTES >> 20
                );
                let found = format!("a record of more than {} drafts", made.len());
                return vec![Err(InvalidValue::new("record", found, expected))];
            }
            made.push(result);
            if refusals == MOST_REFUSALS {
                break;
            }
        }
        made
    }
}

/// How many bytes a draft takes, about.
fn memory_of(draft: &Draft) -> usize {
    size_of::<Draft>() + draft.byte_len()
}
