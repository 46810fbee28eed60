//! The records of the platform.

use std::time::Duration;

use logs_domain::{NewSystemRecord, OnConflict, PlatformBatch, RecordKey, RecordOutcome};

use crate::CaseContext;
use crate::appends::{append, append_platform, conflicts, outcomes};
use crate::case::cases;
use crate::lists::List;
use crate::samples::{at, id, system, tenant};

cases! {
    r06_append_platform_is_idempotent,
    r06_append_platform_rejects_all_or_skips_the_conflicting,
    r06_append_platform_has_a_key_space_of_its_own,
    r06_append_platform_receipts_name_key_and_id,
}

fn platform(records: impl IntoIterator<Item = NewSystemRecord>) -> PlatformBatch {
    PlatformBatch::new(records.into_iter().collect()).expect("a batch")
}

async fn r06_append_platform_is_idempotent(case: &mut CaseContext) {
    let store = case.store();
    let first = append_platform(&*store, [system(1), system(2)]).await;
    case.clock().advance(Duration::from_secs(1));
    let batch = platform([system(2), system(1), system(3)]);
    let again = store
        .append_platform(&batch, OnConflict::RejectCall)
        .await
        .unwrap();
    let (stored, already) = (RecordOutcome::Stored, RecordOutcome::AlreadyStored);
    assert_eq!(outcomes(&again), [already, already, stored]);
    assert_eq!(again.records[0].created_at, first.records[1].created_at);
    assert_eq!(
        List::SystemRecords.all(&*store, &tenant("a")).await.len(),
        3
    );
}

async fn r06_append_platform_rejects_all_or_skips_the_conflicting(case: &mut CaseContext) {
    let store = case.store();
    append_platform(&*store, [system(1)]).await;
    let batch = platform([system(2), system(1).occurred_at(at(1)), system(3)]);
    let listed = conflicts(store.append_platform(&batch, OnConflict::RejectCall).await);
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].index, &listed[0].key),
        (1, &RecordKey::SystemRecord(id(1)))
    );
    assert_eq!(
        List::SystemRecords.all(&*store, &tenant("a")).await.len(),
        1
    );
    let receipt = store
        .append_platform(&batch, OnConflict::SkipRecord)
        .await
        .unwrap();
    let (stored, conflict) = (RecordOutcome::Stored, RecordOutcome::Conflict);
    assert_eq!(outcomes(&receipt), [stored, conflict, stored]);
    assert_eq!(
        List::SystemRecords.all(&*store, &tenant("a")).await.len(),
        3
    );
}

async fn r06_append_platform_has_a_key_space_of_its_own(case: &mut CaseContext) {
    let store = case.store();
    append(&*store, &tenant("a"), [system(1)]).await;
    append(&*store, &tenant("platform"), [system(1).occurred_at(at(1))]).await;
    append_platform(&*store, [system(1).occurred_at(at(2))]).await;
    append(&*store, &tenant("b"), [system(1).occurred_at(at(3))]).await;
    for (name, records) in [("a", 2), ("platform", 2), ("b", 2), ("c", 1)] {
        let all = List::SystemRecords.all(&*store, &tenant(name)).await;
        assert_eq!(all.len(), records, "tenant {name}");
    }
}

async fn r06_append_platform_receipts_name_key_and_id(case: &mut CaseContext) {
    let store = case.store();
    let receipt = append_platform(&*store, [5, 3, 4].map(system)).await;
    for (record, number) in receipt.records.iter().zip([5, 3, 4]) {
        assert_eq!(record.key, RecordKey::SystemRecord(id(number)));
        assert_eq!(record.id, Some(id(number)));
        assert_eq!(record.created_at, receipt.records[0].created_at);
    }
}
