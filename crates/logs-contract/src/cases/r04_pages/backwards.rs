//! Pages before a cursor, in both directions.

use std::collections::HashMap;
use std::time::Duration;

use logs_domain::{Cursor, Direction, PageOffset, PageRequest};

use super::cursors::assert_refused;
use crate::CaseContext;
use crate::lists::{List, cases_of_lists, identity, populate, populate_platform};
use crate::samples::{first, largest, tenant};

cases_of_lists! {
    "r04_" leads_back_page_by_page,
    "r04_" holds_before_a_record_what_lies_directly_before_it,
    "r04_" tells_what_lies_before_a_page,
    "r04_" refuses_cursors_of_the_other_direction,
    "r04_" goes_back_as_it_went_when_records_are_stored_between_pages,
}

const DIRECTIONS: [Direction; 2] = [Direction::Ascending, Direction::Descending];

/// Records of a tenant and of the platform at two times, several at each.
async fn store_eight(case: &CaseContext) {
    let store = case.store();
    populate(&*store, &tenant("a"), 0..3).await;
    populate_platform(&*store, 0..2).await;
    populate(&*store, &tenant("b"), 0..4).await;
    case.clock().advance(Duration::from_secs(1));
    populate(&*store, &tenant("a"), 3..6).await;
}

async fn leads_back_page_by_page(case: &mut CaseContext, list: List) {
    store_eight(case).await;
    let (store, a) = (case.store(), tenant("a"));
    for direction in DIRECTIONS {
        for limit in [1, 2, 3, 5] {
            let request = first(limit).direction(direction);
            let mut page = list.page(&*store, &a, &request).await.unwrap();
            let mut forth = vec![page.items.clone()];
            while let Some(next) = page.next {
                let after = request.clone().after(next);
                page = list.page(&*store, &a, &after).await.unwrap();
                forth.push(page.items.clone());
                assert!(forth.len() < 100, "the walk comes to an end");
                assert!(page.previous.is_some(), "what the cursor names lies before");
            }
            let mut back = vec![page.items.clone()];
            while let Some(previous) = page.previous {
                let before = request.clone().before(previous);
                page = list.page(&*store, &a, &before).await.unwrap();
                back.push(page.items.clone());
                assert!(page.has_more, "what the cursor names follows");
                assert_eq!(page.next.is_some(), page.has_more);
                assert!(back.len() <= forth.len(), "the walk comes to an end");
            }
            back.reverse();
            assert_eq!(forth, back, "{direction:?}, pages of {limit}");
        }
    }
}

/// All records of a list with the place of each.
async fn places(case: &CaseContext, list: List, request: &PageRequest) -> Vec<(String, Cursor)> {
    let (store, a) = (case.store(), tenant("a"));
    let one = request.clone().limit(first(1).limit);
    let mut page = list.page(&*store, &a, &one).await.unwrap();
    let mut places = Vec::new();
    loop {
        let place = page.next.clone().or(page.previous);
        places.push((page.items.remove(0), place.unwrap()));
        assert!(places.len() < 200, "the walk comes to an end");
        match page.next {
            Some(next) => {
                page = list
                    .page(&*store, &a, &one.clone().after(next))
                    .await
                    .unwrap()
            }
            None => return places,
        }
    }
}

async fn holds_before_a_record_what_lies_directly_before_it(case: &mut CaseContext, list: List) {
    store_eight(case).await;
    let (store, a) = (case.store(), tenant("a"));
    for direction in DIRECTIONS {
        let request = largest().direction(direction);
        let all = list.page(&*store, &a, &request).await.unwrap().items;
        let places = places(case, list, &request).await;
        assert_eq!(places.len(), all.len());
        for (index, (record, place)) in places.iter().enumerate() {
            assert_eq!(*record, all[index]);
            for limit in [1, 3, 1_000] {
                let before = first(limit).direction(direction).before(place.clone());
                let page = list.page(&*store, &a, &before).await.unwrap();
                let start = index.saturating_sub(limit as usize);
                let what = format!("{direction:?}, {limit} before {index}");
                assert_eq!(page.items, all[start..index], "{what}");
                assert_eq!(page.previous.is_some(), start > 0, "{what}");
                assert_eq!(page.next.is_some(), index > 0, "{what}");
            }
        }
    }
}

