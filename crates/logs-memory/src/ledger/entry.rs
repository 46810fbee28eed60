//! Entries, by record and by index.

use logs_domain::{EntryPlace, LedgerEntry, PageLimit, RecordId, RecordKind};

use super::record;
use crate::log::Log;
use crate::state::Records;

pub(super) fn place(log: &Log, kind: RecordKind, id: RecordId) -> EntryPlace {
    log.places
        .get(&(kind, id))
        .map_or(EntryPlace::NotCovered, |index| EntryPlace::Entry(*index))
}

pub(super) fn list(records: &Records, from: u64, limit: PageLimit) -> Vec<LedgerEntry> {
    let skip = usize::try_from(from).unwrap_or(usize::MAX);
    let entries = records.log.entries.iter().skip(skip).zip(from..);
    let listed = entries.map(|(entry, index)| LedgerEntry {
        index,
        kind: entry.kind.number(),
        id: entry.id.as_uuid(),
        recorded_at_micros: entry.recorded_at.as_micros(),
        leaf: entry.leaf,
        record: record::of(records, entry),
    });
    listed.take(limit.as_usize()).collect()
}
