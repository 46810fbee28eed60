//! Rule 2: filters act on items and total alike, before any limit.
//!
//! For each list there is one record for every combination of two values of every field that it
//! filters by. Which records a filter holds then follows from how they were made, and not from the
//! filter's own code.

mod audit_entry;
mod governance;
mod llm_run;
mod log_export;
mod system_record;
mod trace;
mod trace_step;

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use logs_domain::{
    Draft, LogsStore, PageRequest, QueryResult, StoreResult, TenantId, Timestamp, Total,
};

use crate::appends::append;
use crate::samples::{first, largest, tenant};
use crate::{Case, CaseContext, TestClock};

pub(super) const FILES: &[&[Case]] = &[
    llm_run::CASES,
    trace::CASES,
    trace_step::CASES,
    system_record::CASES,
    audit_entry::CASES,
    governance::CASES,
    log_export::CASES,
];

/// The record time of records whose last value is `true`; the others come before it.
fn second_append() -> Timestamp {
    let start = Timestamp::from_micros(TestClock::START).unwrap();
    start.saturating_add_micros(3_600_000_000)
}

/// A field that a list filters by, and how a filter is set to the first or second of its values.
type Field<F> = (&'static str, fn(F, bool) -> F);

/// A list with filters.
#[async_trait]
trait Filtered: Send + Sync {
    type Filter: Default + Send + Sync + 'static;

    /// The fields; the last one is the record time where the list filters by it.
    const FIELDS: &'static [Field<Self::Filter>];
    /// Whether the last field is the record time.
    const BY_RECORD_TIME: bool;

    /// The record `number`; `values` are those of the fields, in their order, where `None` stands
    /// for a field that is absent if it can be, and else for the first value.
    fn drafts(number: u32, values: &[Option<bool>]) -> Vec<Draft>;

    /// A page of the numbers of records.
    async fn list(
        store: &dyn LogsStore,
        tenant: &TenantId,
        filter: &Self::Filter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<u32>>;

    /// Whether the field can be absent.
    fn optional(field: &str) -> bool;
}

/// The values of each record, by number: every combination, and one with everything absent that
/// can be.
fn records<L: Filtered>() -> Vec<Vec<Option<bool>>> {
    let fields = L::FIELDS.len();
    let mut records: Vec<Vec<Option<bool>>> = (0..1_u32 << fields)
        .map(|bits| {
            (0..fields)
                .map(|field| Some(bits >> field & 1 == 1))
                .collect()
        })
        .collect();
    records.push(
        L::FIELDS
            .iter()
            .map(|(name, _)| (!L::optional(name)).then_some(false))
            .collect(),
    );
    records
}

async fn store_records<L: Filtered>(case: &CaseContext) -> Vec<Vec<Option<bool>>> {
    let store = case.store();
    let records = records::<L>();
    let is_second =
        |values: &[Option<bool>]| L::BY_RECORD_TIME && values.last() == Some(&Some(true));
    for second in [false, true] {
        let drafts: Vec<Draft> = records
            .iter()
            .zip(0..)
            .filter(|(values, _)| is_second(values) == second)
            .flat_map(|(values, number)| L::drafts(number, values))
            .collect();
        if !drafts.is_empty() {
            append(&*store, &tenant("a"), drafts.clone()).await;
            append(&*store, &tenant("b"), drafts).await;
        }
        case.clock().advance(Duration::from_secs(3600));
    }
    records
}

/// Checks what the list holds with these fields set to these values.
async fn check<L: Filtered>(
    store: &dyn LogsStore,
    records: &[Vec<Option<bool>>],
    wanted: &[(usize, bool)],
    limit: Option<u32>,
) {
    let tenant = tenant("a");
    let names: Vec<(&str, bool)> = wanted
        .iter()
        .map(|(field, value)| (L::FIELDS[*field].0, *value))
        .collect();
    let filter = wanted
        .iter()
        .fold(L::Filter::default(), |filter, (field, value)| {
            (L::FIELDS[*field].1)(filter, *value)
        });
    let expected: BTreeSet<u32> = records
        .iter()
        .zip(0..)
        .filter(|(values, _)| {
            wanted
                .iter()
                .all(|(field, value)| values[*field] == Some(*value))
        })
        .map(|(_, number)| number)
        .collect();
    assert!(!expected.is_empty(), "{names:?} holds something");
    let mut request = limit.map_or_else(largest, first);
    let page = L::list(store, &tenant, &filter, &request).await.unwrap();
    let total = Total::Exact(expected.len() as u64);
    assert_eq!(page.total, total, "the total of {names:?}");
    let full = request.limit.as_usize().min(expected.len());
    assert_eq!(
        page.items.len(),
        full,
        "the first page of {names:?} is full"
    );
    let mut found = page.items;
    let mut next = page.next;
    while let Some(cursor) = next {
        request = request.after(cursor);
        let page = L::list(store, &tenant, &filter, &request).await.unwrap();
        found.extend(page.items);
        assert!(
            found.len() <= expected.len(),
            "{names:?} holds each record once"
        );
        next = page.next.filter(|_| found.len() < expected.len());
    }
    assert_eq!(
        found.len(),
        expected.len(),
        "{names:?} holds each record once"
    );
    assert_eq!(
        found.into_iter().collect::<BTreeSet<_>>(),
        expected,
        "{names:?}"
    );
}

async fn each_filter_alone<L: Filtered>(case: &mut CaseContext) {
    let records = store_records::<L>(case).await;
    check::<L>(&*case.store(), &records, &[], None).await;
    for field in 0..L::FIELDS.len() {
        for value in [false, true] {
            check::<L>(&*case.store(), &records, &[(field, value)], None).await;
        }
    }
}

async fn every_pair_of_filters<L: Filtered>(case: &mut CaseContext) {
    let records = store_records::<L>(case).await;
    for one in 0..L::FIELDS.len() {
        for other in one + 1..L::FIELDS.len() {
            for (first, second) in [(false, false), (false, true), (true, false), (true, true)] {
                let wanted = [(one, first), (other, second)];
                check::<L>(&*case.store(), &records, &wanted, None).await;
            }
        }
    }
}

async fn all_filters_together<L: Filtered>(case: &mut CaseContext) {
    let records = store_records::<L>(case).await;
    for value in [false, true] {
        let wanted: Vec<_> = (0..L::FIELDS.len()).map(|field| (field, value)).collect();
        check::<L>(&*case.store(), &records, &wanted, None).await;
    }
}

async fn filters_act_before_the_limit<L: Filtered>(case: &mut CaseContext) {
    let records = store_records::<L>(case).await;
    for field in 0..L::FIELDS.len() {
        for value in [false, true] {
            let limit = if L::FIELDS.len() < 4 { 1 } else { 19 };
            check::<L>(&*case.store(), &records, &[(field, value)], Some(limit)).await;
        }
    }
}

/// Names the cases of a list with filters.
macro_rules! filter_cases {
    ($method:literal, $list:ty $(, $own:ident)*) => {
        /// The cases of this file.
        pub(super) const CASES: &[$crate::Case] = &[
            super::filter_case!($method, each_filter_alone, $list),
            super::filter_case!($method, every_pair_of_filters, $list),
            super::filter_case!($method, all_filters_together, $list),
            super::filter_case!($method, filters_act_before_the_limit, $list),
            $($crate::Case {
                name: stringify!($own),
                needs: &[],
                body: |case| Box::pin($own(case)),
            }),*
        ];
    };
}
use filter_cases;

macro_rules! filter_case {
    ($method:literal, $body:ident, $list:ty) => {
        $crate::Case {
            name: concat!("r02_", $method, "_", stringify!($body)),
            needs: &[],
            body: |case| Box::pin(super::$body::<$list>(case)),
        }
    };
}
use filter_case;

/// The number in a name such as `r17`.
fn number_in(name: &str) -> u32 {
    name.trim_start_matches(|character: char| !character.is_ascii_digit())
        .parse()
        .expect("a name that ends in the number of a record")
}

/// The number of a record with an id that [`crate::samples::id`] made.
fn number_of(id: logs_domain::RecordId) -> u32 {
    let bytes = id.as_bytes();
    u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]])
}
