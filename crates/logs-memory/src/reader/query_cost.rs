//! How many records a page looks at: as many as it shows and one more, in a list of any length. No
//! clock is involved.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use logs_domain::page::{ListKey, Walk};
use logs_domain::{
    CountMode, Cursor, Direction, LlmRunFilter, PageLimit, PageOffset, PageRequest, ReadMethod,
    RecordId, TenantId, Timestamp, Total,
};

use crate::page::{entries, page};

const PAGE: u32 = 50;

/// A list, and how many of its records were looked at.
struct Looked {
    list: BTreeMap<ListKey, usize>,
    tenant: TenantId,
    records: Cell<usize>,
}

impl Looked {
    fn new(length: usize) -> Self {
        let tenant = TenantId::new("acme").unwrap();
        let key = |place: usize| ListKey {
            created_at: Timestamp::from_micros(1_000_000 + place as i64 / 3).unwrap(),
            id: RecordId::imported(&tenant, "work", place as u64).as_uuid(),
        };
        Self {
            list: (0..length).map(|place| (key(place), place)).collect(),
            tenant,
            records: Cell::new(0),
        }
    }

    /// Asks for a page of what matches: the number of records on it, what follows, the total, and how
    /// many records were looked at.
    fn ask(
        &self,
        request: &PageRequest,
        matches: fn(usize) -> bool,
    ) -> (usize, Option<Cursor>, Total, usize) {
        self.records.set(0);
        let filter = LlmRunFilter::default();
        let walk = Walk::new(ReadMethod::ListLlmRuns, &self.tenant, &filter, request).unwrap();
        let found = page(&walk, Duration::MAX, |start| {
            entries(&self.list, start)
                .inspect(|_| self.records.set(self.records.get() + 1))
                .filter(move |(_, place)| matches(**place))
        });
        let found = found.unwrap();
        let shown = found.items.len();
        (shown, found.next, found.total, self.records.get())
    }
}

fn uncounted() -> PageRequest {
    PageRequest::first(PAGE).unwrap().count(CountMode::Skip)
}

#[test]
fn a_page_looks_at_what_it_shows_in_a_list_of_any_length_at_any_depth() {
    for length in [1_000, 100_000] {
        let looked = Looked::new(length);
        let (_, middle, ..) = looked.ask(&PageRequest::first(500).unwrap(), |_| true);
        let middle = middle.unwrap();
        let ascending = uncounted().direction(Direction::Ascending);
        let oldest_first = ascending.clone().limit(PageLimit::new(500).unwrap());
        let (_, far, ..) = looked.ask(&oldest_first, |_| true);
        let far = far.unwrap();
        for request in [
            uncounted(),
            uncounted().after(middle.clone()),
            uncounted().before(middle),
            ascending.clone(),
            ascending.clone().after(far.clone()),
            ascending.before(far),
        ] {
            let (shown, next, total, records) = looked.ask(&request, |_| true);
            assert_eq!((shown, total, records), (50, Total::NotCounted, 51));
            assert!(next.is_some());
        }
        // A count looks at what it counts, up to its cap.
        let counted = PageRequest::first(PAGE).unwrap();
        let (_, _, total, records) = looked.ask(&counted, |_| true);
        let expected = match length {
            1_000 => (Total::Exact(1_000), 51 + 1_000),
            _ => (Total::AtLeast(10_000), 51 + 10_001),
        };
        assert_eq!((total, records), expected);
        // The controls: what is skipped, and what a filter refuses, is looked at.
        let skipped = uncounted().offset(PageOffset::new(200).unwrap());
        assert_eq!(looked.ask(&skipped, |_| true).3, 251);
        assert_eq!(looked.ask(&uncounted(), |_| false).3, length);
    }
}
