//! What a receipt says.

use std::time::Duration;

use logs_domain::{Draft, OnConflict, RecordId, RecordKind, RecordOutcome};

use crate::CaseContext;
use crate::appends::{append, batch, outcomes};
use crate::case::cases;
use crate::samples::{run, run_id, span, step, system, tenant, trace};
use crate::variants::{full, full_span};

cases! {
    r06_append_receipts_follow_the_order_of_the_batch,
    r06_append_receipts_name_key_and_id_of_every_kind,
    r06_append_receipts_tell_when_each_record_was_stored,
    r06_append_takes_equal_duplicates_in_one_batch,
    r06_append_ids_are_those_of_the_records_that_are_read,
}

async fn r06_append_receipts_follow_the_order_of_the_batch(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(
        &*store,
        &a,
        (0..50).step_by(2).map(|number| run(&format!("r{number}"))),
    )
    .await;
    // Kinds and keys in no order that a store would choose.
    let mut drafts: Vec<Draft> = Vec::new();
    for number in (0..50_u32).rev() {
        drafts.push(run(&format!("r{number}")).into());
        drafts.push(system((number * 7) % 50).into());
        drafts.push(trace(&format!("t{}", (number * 3) % 50)).into());
        drafts.push(span("t", &format!("s{}", (number * 11) % 50), 0).into());
    }
    let batch = batch(drafts.clone());
    let receipt = store
        .append(&a, &batch, OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(receipt.records.len(), drafts.len());
    for (index, (record, draft)) in receipt.records.iter().zip(&drafts).enumerate() {
        assert_eq!(record.key, draft.key(), "record {index}");
        assert_eq!(record.id, draft.id(&a), "record {index}");
        let even = matches!(draft, Draft::LlmRun(_)) && (49 - index / 4).is_multiple_of(2);
        let outcome = if even {
            RecordOutcome::AlreadyStored
        } else {
            RecordOutcome::Stored
        };
        assert_eq!(record.outcome, outcome, "record {index}");
    }
}

async fn r06_append_receipts_name_key_and_id_of_every_kind(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let kinds = RecordKind::ALL.iter().map(|kind| full(*kind));
    let drafts: Vec<Draft> = kinds.chain([full_span()]).collect();
    let receipt = append(&*store, &a, drafts.clone()).await;
    for (record, draft) in receipt.records.iter().zip(&drafts) {
        assert_eq!(record.key, draft.key());
        assert_eq!(record.id, draft.id(&a));
        let outcome_of_export = draft.kind() == RecordKind::LogExportOutcome;
        assert_eq!(record.id.is_none(), outcome_of_export, "{draft:?}");
    }
}

async fn r06_append_receipts_tell_when_each_record_was_stored(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let mut times = Vec::new();
    for number in 0..3 {
        let receipt = append(&*store, &a, [run(&format!("r{number}"))]).await;
        times.push(receipt.records[0].created_at);
        case.clock().advance(Duration::from_micros(1));
    }
    let drafts = batch([
        run("r2"),
        run("r1").is_synthetic(true),
        run("r0"),
        run("r3"),
    ]);
    let receipt = store
        .append(&a, &drafts, OnConflict::SkipRecord)
        .await
        .unwrap();
    let told: Vec<_> = receipt
        .records
        .iter()
        .map(|record| record.created_at)
        .collect();
    assert_eq!(told[..3], [times[2], times[1], times[0]]);
    assert!(told[3] > times[2], "the new one is later than all before");
    let stored = store.get_llm_run(&a, &run_id("r3")).await.unwrap().unwrap();
    assert_eq!(stored.created_at, told[3]);
}

async fn r06_append_takes_equal_duplicates_in_one_batch(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let mut drafts: Vec<Draft> = RecordKind::ALL.iter().map(|kind| full(*kind)).collect();
    drafts.extend(drafts.clone());
    let (stored, already) = (RecordOutcome::Stored, RecordOutcome::AlreadyStored);
    let receipt = store
        .append(&a, &batch(drafts.clone()), OnConflict::RejectCall)
        .await
        .unwrap();
    let kinds = RecordKind::ALL.len();
    assert_eq!(outcomes(&receipt)[..kinds], vec![stored; kinds]);
    assert_eq!(outcomes(&receipt)[kinds..], vec![already; kinds]);
    for place in 0..kinds {
        let (first, second) = (&receipt.records[place], &receipt.records[place + kinds]);
        assert_eq!(
            (&first.key, first.id, first.created_at),
            (&second.key, second.id, second.created_at)
        );
    }
    let receipt = store
        .append(&a, &batch(drafts), OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(outcomes(&receipt), vec![already; 2 * kinds]);
}

async fn r06_append_ids_are_those_of_the_records_that_are_read(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let receipt = append(
        &*store,
        &a,
        [
            Draft::from(run("r")),
            trace("t").into(),
            step("t", 0).into(),
        ],
    )
    .await;
    let ids: Vec<RecordId> = receipt
        .records
        .iter()
        .filter_map(|record| record.id)
        .collect();
    let run = store.get_llm_run(&a, &run_id("r")).await.unwrap().unwrap();
    let page = crate::samples::largest();
    let traces = store
        .list_traces(&a, &logs_domain::TraceFilter::default(), &page)
        .await
        .unwrap();
    let steps = store
        .list_trace_steps(&a, &logs_domain::TraceStepFilter::default(), &page)
        .await
        .unwrap();
    assert_eq!(ids, [run.id, traces.items[0].id, steps.items[0].id]);
}
