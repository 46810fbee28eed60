use logs_contract::samples::{at, id, run};
use logs_domain::{AppendBatch, Draft, OnConflict, RecordKey, RecordOutcome, RecordReceipt};

use super::plan;
use crate::IngestOptions;

const SKIP: OnConflict = OnConflict::SkipRecord;

fn draft(key: &str) -> Draft {
    run(key).into()
}

fn other(key: &str) -> Draft {
    run(key).completed_at(at(1)).into()
}

fn receipt(key: RecordKey, outcome: RecordOutcome) -> RecordReceipt {
    RecordReceipt {
        outcome,
        key,
        id: Some(id(7)),
        created_at: at(9),
    }
}

fn lengths(drafts: &[Draft], on_conflict: OnConflict, options: &IngestOptions) -> Vec<usize> {
    let plan = plan(drafts.to_vec(), on_conflict, options);
    plan.parts.iter().map(|part| part.drafts.len()).collect()
}

#[test]
fn twenty_thousand_records_become_two_parts_in_their_order() {
    let drafts: Vec<Draft> = (0..20_000).map(|n| draft(&format!("r{n}"))).collect();
    let plan = plan(drafts.clone(), SKIP, &IngestOptions::default());
    assert_eq!(plan.parts.len(), 2);
    let sent: Vec<&Draft> = plan.parts.iter().flat_map(|part| &part.drafts).collect();
    assert!(sent.into_iter().eq(&drafts));
    for part in plan.parts {
        let keys: Vec<RecordKey> = part.drafts.iter().map(Draft::key).collect();
        assert_eq!(part.keys, keys);
        let bytes: usize = part.drafts.iter().map(Draft::byte_len).sum();
        assert_eq!(part.bytes, bytes);
        AppendBatch::new(part.drafts).unwrap();
    }
}

#[test]
fn a_part_ends_at_the_limit_of_records_or_of_bytes() {
    let drafts: Vec<Draft> = (0..7).map(|n| draft(&format!("r{n}"))).collect();
    let one = drafts[0].byte_len();
    let options = IngestOptions::default();
    let records = options.clone().batch(3, usize::MAX);
    assert_eq!(lengths(&drafts, SKIP, &records), [3, 3, 1]);
    assert_eq!(lengths(&drafts[..6], SKIP, &records), [3, 3]);
    let bytes = options.clone().batch(100, 2 * one);
    assert_eq!(lengths(&drafts, SKIP, &bytes), [2, 2, 2, 1]);
    let short = options.clone().batch(100, 2 * one - 1);
    assert_eq!(lengths(&drafts[..3], SKIP, &short), [1, 1, 1]);
    let less_than_one = options.clone().batch(100, 1);
    assert_eq!(lengths(&drafts[..2], SKIP, &less_than_one), [1, 1]);
    assert!(lengths(&[], SKIP, &options).is_empty());
}

#[test]
fn an_atomic_request_stays_whole() {
    let drafts = [draft("a"), draft("b"), draft("a"), other("b")];
    let options = IngestOptions::default().batch(1, 1);
    assert_eq!(lengths(&drafts, OnConflict::RejectCall, &options), [4]);
}

#[test]
fn each_draft_gets_its_own_outcome() {
    let drafts = vec![
        draft("a"),
        draft("b"),
        draft("a"),
        other("a"),
        draft("c"),
        other("b"),
        draft("b"),
        other("c"),
    ];
    let keys: Vec<RecordKey> = drafts.iter().map(Draft::key).collect();
    let options = IngestOptions::default().batch(2, usize::MAX);
    let plan = plan(drafts, SKIP, &options);
    let lengths: Vec<usize> = plan.parts.iter().map(|part| part.drafts.len()).collect();
    assert_eq!(lengths, [2, 1]);
    use RecordOutcome::{AlreadyStored, Conflict, Gone, Stored};
    let outcomes = |sent: [RecordOutcome; 3]| -> Vec<RecordOutcome> {
        let firsts = [0, 1, 4].map(|index: usize| keys[index].clone());
        let sent = firsts.into_iter().zip(sent);
        let receipts = plan.receipts(sent.map(|(key, outcome)| receipt(key, outcome)).collect());
        let receipt_keys = receipts.iter().map(|receipt| &receipt.key);
        assert!(receipt_keys.eq(&keys));
        receipts.iter().map(|receipt| receipt.outcome).collect()
    };
    assert_eq!(
        outcomes([Stored, AlreadyStored, Stored]),
        [
            Stored,
            AlreadyStored,
            AlreadyStored,
            Conflict,
            Stored,
            Conflict,
            AlreadyStored,
            Conflict
        ]
    );
    assert_eq!(
        outcomes([Conflict, Gone, Conflict]),
        [
            Conflict, Gone, Conflict, Conflict, Conflict, Conflict, Gone, Conflict
        ]
    );
}

#[test]
fn without_repetitions_the_receipts_pass_through() {
    let plan = plan(
        vec![draft("a"), draft("b")],
        SKIP,
        &IngestOptions::default(),
    );
    let receipts: Vec<RecordReceipt> = [draft("a"), draft("b")]
        .map(|draft| receipt(draft.key(), RecordOutcome::Stored))
        .into();
    assert_eq!(plan.receipts(receipts.clone()), receipts);
}
