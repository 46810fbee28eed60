//! Records that are no entries.

use logs_domain::page::ListKey;
use logs_domain::{
    PageLimit, RecordId, RecordKey, RecordKind, RecordPlace, Timestamp, UncoveredPage,
    UncoveredRecord,
};
use std::collections::BTreeMap;
use uuid::Uuid;

use crate::state::Records;

pub(super) fn page(
    records: &Records,
    kind: RecordKind,
    after: Option<RecordPlace>,
    limit: PageLimit,
) -> UncoveredPage {
    let mut places = places(records, kind);
    places.sort_unstable();
    let mut behind = places
        .into_iter()
        .filter(|place| after.is_none_or(|after| *place > after));
    let looked: Vec<RecordPlace> = behind.by_ref().take(limit.as_usize()).collect();
    let is_covered = |place: &RecordPlace| {
        let id = RecordId::new(place.id).ok();
        id.is_some_and(|id| records.log.places.contains_key(&(kind, id)))
    };
    UncoveredPage {
        looked_at: looked.len() as u64,
        next: looked.last().copied().filter(|_| behind.next().is_some()),
        records: looked
            .into_iter()
            .filter(|place| !is_covered(place))
            .map(|place| UncoveredRecord {
                place,
                is_salted: false,
            })
            .collect(),
    }
}

fn places(records: &Records, kind: RecordKind) -> Vec<RecordPlace> {
    let of = |created_at: Timestamp, id: Uuid| RecordPlace {
        recorded_at_micros: created_at.as_micros(),
        id,
    };
    fn keys<T>(list: &BTreeMap<ListKey, T>) -> Vec<(Timestamp, Uuid)> {
        list.keys().map(|key| (key.created_at, key.id)).collect()
    }
    let keys = match kind {
        RecordKind::LlmRun => keys(&records.runs),
        RecordKind::Trace => keys(&records.traces),
        RecordKind::TraceStep => keys(&records.steps),
        RecordKind::AuditEntry => keys(&records.audit),
        RecordKind::LogExport => keys(&records.exports),
        RecordKind::SystemRecord => {
            let keys = records.system.keys();
            keys.map(|key| (key.created_at, key.id)).collect()
        }
        RecordKind::LogExportOutcome => {
            let stored = records.keys.iter();
            let outcomes = stored.filter_map(|(key, stored)| match key {
                RecordKey::LogExportOutcome(id) => Some((stored.created_at, id.as_uuid())),
                RecordKey::LlmRun(_)
                | RecordKey::Trace(_)
                | RecordKey::TraceStep(..)
                | RecordKey::SystemRecord(_)
                | RecordKey::AuditEntry(_)
                | RecordKey::LogExport(_) => None,
            });
            outcomes.collect()
        }
    };
    keys.into_iter().map(|(time, id)| of(time, id)).collect()
}
