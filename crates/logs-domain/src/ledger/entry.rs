//! An entry of a log, with the record that it covers.

use uuid::Uuid;

use super::{Hash, Salt};
use crate::{Draft, Timestamp};

/// Where a record stands in the log of its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryPlace {
    /// It is the entry with this index, from 0.
    Entry(u64),
    /// It becomes an entry with the next [`sequence`](crate::LogsLedger::sequence).
    Pending,
    /// The log does not cover it: it was appended without the ledger, or there is no such record.
    NotCovered,
}

/// An entry as the log has it, and the record as the store has it.
///
/// The values of the log are those in the store, right or wrong, so that a check can tell about each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Its index, from 0.
    pub index: u64,
    /// The number of the record's kind: [`RecordKind::number`](crate::RecordKind::number).
    pub kind: u16,
    /// The id of the record. The outcome of an export has that of the export.
    pub id: Uuid,
    /// The record time: microseconds since 1970-01-01 UTC.
    pub recorded_at_micros: i64,
    /// The hash of the leaf: [`Draft::leaf_hash`].
    pub leaf: Hash,
    /// The record.
    pub record: CoveredRecord,
}

/// The record of an entry, as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoveredRecord {
    /// There is a record of this kind and id, and its digest confirms it.
    Stored {
        /// Its content.
        draft: Box<Draft>,
        /// Its record time.
        recorded_at: Timestamp,
        /// The salt of its leaf. `None` if there is none any more.
        salt: Option<Salt>,
    },
    /// There is a row of this kind and id that no append wrote. This column tells so.
    Altered {
        /// The column.
        column: &'static str,
    },
    /// There is no record of this kind and id.
    Absent,
}
