//! Rule 8: nothing that is stored changes.

use std::time::Duration;

use logs_domain::{
    Checksum, Draft, LogExportFilter, LogExportOutcome, OnConflict, PlatformBatch, RecordKind,
};

use crate::CaseContext;
use crate::appends::{append, batch, conflicts};
use crate::case::cases;
use crate::lists::{List, everything, populate, populate_platform};
use crate::samples::{at, export, id, largest, system, tenant};
use crate::variants::{changed_in_one_field, full, needed_before};

cases! {
    r08_immutable_a_conflict_changes_nothing_of_any_kind,
    r08_immutable_equal_records_sent_again_change_nothing,
    r08_immutable_later_records_leave_earlier_ones_as_they_were,
    r08_immutable_an_outcome_leaves_the_request_as_it_was,
    r08_immutable_records_of_the_platform_do_not_change,
    r08_immutable_reads_change_nothing,
}

async fn r08_immutable_a_conflict_changes_nothing_of_any_kind(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let drafts: Vec<Draft> = RecordKind::ALL.iter().map(|kind| full(*kind)).collect();
    let needed = RecordKind::ALL
        .iter()
        .filter_map(|kind| needed_before(*kind));
    let mut stored: Vec<Draft> = needed.filter(|draft| !drafts.contains(draft)).collect();
    stored.extend(drafts.clone());
    append(&*store, &a, stored).await;
    let before = everything(&*store, &a).await;
    case.clock().advance(Duration::from_secs(1));
    for draft in drafts {
        for (field, changed) in changed_in_one_field(&draft) {
            let changed = batch([changed]);
            let outcome = store.append(&a, &changed, OnConflict::RejectCall).await;
            assert_eq!(conflicts(outcome).len(), 1, "{field}");
            store
                .append(&a, &changed, OnConflict::SkipRecord)
                .await
                .unwrap();
        }
        assert_eq!(everything(&*store, &a).await, before, "{}", draft.kind());
    }
}

async fn r08_immutable_equal_records_sent_again_change_nothing(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let drafts = batch(RecordKind::ALL.iter().map(|kind| full(*kind)));
    store
        .append(&a, &drafts, OnConflict::RejectCall)
        .await
        .unwrap();
    let before = everything(&*store, &a).await;
    case.clock().advance(Duration::from_secs(1));
    for on_conflict in [OnConflict::RejectCall, OnConflict::SkipRecord] {
        store.append(&a, &drafts, on_conflict).await.unwrap();
        assert_eq!(everything(&*store, &a).await, before);
    }
}

async fn r08_immutable_later_records_leave_earlier_ones_as_they_were(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    // Even numbers only: their steps have positions, so that no late step renumbers them.
    populate(&*store, &a, 0..1).await;
    let before = everything(&*store, &a).await;
    for number in [2, 4] {
        case.clock().advance(Duration::from_secs(1));
        populate(&*store, &a, number..number + 1).await;
        populate(&*store, &tenant("b"), number..number + 1).await;
        populate_platform(&*store, number..number + 1).await;
        let now = everything(&*store, &a).await;
        for (before, now) in before.iter().zip(&now) {
            assert!(
                before.iter().all(|record| now.contains(record)),
                "{before:?} in {now:?}"
            );
        }
    }
}

async fn r08_immutable_an_outcome_leaves_the_request_as_it_was(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, [export(1)]).await;
    let filter = LogExportFilter::default();
    let before = store
        .list_log_exports(&a, &filter, &largest())
        .await
        .unwrap();
    case.clock().advance(Duration::from_secs(60));
    let outcome = LogExportOutcome::completed(id(1), Checksum::new("c").unwrap(), at(5));
    append(&*store, &a, [outcome]).await;
    let after = store
        .list_log_exports(&a, &filter, &largest())
        .await
        .unwrap();
    assert_eq!(after.items.len(), 1);
    assert_eq!(after.items[0].to_draft(), before.items[0].to_draft());
    assert_eq!(after.items[0].created_at, before.items[0].created_at);
    // The request is still the same record: sending it again is no conflict.
    let again = store
        .append(&a, &batch([export(1)]), OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(again.records[0].created_at, before.items[0].created_at);
}

async fn r08_immutable_records_of_the_platform_do_not_change(case: &mut CaseContext) {
    let store = case.store();
    populate_platform(&*store, 0..3).await;
    let before = everything(&*store, &tenant("a")).await;
    case.clock().advance(Duration::from_secs(1));
    let changed = PlatformBatch::new(vec![system(1), system(2)]).unwrap();
    let outcome = store
        .append_platform(&changed, OnConflict::RejectCall)
        .await;
    assert_eq!(conflicts(outcome).len(), 2);
    store
        .append_platform(&changed, OnConflict::SkipRecord)
        .await
        .unwrap();
    assert_eq!(everything(&*store, &tenant("a")).await, before);
}

async fn r08_immutable_reads_change_nothing(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    populate(&*store, &a, 0..3).await;
    let before = everything(&*store, &a).await;
    case.clock().advance(Duration::from_secs(1));
    for list in List::ALL {
        list.walk(&*store, &a, crate::samples::first(1)).await;
        // Reading for a tenant that does not exist does not make one.
        list.all(&*store, &tenant("nobody")).await;
    }
    store.settled_before(&a).await.unwrap();
    store.ready().await.unwrap();
    store.info().await.unwrap();
    assert_eq!(everything(&*store, &a).await, before);
}
