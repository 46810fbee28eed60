//! Pages of every size, within one append and over several.

use std::time::Duration;

use logs_domain::{PageRequest, Total};

use crate::CaseContext;
use crate::case::cases;
use crate::lists::{List, cases_of_lists, populate, populate_platform};
use crate::samples::{first, largest, run, tenant};

cases_of_lists! {
    "r04_" of_nothing_is_one_empty_page,
    "r04_" of_one_hold_each_record_once_on_equal_times,
    "r04_" of_every_size_agree,
    "r04_" that_are_full_and_last_have_no_next,
}

cases! {
    r04_list_llm_runs_holds_fifty_by_default,
    r04_list_llm_runs_holds_a_thousand_at_most,
}

/// Seven records of the tenant in three appends, two of them at one time, and three records of the
/// platform.
async fn store_seven(case: &CaseContext) {
    let store = case.store();
    populate(&*store, &tenant("a"), 0..3).await;
    populate_platform(&*store, 0..2).await;
    populate(&*store, &tenant("a"), 5..7).await;
    populate(&*store, &tenant("b"), 0..4).await;
    case.clock().advance(Duration::from_secs(1));
    populate(&*store, &tenant("a"), 3..5).await;
    populate_platform(&*store, 2..3).await;
}

async fn of_nothing_is_one_empty_page(case: &mut CaseContext, list: List) {
    let store = case.store();
    populate(&*store, &tenant("b"), 0..1).await;
    for request in [first(1), largest()] {
        let page = list.page(&*store, &tenant("a"), &request).await.unwrap();
        assert_eq!(page.items, Vec::<String>::new());
        assert_eq!(page.total, Total::Exact(0));
        assert!(!page.has_more && page.next.is_none());
    }
}

async fn of_one_hold_each_record_once_on_equal_times(case: &mut CaseContext, list: List) {
    let store = case.store();
    populate(&*store, &tenant("a"), 0..6).await;
    populate_platform(&*store, 0..2).await;
    let all = list.all(&*store, &tenant("a")).await;
    assert_eq!(all.len() as u64, list.len(6, 2));
    let pages = list.walk(&*store, &tenant("a"), first(1)).await;
    assert!(pages.iter().all(|page| page.len() == 1));
    assert_eq!(pages.concat(), all);
}

async fn of_every_size_agree(case: &mut CaseContext, list: List) {
    store_seven(case).await;
    let store = case.store();
    let all = list.all(&*store, &tenant("a")).await;
    let len = u32::try_from(list.len(7, 3)).unwrap();
    assert_eq!(all.len(), len as usize);
    for limit in 1..=len + 1 {
        let pages = list.walk(&*store, &tenant("a"), first(limit)).await;
        assert_eq!(pages.concat(), all, "pages of {limit}");
        assert_eq!(
            pages.len(),
            len.div_ceil(limit) as usize,
            "pages of {limit}"
        );
    }
}

async fn that_are_full_and_last_have_no_next(case: &mut CaseContext, list: List) {
    store_seven(case).await;
    let store = case.store();
    let len = u32::try_from(list.len(7, 3)).unwrap();
    let page = list.page(&*store, &tenant("a"), &first(len)).await.unwrap();
    assert_eq!(page.items.len(), len as usize);
    assert!(!page.has_more && page.next.is_none(), "no record follows");
    let page = list
        .page(&*store, &tenant("a"), &first(len - 1))
        .await
        .unwrap();
    assert!(page.has_more && page.next.is_some(), "one record follows");
}

async fn r04_list_llm_runs_holds_fifty_by_default(case: &mut CaseContext) {
    let store = case.store();
    let runs = (0..51).map(|number| run(&format!("r{number}")));
    crate::appends::append(&*store, &tenant("a"), runs).await;
    let request = PageRequest::default();
    let page = List::LlmRuns
        .page(&*store, &tenant("a"), &request)
        .await
        .unwrap();
    assert_eq!(page.items.len(), 50);
    assert!(page.has_more);
}

async fn r04_list_llm_runs_holds_a_thousand_at_most(case: &mut CaseContext) {
    let store = case.store();
    let runs = (0..1_001).map(|number| run(&format!("r{number}")));
    crate::appends::append(&*store, &tenant("a"), runs).await;
    let pages = List::LlmRuns.walk(&*store, &tenant("a"), largest()).await;
    let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(sizes, [1_000, 1]);
}
