//! Rule 5: totals are of the whole filtered set.

use std::time::Duration;

use logs_domain::{
    AppendBatch, CountMode, LlmRunFilter, PageOffset, PageRequest, RecordSource, Total,
};

use crate::CaseContext;
use crate::appends::append;
use crate::case::cases;
use crate::lists::{List, cases_of_lists, populate, populate_platform};
use crate::samples::{first, largest, run, tenant};

cases_of_lists! {
    "r05_" totals_do_not_depend_on_limit_and_offset,
    "r05_" totals_after_a_cursor_are_counted_on_request_only,
    "r05_" totals_are_not_counted_when_skipped,
    "r05_" totals_without_a_budget_are_not_counted_unless_exact,
    "r05_" totals_grow_with_the_list,
}

cases! {
    r05_every_list_counts_to_ten_thousand_and_then_says_at_least,
    r05_list_llm_runs_counts_what_the_filter_holds_up_to_the_cap,
    r05_list_llm_runs_goes_to_an_offset_of_ten_thousand,
}

async fn store_four(case: &CaseContext) {
    let store = case.store();
    populate(&*store, &tenant("a"), 0..4).await;
    populate(&*store, &tenant("b"), 0..9).await;
    populate_platform(&*store, 0..2).await;
}

async fn totals_do_not_depend_on_limit_and_offset(case: &mut CaseContext, list: List) {
    store_four(case).await;
    let store = case.store();
    for limit in [1, 2, 1_000] {
        for offset in [0, 1, 3, 100, 10_000] {
            for count in [CountMode::Default, CountMode::Exact] {
                let offset = PageOffset::new(offset).unwrap();
                let request = first(limit).offset(offset).count(count);
                let page = list.page(&*store, &tenant("a"), &request).await.unwrap();
                assert_eq!(page.total, Total::Exact(list.len(4, 2)), "{request:?}");
            }
        }
    }
}

async fn totals_after_a_cursor_are_counted_on_request_only(case: &mut CaseContext, list: List) {
    store_four(case).await;
    let store = case.store();
    let cursor = list.cursor(&*store, &tenant("a")).await;
    for (count, total) in [
        (CountMode::Default, Total::NotCounted),
        (CountMode::Skip, Total::NotCounted),
        (CountMode::Exact, Total::Exact(list.len(4, 2))),
    ] {
        let request = first(1).count(count);
        for request in [
            request.clone().after(cursor.clone()),
            request.before(cursor.clone()),
        ] {
            let page = list.page(&*store, &tenant("a"), &request).await.unwrap();
            assert_eq!(page.total, total, "{request:?}");
        }
    }
}

async fn totals_are_not_counted_when_skipped(case: &mut CaseContext, list: List) {
    store_four(case).await;
    let store = case.store();
    let counted = list.page(&*store, &tenant("a"), &first(2)).await.unwrap();
    let request = first(2).count(CountMode::Skip);
    let page = list.page(&*store, &tenant("a"), &request).await.unwrap();
    assert_eq!(page.total, Total::NotCounted);
    assert_eq!((page.items, page.next), (counted.items, counted.next));
}

async fn totals_without_a_budget_are_not_counted_unless_exact(case: &mut CaseContext, list: List) {
    let options = case.options().count_budget(Duration::ZERO);
    let store = case.reopen(options).await;
    store_four(case).await;
    let request = first(2);
    let page = list.page(&*store, &tenant("a"), &request).await.unwrap();
    assert_eq!(page.total, Total::NotCounted, "the time is up at once");
    assert_eq!(page.items.len(), 2, "the page itself is not affected");
    assert!(page.has_more);
    let request = first(2).count(CountMode::Exact);
    let page = list.page(&*store, &tenant("a"), &request).await.unwrap();
    assert_eq!(
        page.total,
        Total::Exact(list.len(4, 2)),
        "exact has no budget"
    );
}

async fn totals_grow_with_the_list(case: &mut CaseContext, list: List) {
    let store = case.store();
    for own in 0..3 {
        let page = list.page(&*store, &tenant("a"), &first(1)).await.unwrap();
        assert_eq!(page.total, Total::Exact(list.len(own, 0)));
        let number = u32::try_from(own).unwrap();
        populate(&*store, &tenant("a"), number..number + 1).await;
    }
}

async fn r05_every_list_counts_to_ten_thousand_and_then_says_at_least(case: &mut CaseContext) {
    const CAP: u64 = CountMode::DEFAULT_CAP;
    let store = case.store();
    let a = tenant("a");
    populate(&*store, &a, 0..10_000).await;
    for list in List::ALL {
        let len = list.len(CAP, 0);
        let page = list.page(&*store, &a, &first(1)).await.unwrap();
        let total = if len > CAP {
            Total::AtLeast(CAP)
        } else {
            Total::Exact(CAP)
        };
        assert_eq!(page.total, total, "{list:?} of {len}");
    }
    populate(&*store, &a, 10_000..10_001).await;
    for list in List::ALL {
        let len = list.len(CAP + 1, 0);
        let page = list.page(&*store, &a, &first(1)).await.unwrap();
        assert_eq!(page.total, Total::AtLeast(CAP), "{list:?} of {len}");
        let request = first(1).count(CountMode::Exact);
        let page = list.page(&*store, &a, &request).await.unwrap();
        assert_eq!(page.total, Total::Exact(len), "{list:?} of {len}");
    }
}

async fn r05_list_llm_runs_counts_what_the_filter_holds_up_to_the_cap(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let mut runs = (0..10_001_u32).map(|number| {
        let mut run = run(&format!("r{number}"));
        run.source = if number % 2 == 0 {
            RecordSource::Api
        } else {
            RecordSource::Sdk
        };
        run
    });
    append(&*store, &a, runs.by_ref().take(AppendBatch::MAX_RECORDS)).await;
    append(&*store, &a, runs).await;
    for (filter, total) in [
        (LlmRunFilter::default(), Total::AtLeast(10_000)),
        (
            LlmRunFilter::default().source(RecordSource::Api),
            Total::Exact(5_001),
        ),
        (
            LlmRunFilter::default().source(RecordSource::Sdk),
            Total::Exact(5_000),
        ),
        (
            LlmRunFilter::default().source(RecordSource::System),
            Total::Exact(0),
        ),
    ] {
        let page = store.list_llm_runs(&a, &filter, &first(1)).await.unwrap();
        assert_eq!(page.total, total, "{filter:?}");
    }
}

async fn r05_list_llm_runs_goes_to_an_offset_of_ten_thousand(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let mut runs = (0..10_002_u32).map(|number| run(&format!("r{number}")));
    append(&*store, &a, runs.by_ref().take(AppendBatch::MAX_RECORDS)).await;
    append(&*store, &a, runs).await;
    let deepest: PageRequest = largest().offset(PageOffset::MAX).count(CountMode::Exact);
    let page = List::LlmRuns.page(&*store, &a, &deepest).await.unwrap();
    assert_eq!(page.items.len(), 2);
    assert_eq!(page.total, Total::Exact(10_002));
    let walked = List::LlmRuns.walk(&*store, &a, largest()).await.concat();
    assert_eq!(walked.len(), 10_002);
    assert_eq!(page.items, walked[10_000..]);
}
