//! Batches from one record to the limits.

use logs_domain::{AppendBatch, Draft, LlmRunFilter, OnConflict, RecordOutcome, Total};

use crate::CaseContext;
use crate::appends::{append, batch, conflicts};
use crate::case::cases;
use crate::lists::List;
use crate::samples::{first, json, run, system, tenant};

cases! {
    r06_append_takes_one_record,
    r06_append_takes_ten_thousand_records,
    r06_append_takes_sixteen_mebibytes,
    r06_append_takes_batches_of_sizes_around_powers_of_two,
}

async fn r06_append_takes_one_record(case: &mut CaseContext) {
    let store = case.store();
    append(&*store, &tenant("a"), [run("r")]).await;
    assert_eq!(List::LlmRuns.all(&*store, &tenant("a")).await.len(), 1);
}

async fn r06_append_takes_ten_thousand_records(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let runs = |changed: Option<u32>| {
        batch(
            (0..10_000)
                .map(|number| run(&format!("r{number}")).is_synthetic(Some(number) == changed)),
        )
    };
    append(&*store, &a, runs(None).drafts().to_vec()).await;
    let page = store
        .list_llm_runs(&a, &LlmRunFilter::default(), &first(1))
        .await
        .unwrap();
    assert_eq!(page.total, Total::Exact(10_000));
    let again = store
        .append(&a, &runs(None), OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(again.count(RecordOutcome::AlreadyStored), 10_000);
    let outcome = store
        .append(&a, &runs(Some(9_999)), OnConflict::RejectCall)
        .await;
    let places: Vec<usize> = conflicts(outcome)
        .iter()
        .map(|record| record.index)
        .collect();
    assert_eq!(places, [9_999]);
}

async fn r06_append_takes_sixteen_mebibytes(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let record = |number: u32, bytes: usize| {
        let details = json(&format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes)));
        Draft::from(system(number).details(details))
    };
    let mut drafts = Vec::new();
    let mut bytes = 0;
    for number in 0.. {
        let draft = record(number, 65_000);
        if bytes + draft.byte_len() > AppendBatch::MAX_BYTES {
            break;
        }
        bytes += draft.byte_len();
        drafts.push(draft);
    }
    let number = u32::try_from(drafts.len()).unwrap();
    let rest = AppendBatch::MAX_BYTES - bytes;
    let empty = record(number, 0).byte_len();
    if rest >= empty {
        drafts.push(record(number, rest - empty));
    }
    let total: usize = drafts.iter().map(Draft::byte_len).sum();
    assert!(total > AppendBatch::MAX_BYTES - 66_000);
    let records = drafts.len();
    append(&*store, &a, drafts).await;
    assert_eq!(List::SystemRecords.all(&*store, &a).await.len(), records);
}

async fn r06_append_takes_batches_of_sizes_around_powers_of_two(case: &mut CaseContext) {
    let store = case.store();
    // Where statements are cut into pieces, the last piece is easily lost or repeated.
    let sizes = [
        2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513, 999, 1_000,
    ];
    for size in sizes {
        let tenant = tenant(&format!("t{size}"));
        append(
            &*store,
            &tenant,
            (0..size).map(|number| run(&format!("r{number}"))),
        )
        .await;
        let all = List::LlmRuns.all(&*store, &tenant).await;
        assert_eq!(all.len(), size, "a batch of {size}");
    }
}
