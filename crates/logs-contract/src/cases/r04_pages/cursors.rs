//! What cursors are bound to, and what they are not.

use std::fmt::Debug;

use logs_domain::{
    Cursor, CursorScope, Direction, PageRequest, ReadMethod, StoreError, StoreResult, WriteOutcome,
};

use crate::CaseContext;
use crate::case::cases;
use crate::lists::{Arguments, List, cases_of_lists, populate, populate_platform};
use crate::samples::{first, largest, tenant};

cases_of_lists! {
    "r04_" cursors_hold_for_every_limit,
    "r04_" cursors_hold_after_reopening needs Reopen,
    "r04_" cursors_can_be_used_again,
    "r04_" cursors_of_another_tenant_are_refused,
    "r04_" cursors_of_other_arguments_are_refused,
    "r04_" cursors_of_every_other_list_are_refused,
    "r04_" malformed_cursors_are_refused,
}

cases! {
    r04_list_llm_runs_takes_a_cursor_of_any_key_of_its_own,
}

async fn store_four(case: &CaseContext) {
    let store = case.store();
    populate(&*store, &tenant("a"), 0..4).await;
    populate(&*store, &tenant("b"), 0..4).await;
    populate_platform(&*store, 0..2).await;
}

pub(super) fn assert_refused<T: Debug>(page: StoreResult<T>, what: &str) {
    match page {
        Err(error @ StoreError::InvalidArgument(_)) => {
            assert!(
                !error.is_retryable(),
                "{what}: the same call will fail again"
            );
            assert_eq!(error.write_outcome(), WriteOutcome::NotApplied);
        }
        other => panic!("{what} is an invalid argument, not {other:?}"),
    }
}

async fn cursors_hold_for_every_limit(case: &mut CaseContext, list: List) {
    store_four(case).await;
    let store = case.store();
    let all = list.all(&*store, &tenant("a")).await;
    let request = first(2);
    let page = list.page(&*store, &tenant("a"), &request).await.unwrap();
    let cursor = page.next.unwrap();
    for limit in [1, 2, 3, 1_000] {
        let request = first(limit).after(cursor.clone());
        let pages = list.walk(&*store, &tenant("a"), request).await;
        assert_eq!(pages.concat(), all[2..], "limit {limit}");
    }
}

async fn cursors_hold_after_reopening(case: &mut CaseContext, list: List) {
    store_four(case).await;
    let all = list.all(&*case.store(), &tenant("a")).await;
    let cursor = list.cursor(&*case.store(), &tenant("a")).await;
    let options = case.options();
    let store = case.reopen(options).await;
    let text = Cursor::from_text(cursor.as_str()).unwrap();
    let pages = list.walk(&*store, &tenant("a"), first(2).after(text)).await;
    assert_eq!(pages.concat(), all[1..]);
}

async fn cursors_can_be_used_again(case: &mut CaseContext, list: List) {
    store_four(case).await;
    let store = case.store();
    let request = first(1).after(list.cursor(&*store, &tenant("a")).await);
    let one = list.page(&*store, &tenant("a"), &request).await.unwrap();
    let again = list.page(&*store, &tenant("a"), &request).await.unwrap();
    assert_eq!(one, again);
}

async fn cursors_of_another_tenant_are_refused(case: &mut CaseContext, list: List) {
    store_four(case).await;
    let store = case.store();
    let cursor = list.cursor(&*store, &tenant("a")).await;
    for other in ["b", "A", "nobody"] {
        let request = first(1).after(cursor.clone());
        let page = list.page(&*store, &tenant(other), &request).await;
        assert_refused(page, "a cursor of another tenant");
    }
}

async fn cursors_of_other_arguments_are_refused(case: &mut CaseContext, list: List) {
    store_four(case).await;
    let store = case.store();
    let cursor = list.cursor(&*store, &tenant("a")).await;
    let request = first(1).after(cursor);
    let page = list
        .page_of(Arguments::Other, &*store, &tenant("a"), &request)
        .await;
    assert_refused(page, "a cursor of another filter");
}

async fn cursors_of_every_other_list_are_refused(case: &mut CaseContext, list: List) {
    store_four(case).await;
    let store = case.store();
    for other in List::ALL.iter().filter(|other| **other != list) {
        let cursor = other.cursor(&*store, &tenant("a")).await;
        let request = first(1).after(cursor);
        let page = list.page(&*store, &tenant("a"), &request).await;
        assert_refused(page, &format!("a cursor of {other:?}"));
    }
}

async fn malformed_cursors_are_refused(case: &mut CaseContext, list: List) {
    store_four(case).await;
    let store = case.store();
    let cursor = list.cursor(&*store, &tenant("a")).await.to_string();
    let last = cursor.len() - 1;
    let forms = [
        // The first character holds the upper bits of the version.
        ("another version", format!("Q{}", &cursor[1..])),
        // The next ones hold what the cursor is bound to.
        (
            "another scope",
            format!("{}zzzz{}", &cursor[..4], &cursor[8..]),
        ),
        ("a character less", cursor[..last].to_owned()),
        ("half", cursor[..cursor.len() / 2].to_owned()),
        ("more at the end", format!("{cursor}AAAA")),
        ("twice", format!("{cursor}{cursor}")),
        ("nothing but a version", "AQ".to_owned()),
        ("no cursor at all", "not-a-cursor".to_owned()),
    ];
    for (what, text) in forms {
        let request = first(1).after(Cursor::from_text(text).unwrap());
        let page = list.page(&*store, &tenant("a"), &request).await;
        assert_refused(page, what);
    }
}

async fn r04_list_llm_runs_takes_a_cursor_of_any_key_of_its_own(case: &mut CaseContext) {
    store_four(case).await;
    let store = case.store();
    // Cursors outlive what they were made from: a key that is not stored is a place all the same.
    let filter = logs_domain::LlmRunFilter::default();
    let (method, direction) = (ReadMethod::ListLlmRuns, Direction::Descending);
    let scope = CursorScope::new(method, &tenant("a"), &filter, direction);
    let created_at = logs_domain::Timestamp::MAX;
    let id = crate::samples::id(0).as_uuid();
    let cursor = Cursor::encode(&scope, &logs_domain::page::ListKey { created_at, id });
    let request: PageRequest = largest().after(cursor);
    let page = store
        .list_llm_runs(&tenant("a"), &filter, &request)
        .await
        .unwrap();
    assert_eq!(
        page.items.len(),
        4,
        "all records come after the end of time"
    );
}
