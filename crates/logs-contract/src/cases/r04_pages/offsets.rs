//! Pages by offset.

use std::time::Duration;

use logs_domain::{PageOffset, Total};

use crate::CaseContext;
use crate::lists::{List, cases_of_lists, populate, populate_platform};
use crate::samples::{first, tenant};

cases_of_lists! {
    "r04_" offsets_leave_out_so_many_records,
    "r04_" cursors_continue_pages_by_offset,
}

async fn store_five(case: &CaseContext) {
    let store = case.store();
    populate(&*store, &tenant("a"), 0..3).await;
    populate_platform(&*store, 0..2).await;
    case.clock().advance(Duration::from_secs(1));
    populate(&*store, &tenant("a"), 3..5).await;
}

async fn offsets_leave_out_so_many_records(case: &mut CaseContext, list: List) {
    store_five(case).await;
    let store = case.store();
    let all = list.all(&*store, &tenant("a")).await;
    for offset in (0..=all.len() + 1).chain([10_000]) {
        let request = first(2).offset(PageOffset::new(u32::try_from(offset).unwrap()).unwrap());
        let page = list.page(&*store, &tenant("a"), &request).await.unwrap();
        let start = offset.min(all.len());
        let end = (start + 2).min(all.len());
        assert_eq!(page.items, all[start..end], "offset {offset}");
        assert_eq!(page.has_more, end < all.len(), "offset {offset}");
        assert_eq!(page.next.is_some(), page.has_more, "offset {offset}");
        assert_eq!(page.total, Total::Exact(list.len(5, 2)), "offset {offset}");
    }
}

async fn cursors_continue_pages_by_offset(case: &mut CaseContext, list: List) {
    store_five(case).await;
    let store = case.store();
    let all = list.all(&*store, &tenant("a")).await;
    let request = first(1).offset(PageOffset::new(2).unwrap());
    let pages = list.walk(&*store, &tenant("a"), request).await;
    assert_eq!(pages.concat(), all[2..]);
}
