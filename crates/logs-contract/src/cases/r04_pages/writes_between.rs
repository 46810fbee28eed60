//! Appends between two pages.

use std::collections::HashMap;
use std::time::Duration;

use crate::CaseContext;
use crate::appends::append;
use crate::case::cases;
use crate::lists::{List, cases_of_lists, identity, populate, populate_platform};
use crate::samples::{first, run, tenant};

cases_of_lists! {
    "r04_" lose_and_repeat_nothing_when_records_are_stored_between_them,
}

cases! {
    r04_list_llm_runs_holds_its_place_among_equal_times_while_records_arrive,
}

async fn lose_and_repeat_nothing_when_records_are_stored_between_them(
    case: &mut CaseContext,
    list: List,
) {
    let store = case.store();
    let a = tenant("a");
    populate(&*store, &a, 10..16).await;
    populate_platform(&*store, 10..12).await;
    let before = list.all(&*store, &a).await;
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut next = Some(first(1));
    let mut numbers = (0..10).chain(16..40);
    let mut pages = 0;
    while let Some(request) = next {
        pages += 1;
        assert!(pages < 500, "the walk comes to an end");
        let page = list.page(&*store, &a, &request).await.unwrap();
        for record in &page.items {
            *counts.entry(identity(list, record)).or_default() += 1;
        }
        // Half of them have the time of those that are there already, and smaller or larger ids.
        if let Some(number) = numbers.next() {
            populate(&*store, &a, number..number + 1).await;
            populate_platform(&*store, number..number + 1).await;
            case.clock()
                .advance(Duration::from_micros(u64::from(number % 2)));
        }
        next = page.next.map(|cursor| request.after(cursor));
    }
    for record in before {
        let seen = counts.get(&identity(list, &record)).copied().unwrap_or(0);
        assert_eq!(seen, 1, "not once: {record}");
    }
    let twice: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "repeated: {twice:?}");
}

async fn r04_list_llm_runs_holds_its_place_among_equal_times_while_records_arrive(
    case: &mut CaseContext,
) {
    let store = case.store();
    let a = tenant("a");
    append(
        &*store,
        &a,
        (0..20).map(|number| run(&format!("old {number}"))),
    )
    .await;
    let old = List::LlmRuns.all(&*store, &a).await;
    let mut seen = Vec::new();
    let mut next = Some(first(3));
    let mut number = 0;
    while let Some(request) = next {
        let page = List::LlmRuns.page(&*store, &a, &request).await.unwrap();
        seen.extend(page.items);
        append(&*store, &a, [run(&format!("new {number}"))]).await;
        number += 1;
        assert!(number < 100, "the walk comes to an end");
        next = page.next.map(|cursor| request.after(cursor));
    }
    let seen: Vec<_> = seen
        .into_iter()
        .filter(|run| run.contains("old "))
        .collect();
    assert_eq!(seen, old);
}
