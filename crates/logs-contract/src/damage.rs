//! Checks lists of a store with altered records, for the tests of adapters whose records other programs can
//! write.
//!
//! A list returns the records before a damaged one, then an error that names it, and continues after it. The
//! same holds backwards.

use logs_domain::{
    Checksum, Cursor, LogExportOutcome, LogsStore, PageRequest, Position, Reason, StoreError,
    TenantId,
};

use crate::appends::append;
use crate::lists::{List, identity, populate, populate_platform};
use crate::samples::{at, first, id};

/// How many records of each kind [`populated`] stores.
const RECORDS: u32 = 5;
/// How many of them the platform has too.
const PLATFORM: u32 = 2;

/// A list, read to its end.
#[derive(Debug)]
pub struct Walk {
    /// The name of the method.
    pub method: &'static str,
    /// The consistent records, as text.
    pub records: Vec<String>,
    /// The fault of each other record: table, column and key.
    pub errors: Vec<(&'static str, &'static str, String)>,
}

/// Stores five records of each kind for `tenant`, and two of the platform, all with one record time in
/// each table. The exports 0 and 1 are completed, 2 and 3 failed, 4 is pending.
pub async fn populated(store: &dyn LogsStore, tenant: &TenantId) {
    populate(store, tenant, 0..RECORDS).await;
    populate_platform(store, 0..PLATFORM).await;
    let outcomes = (0..4).map(|number| {
        if number < 2 {
            let checksum = Checksum::new("0".repeat(64)).expect("a checksum");
            LogExportOutcome::completed(id(number), checksum, at(0))
        } else {
            LogExportOutcome::failed(id(number), Reason::new("full").expect("a reason"))
        }
    });
    append(store, tenant, outcomes).await;
}

/// A record as text, or its fault.
type Found = Result<String, (&'static str, &'static str, String)>;

/// Reads every list of a tenant by pages of `limit` records, past inconsistent ones: forwards, back again, and
/// forwards from the other end.
///
/// # Panics
/// If a page fails for another reason, if a list cannot continue past a record, or if it has no end. Also if
/// two directions return different records or another order.
pub async fn walk(store: &dyn LogsStore, tenant: &TenantId, limit: u32) -> Vec<Walk> {
    let mut walks = Vec::new();
    for list in List::ALL {
        let request = first(limit);
        let (forth, last) = one_way(*list, store, tenant, request.clone()).await;
        if let Some((place, shown)) = last {
            let (mut back, _) = one_way(*list, store, tenant, request.clone().before(place)).await;
            back.reverse();
            let until = forth.len() - shown;
            assert_eq!(back, forth[..until], "{list:?}, {limit} a page, back");
        }
        let turned = request.direction(list.direction().reversed());
        let (mut turned, _) = one_way(*list, store, tenant, turned).await;
        turned.reverse();
        assert_eq!(turned, forth, "{list:?}, {limit} a page, turned round");
        let mut walk = Walk {
            method: list.method(),
            records: Vec::new(),
            errors: Vec::new(),
        };
        for found in forth {
            match found {
                Ok(record) => walk.records.push(record),
                Err(error) => walk.errors.push(error),
            }
        }
        walks.push(walk);
    }
    walks
}

/// What a walk meets from a request on, in the order in which it meets it; and, where it did not end on
/// its first page, the place that begins the last one, with how much was met from there on.
async fn one_way(
    list: List,
    store: &dyn LogsStore,
    tenant: &TenantId,
    request: PageRequest,
) -> (Vec<Found>, Option<(Cursor, usize)>) {
    let backwards = matches!(request.position, Position::Before(_));
    let mut found: Vec<Found> = Vec::new();
    let mut behind = None;
    let mut next = Some(request);
    let mut pages = 0;
    while let Some(request) = next {
        pages += 1;
        assert!(pages < 1_000, "{list:?} has an end");
        let onward = match list.page(store, tenant, &request).await {
            Ok(page) => {
                let items = page.items.iter().map(|item| Ok(identity(list, item)));
                let mut items: Vec<Found> = items.collect();
                if backwards {
                    items.reverse();
                }
                if !items.is_empty() {
                    behind = page.previous.clone().map(|place| (place, items.len()));
                }
                found.extend(items);
                if backwards { page.previous } else { page.next }
            }
            Err(StoreError::Inconsistent {
                table,
                column,
                key,
                place,
            }) => {
                assert!(place.is_some(), "{list:?} goes on behind {table} {key}");
                found.push(Err((table, column, key)));
                behind = place.clone().map(|place| (place, 1));
                place
            }
            Err(error) => panic!("{list:?}: {error}"),
        };
        next = onward.map(|cursor| request.past(cursor));
    }
    (found, behind)
}

/// A change of one record of [`populated`], and the expected error.
#[derive(Clone, Copy, Debug)]
pub struct Damage {
    /// The statement.
    pub sql: &'static str,
    /// The table in the error.
    pub table: &'static str,
    /// The column in the error.
    pub column: &'static str,
    /// The methods of the lists that meet the record; see the constants here.
    pub methods: &'static [&'static str],
}

impl Damage {
    /// The lists that runs are in.
    pub const RUNS: &'static [&'static str] = &["list_llm_runs"];
    /// The lists that trace headers are in.
    pub const TRACES: &'static [&'static str] = &["list_traces"];
    /// The lists that steps are in.
    pub const STEPS: &'static [&'static str] = &[
        "list_trace_steps",
        "get_trace_steps",
        "get_replay_window_events",
    ];
    /// The lists that system records are in.
    pub const SYSTEM: &'static [&'static str] = &[
        "get_replay_window_events",
        "list_system_records",
        "get_system_record_by_correlation",
        "get_system_records_in_window",
    ];
    /// The lists that audit entries are in.
    pub const AUDIT: &'static [&'static str] = &[
        "get_replay_window_events",
        "list_audit_entries",
        "get_governance_events",
    ];
    /// The lists that exports are in.
    pub const EXPORTS: &'static [&'static str] = &["list_log_exports"];

    /// Checks lists by pages of several sizes. Each list with the record must report it once and return all
    /// others. The other lists must be as `before`.
    ///
    /// # Panics
    /// If a list differs.
    pub async fn assert_told(&self, store: &dyn LogsStore, tenant: &TenantId, before: &[Walk]) {
        for limit in [1, 2, 1_000] {
            let after = walk(store, tenant, limit).await;
            for (before, after) in before.iter().zip(&after) {
                let what = format!("{}, {limit} a page: {after:?}", self.sql);
                if !self.methods.contains(&after.method) {
                    assert_eq!(before.records, after.records, "{what}");
                    assert!(after.errors.is_empty(), "{what}");
                    continue;
                }
                let lost = before
                    .records
                    .iter()
                    .filter(|record| !after.records.contains(record));
                assert_eq!(lost.count(), 1, "{what}");
                assert_eq!(after.records.len() + 1, before.records.len(), "{what}");
                let [(table, column, key)] = after.errors.as_slice() else {
                    panic!("{what}");
                };
                assert_eq!((*table, *column), (self.table, self.column), "{what}");
                assert_eq!(key.len(), 36, "an id is told: {what}");
            }
        }
    }
}

/// Checks that every list has no inconsistent record.
///
/// # Panics
/// When one was not.
pub fn assert_sound(walks: &[Walk]) {
    for walk in walks {
        assert!(walk.errors.is_empty(), "{walk:?}");
        assert!(walk.records.len() >= RECORDS as usize, "{walk:?}");
    }
}
