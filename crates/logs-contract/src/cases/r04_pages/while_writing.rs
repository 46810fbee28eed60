//! Readers page while writers append.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::CaseContext;
use crate::lists::{List, cases_of_lists, identity, populate};
use crate::samples::{first, tenant};

cases_of_lists! {
    "r04_" hold_every_record_once_while_writers_append,
}

async fn hold_every_record_once_while_writers_append(case: &mut CaseContext, list: List) {
    const BEFORE: u32 = 60;
    populate(&*case.store(), &tenant("a"), 1_000..1_000 + BEFORE).await;
    let before = list.all(&*case.store(), &tenant("a")).await;
    let mut writers = Vec::new();
    for writer in 0..3 {
        let (store, clock) = (case.store(), case.clock());
        writers.push(tokio::spawn(async move {
            for number in 0..20 {
                // Smaller and larger ids than those before, at equal, later and earlier times.
                let number = writer * 2_000 + number;
                populate(&*store, &tenant("a"), number..number + 1).await;
                match number % 3 {
                    0 => clock.advance(Duration::from_micros(1)),
                    1 => clock.step_back(Duration::from_micros(1)),
                    _ => {}
                }
            }
        }));
    }
    let mut readers = Vec::new();
    for limit in [1, 7, 20] {
        let (store, before) = (case.store(), before.clone());
        readers.push(tokio::spawn(async move {
            let mut seen: BTreeMap<String, u32> = BTreeMap::new();
            for record in list
                .walk(&*store, &tenant("a"), first(limit))
                .await
                .concat()
            {
                *seen.entry(identity(list, &record)).or_default() += 1;
            }
            for record in before {
                let times = seen.get(&identity(list, &record)).copied().unwrap_or(0);
                assert_eq!(times, 1, "not once in pages of {limit}: {record}");
            }
            let twice: Vec<_> = seen.iter().filter(|(_, times)| **times > 1).collect();
            assert!(twice.is_empty(), "repeated in pages of {limit}: {twice:?}");
        }));
    }
    for task in readers.into_iter().chain(writers) {
        task.await.expect("neither reader nor writer panics");
    }
}