async fn tells_what_lies_before_a_page(case: &mut CaseContext, list: List) {
    store_eight(case).await;
    let (store, a) = (case.store(), tenant("a"));
    for direction in DIRECTIONS {
        let request = first(2).direction(direction);
        let all = places(case, list, &request).await;
        let place = |index: usize| Some(all[index].1.clone());
        let front = list.page(&*store, &a, &request).await.unwrap();
        assert_eq!((front.previous, front.next), (None, place(1)));
        let offset = request.clone().offset(PageOffset::new(1).unwrap());
        let behind = list.page(&*store, &a, &offset).await.unwrap();
        assert_eq!((behind.previous, behind.next), (place(1), place(2)));
        let last = all.len() - 1;
        let edges = [
            request.clone().before(all[0].1.clone()),
            request.clone().after(all[last].1.clone()),
            request.offset(PageOffset::new(10_000).unwrap()),
        ];
        for edge in edges {
            let page = list.page(&*store, &a, &edge).await.unwrap();
            assert!(page.items.is_empty() && !page.has_more, "{edge:?}");
            assert_eq!((page.previous, page.next), (None, None), "{edge:?}");
        }
    }
}

async fn refuses_cursors_of_the_other_direction(case: &mut CaseContext, list: List) {
    store_eight(case).await;
    let (store, a) = (case.store(), tenant("a"));
    for direction in DIRECTIONS {
        let request = first(1).direction(direction);
        let cursor = list
            .page(&*store, &a, &request)
            .await
            .unwrap()
            .next
            .unwrap();
        let other = first(1).direction(direction.reversed());
        for request in [other.clone().after(cursor.clone()), other.before(cursor)] {
            let page = list.page(&*store, &a, &request).await;
            assert_refused(page, "a cursor of the other direction");
        }
    }
}

async fn goes_back_as_it_went_when_records_are_stored_between_pages(
    case: &mut CaseContext,
    list: List,
) {
    let (store, a) = (case.store(), tenant("a"));
    populate(&*store, &a, 20..26).await;
    populate_platform(&*store, 20..22).await;
    let mut numbers = (0..20).chain(26..80);
    for direction in DIRECTIONS {
        let request = first(2).direction(direction);
        // From the last of the records that there are, back to the first.
        let before = list
            .page(&*store, &a, &largest().direction(direction))
            .await;
        let before = before.unwrap().items;
        let places = places(case, list, &request).await;
        let (last, place) = places.last().unwrap();
        let mut counts: HashMap<String, usize> = HashMap::from([(identity(list, last), 1)]);
        let mut previous = Some(place.clone());
        let mut pages = 0;
        while let Some(cursor) = previous {
            pages += 1;
            assert!(pages < 500, "the walk comes to an end");
            let page = list
                .page(&*store, &a, &request.clone().before(cursor))
                .await;
            let page = page.unwrap();
            for record in &page.items {
                *counts.entry(identity(list, record)).or_default() += 1;
            }
            // Half of them have the time of those that are there already, and smaller or larger ids.
            if let Some(number) = numbers.next() {
                populate(&*store, &a, number..number + 1).await;
                populate_platform(&*store, number..number + 1).await;
                let micros = u64::from(number % 2);
                case.clock().advance(Duration::from_micros(micros));
            }
            previous = page.previous;
        }
        for record in before {
            let seen = counts.get(&identity(list, &record)).copied().unwrap_or(0);
            assert_eq!(seen, 1, "not once: {record}");
        }
        let twice: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "repeated: {twice:?}");
    }
}
