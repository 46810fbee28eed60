//! A request becomes parts that fit in appends, and its outcomes come back in its own order.

use std::collections::HashMap;

use logs_domain::{Draft, OnConflict, RecordOutcome, RecordReceipt};

use crate::options::IngestOptions;
use crate::part::Drafts;

/// The parts of a request, and how their receipts answer its drafts.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) parts: Vec<Drafts>,
    /// One for each draft of the request. Empty if every draft is in a part.
    places: Vec<Place>,
}

/// Where the receipt of a draft comes from. The numbers count the drafts in all parts.
#[derive(Clone, Copy, Debug)]
enum Place {
    Sent(usize),
    /// An earlier draft is equal.
    Repeats(usize),
    /// An earlier draft has the same key and other content.
    Contradicts(usize),
}

impl Plan {
    /// One part with all drafts, which are stored together or not at all.
    pub(crate) fn whole(drafts: Vec<Draft>) -> Self {
        let keys = drafts.iter().map(Draft::key).collect();
        let bytes = drafts.iter().map(Draft::byte_len).sum();
        Self {
            parts: vec![Drafts {
                drafts,
                keys,
                bytes,
            }],
            places: Vec::new(),
        }
    }

    /// Parts within the limits of a batch. No two of their drafts have one key.
    pub(crate) fn split(drafts: Vec<Draft>, options: &IngestOptions) -> Self {
        let places = places(&drafts);
        let mut parts: Vec<Drafts> = Vec::new();
        for (draft, place) in drafts.into_iter().zip(&places) {
            if !matches!(place, Place::Sent(_)) {
                continue;
            }
            let bytes = draft.byte_len();
            let full = parts.last().is_none_or(|part| {
                part.drafts.len() >= options.batch_records
                    || part.bytes.saturating_add(bytes) > options.batch_bytes
            });
            if full {
                parts.push(Drafts::default());
            }
            if let Some(part) = parts.last_mut() {
                part.keys.push(draft.key());
                part.drafts.push(draft);
                part.bytes += bytes;
            }
        }
        let all_sent = places.iter().all(|place| matches!(place, Place::Sent(_)));
        Self {
            parts,
            places: if all_sent { Vec::new() } else { places },
        }
    }

    /// One receipt for each draft of the request, from those of all parts in their order.
    pub(crate) fn receipts(&self, sent: Vec<RecordReceipt>) -> Vec<RecordReceipt> {
        if self.places.is_empty() {
            return sent;
        }
        let receipt = |place: &Place| match *place {
            Place::Sent(index) => sent.get(index).cloned(),
            Place::Repeats(index) => sent.get(index).map(|first| RecordReceipt {
                outcome: match first.outcome {
                    RecordOutcome::Stored | RecordOutcome::AlreadyStored => {
                        RecordOutcome::AlreadyStored
                    }
                    RecordOutcome::Conflict => RecordOutcome::Conflict,
                    RecordOutcome::Gone => RecordOutcome::Gone,
                },
                ..first.clone()
            }),
            Place::Contradicts(index) => sent.get(index).map(|first| RecordReceipt {
                outcome: RecordOutcome::Conflict,
                ..first.clone()
            }),
        };
        self.places.iter().filter_map(receipt).collect()
    }
}

/// Chooses how the drafts of a request are cut.
pub(crate) fn plan(drafts: Vec<Draft>, on_conflict: OnConflict, options: &IngestOptions) -> Plan {
    match on_conflict {
        OnConflict::RejectCall => Plan::whole(drafts),
        OnConflict::SkipRecord => Plan::split(drafts, options),
    }
}

fn places(drafts: &[Draft]) -> Vec<Place> {
    let mut first_of = HashMap::with_capacity(drafts.len());
    let mut places = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let next = first_of.len();
        let (number, first) = *first_of.entry(draft.key()).or_insert((next, draft));
        places.push(if number == next {
            Place::Sent(number)
        } else if first == draft {
            Place::Repeats(number)
        } else {
            Place::Contradicts(number)
        });
    }
    places
}

#[cfg(test)]
mod tests;
