use super::Walk;
use crate::page::{Keyed, ListKey};
use crate::{
    Direction, LlmRunFilter, PageOffset, PageRequest, QueryResult, ReadMethod, StoreError,
    StoreResult, TenantId, Timestamp, Total,
};

/// The numbers of the records of the list, in its own order: the newest first.
const LIST: [u32; 7] = [6, 5, 4, 3, 2, 1, 0];

fn key(number: u32) -> ListKey {
    ListKey {
        created_at: Timestamp::from_micros(i64::from(number / 2)).unwrap(),
        id: uuid::Uuid::from_u128(u128::from(number)),
    }
}

fn walk(request: &PageRequest) -> Walk<'_, ListKey> {
    let tenant = TenantId::new("t").unwrap();
    let filter = LlmRunFilter::default();
    Walk::new(ReadMethod::ListLlmRuns, &tenant, &filter, request).unwrap()
}

/// What an adapter reads for a request of the list, in which some records are damaged.
fn read(request: &PageRequest, damaged: &[u32]) -> StoreResult<QueryResult<u32>> {
    let walk = walk(request);
    let record = |number: u32| match damaged.contains(&number) {
        true => Err(StoreError::inconsistent("t", "c", number.to_string())),
        false => Ok(number),
    };
    let mut keyed: Vec<Keyed<ListKey, u32>> = LIST.map(|n| (key(n), record(n))).into();
    walk.sort(&mut keyed);
    keyed.retain(|(key, _)| {
        let is_behind = |from| walk.compare(from, key).is_lt();
        walk.from().is_none_or(is_behind)
    });
    let read = keyed.into_iter().skip(walk.offset()).take(walk.wanted());
    walk.page(read.collect(), Total::NotCounted)
}

fn first(limit: u32) -> PageRequest {
    PageRequest::first(limit).unwrap()
}

fn ascending(limit: u32) -> PageRequest {
    first(limit).direction(Direction::Ascending)
}

/// The pages from a request on, and back from the last of them.
fn forth_and_back(request: &PageRequest) -> [Vec<Vec<u32>>; 2] {
    let mut page = read(request, &[]).unwrap();
    let mut forth = vec![page.items.clone()];
    while let Some(next) = page.next {
        page = read(&request.clone().after(next), &[]).unwrap();
        forth.push(page.items.clone());
    }
    let mut back = vec![page.items.clone()];
    while let Some(previous) = page.previous {
        page = read(&request.clone().before(previous), &[]).unwrap();
        back.push(page.items.clone());
        assert!(page.has_more, "what the cursor names follows");
    }
    [forth, back]
}

