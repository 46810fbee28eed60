//! Records that are no entries.

use uuid::Uuid;

/// The place of a record among those of its kind and owner: by record time, then by id, oldest first.
///
/// The values are those in the store, right or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordPlace {
    /// The record time: microseconds since 1970-01-01 UTC.
    pub recorded_at_micros: i64,
    /// The id.
    pub id: Uuid,
}

/// A record that is no entry of its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UncoveredRecord {
    /// Its place.
    pub place: RecordPlace,
    /// Whether it has a salt. Then the store should have covered it, and it is pending or inserted.
    pub is_salted: bool,
}

/// A part of the search for records that are no entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UncoveredPage {
    /// The records, in the order of their places.
    pub records: Vec<UncoveredRecord>,
    /// How many records the store looked at.
    pub looked_at: u64,
    /// Where the search goes on; `None` at its end.
    pub next: Option<RecordPlace>,
}