#[test]
fn pages_lead_forth_and_back_in_both_directions() {
    let mut reversed = LIST;
    reversed.reverse();
    for (request, list) in [(first(3), LIST), (ascending(3), reversed)] {
        let [forth, mut back] = forth_and_back(&request);
        assert_eq!(forth.concat(), list);
        assert_eq!(forth.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
        back.reverse();
        assert_eq!(forth, back);
    }
}

#[test]
fn a_page_tells_what_lies_before_it_and_what_follows() {
    let place = |request: &PageRequest, number| {
        let walk = walk(request);
        crate::Cursor::encode(&walk.scope, &key(number))
    };
    let page = read(&first(2), &[]).unwrap();
    assert_eq!(page.previous, None);
    assert_eq!(page.next, Some(place(&first(2), 5)));
    let behind = read(&first(2).after(page.next.unwrap()), &[]).unwrap();
    assert_eq!(behind.previous, Some(place(&first(2), 4)));
    let skipped = first(2).offset(PageOffset::new(5).unwrap());
    let page = read(&skipped, &[]).unwrap();
    assert_eq!(
        (page.items.as_slice(), page.has_more),
        ([1, 0].as_slice(), false)
    );
    assert_eq!(
        (page.previous, page.next),
        (Some(place(&first(2), 1)), None)
    );
    // Before a cursor: a page that reaches the beginning, one that just does, and one that does not.
    for (number, items, previous) in [
        (4, vec![6, 5], None),
        (5, vec![6], None),
        (3, vec![5, 4], Some(5)),
    ] {
        let page = read(&first(2).before(place(&first(2), number)), &[]).unwrap();
        assert_eq!(page.items, items);
        assert_eq!(
            page.previous,
            previous.map(|first_of| place(&first(2), first_of))
        );
        assert_eq!(page.next, items.last().map(|last| place(&first(2), *last)));
    }
    // Empty pages, behind the last record and before the first.
    let end = first(2).after(place(&first(2), 0));
    let beginning = first(2).before(place(&first(2), 6));
    let beyond = first(2).offset(PageOffset::new(7).unwrap());
    for request in [end, beginning, beyond] {
        let page = read(&request, &[]).unwrap();
        assert!(page.items.is_empty() && !page.has_more, "{request:?}");
        assert_eq!((page.previous, page.next), (None, None), "{request:?}");
    }
}

#[test]
fn a_record_that_cannot_be_read_ends_the_page_before_it_and_is_an_error_with_its_place() {
    let before = read(&first(5), &[4]).unwrap();
    assert_eq!(before.items, [6, 5]);
    let error = read(&first(5).after(before.next.unwrap()), &[4]).unwrap_err();
    assert_eq!(error.to_string(), "inconsistent data in t.c of 4");
    let place = error.place().unwrap().clone();
    assert_eq!(read(&first(2).after(place), &[4]).unwrap().items, [3, 2]);
    // One too many is not looked at: the next page begins with it.
    assert_eq!(read(&first(2), &[4]).unwrap().items, [6, 5]);
    // Backwards a page begins behind it, and the error leads on before it.
    let end = ascending(2).after(read(&ascending(2), &[]).unwrap().next.unwrap());
    let third = read(&end, &[]).unwrap().previous.unwrap();
    let page = read(&ascending(5).before(third.clone()), &[0]).unwrap();
    assert_eq!(
        (page.items.as_slice(), page.has_more),
        ([1].as_slice(), true)
    );
    let before = ascending(5).before(page.previous.unwrap());
    let error = read(&before, &[0]).unwrap_err();
    let page = read(&before.past(error.place().unwrap().clone()), &[0]).unwrap();
    assert!(
        page.items.is_empty(),
        "nothing lies before the damaged record"
    );
    // Other errors have no place.
    let request = first(1);
    let keyed: Vec<Keyed<ListKey, u32>> = vec![(key(1), Err(StoreError::closed()))];
    let error = walk(&request).page(keyed, Total::NotCounted).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }));
    assert_eq!(error.place(), None);
}

#[test]
fn the_own_direction_of_a_list_is_the_default_and_cursors_of_the_other_are_refused() {
    let (own, asked) = (first(2), first(2).direction(Direction::Descending));
    let cursor = read(&own, &[]).unwrap().next.unwrap();
    assert_eq!(read(&asked, &[]).unwrap().next.unwrap(), cursor);
    let tenant = TenantId::new("t").unwrap();
    let filter = LlmRunFilter::default();
    for request in [
        ascending(2).after(cursor.clone()),
        ascending(2).before(cursor.clone()),
    ] {
        let refused = Walk::<ListKey>::new(ReadMethod::ListLlmRuns, &tenant, &filter, &request);
        assert!(refused.unwrap_err().expected().contains("direction"));
    }
}

#[test]
fn what_an_offset_leaves_out_is_counted_in_the_direction() {
    let offset = PageOffset::new(2).unwrap();
    for (request, last) in [(first(1), 5), (ascending(1), 1)] {
        let request = request.offset(offset);
        let keys = LIST.map(key).into();
        assert_eq!(walk(&request).last_left_out(keys), Some(key(last)));
        assert_eq!(walk(&request).last_left_out(vec![key(1)]), None);
    }
}
