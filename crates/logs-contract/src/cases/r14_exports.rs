//! Rule 14: exports and their outcomes.

use std::time::Duration;

use logs_domain::{
    Checksum, Draft, ExportScope, ExportStatus, LogExportFilter, LogExportOutcome,
    LogExportSnapshot, OnConflict, Reason, RecordKey, RecordOutcome, StoreError, Total,
};

use crate::CaseContext;
use crate::appends::{append, batch, conflicts, outcomes};
use crate::case::cases;
use crate::samples::{at, export, id, largest, tenant};

cases! {
    r14_exports_are_pending_until_their_outcome_is_stored,
    r14_exports_fold_a_delivery,
    r14_exports_fold_a_failure,
    r14_exports_take_one_outcome_only,
    r14_exports_take_an_equal_outcome_again,
    r14_exports_refuse_an_outcome_without_its_export,
    r14_exports_refuse_an_outcome_of_another_tenants_export,
    r14_exports_take_request_and_outcome_in_one_batch_in_any_order,
    r14_exports_of_equal_ids_of_two_tenants_have_their_own_outcomes,
    r14_exports_filter_by_the_folded_state,
    r14_exports_keep_their_place_when_the_outcome_comes,
    r14_exports_read_the_status_anew_on_each_page,
    r14_exports_take_an_outcome_beside_a_request_that_conflicts,
    r14_get_log_export_is_folded_with_the_outcome_of_now,
    r14_get_log_export_is_what_the_list_shows,
}

async fn exports(
    case: &CaseContext,
    name: &str,
    filter: LogExportFilter,
) -> Vec<LogExportSnapshot> {
    let page = case
        .store()
        .list_log_exports(&tenant(name), &filter, &largest())
        .await
        .unwrap();
    assert_eq!(page.total, Total::Exact(page.items.len() as u64));
    page.items
}

async fn only_export(case: &CaseContext, name: &str) -> LogExportSnapshot {
    let mut all = exports(case, name, LogExportFilter::default()).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn completed(number: u32) -> LogExportOutcome {
    LogExportOutcome::completed(id(number), Checksum::new("sha256:9f86").unwrap(), at(60))
}

fn failed(number: u32) -> LogExportOutcome {
    LogExportOutcome::failed(id(number), Reason::new("disk full").unwrap())
}

async fn r14_exports_are_pending_until_their_outcome_is_stored(case: &mut CaseContext) {
    append(&*case.store(), &tenant("a"), [export(1)]).await;
    let found = only_export(case, "a").await;
    assert_eq!(found.status, ExportStatus::Pending);
    assert_eq!(
        (found.checksum, found.delivered_at, found.failure_reason),
        (None, None, None)
    );
    append(&*case.store(), &tenant("a"), [completed(1)]).await;
    assert_eq!(only_export(case, "a").await.status, ExportStatus::Completed);
}

async fn r14_exports_fold_a_delivery(case: &mut CaseContext) {
    append(&*case.store(), &tenant("a"), [export(1)]).await;
    let requested = logs_domain::Clock::now(&*case.clock());
    case.clock().advance(Duration::from_secs(9));
    append(&*case.store(), &tenant("a"), [completed(1)]).await;
    let found = only_export(case, "a").await;
    assert_eq!(found.status, ExportStatus::Completed);
    assert_eq!(found.checksum, Some(Checksum::new("sha256:9f86").unwrap()));
    assert_eq!(found.delivered_at, Some(at(60)));
    assert_eq!(found.failure_reason, None);
    assert_eq!(
        found.created_at, requested,
        "the record time of the request"
    );
}

async fn r14_exports_fold_a_failure(case: &mut CaseContext) {
    append(&*case.store(), &tenant("a"), [export(1)]).await;
    append(&*case.store(), &tenant("a"), [failed(1)]).await;
    let found = only_export(case, "a").await;
    assert_eq!(found.status, ExportStatus::Failed);
    assert_eq!(
        found.failure_reason,
        Some(Reason::new("disk full").unwrap())
    );
    assert_eq!((found.checksum, found.delivered_at), (None, None));
}

async fn r14_exports_take_one_outcome_only(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, [export(1)]).await;
    append(&*store, &a, [completed(1)]).await;
    let before = only_export(case, "a").await;
    let others = [
        failed(1),
        LogExportOutcome::completed(id(1), Checksum::new("other").unwrap(), at(60)),
        LogExportOutcome::completed(id(1), Checksum::new("sha256:9f86").unwrap(), at(61)),
    ];
    for other in others {
        let other = batch([other]);
        let listed = conflicts(store.append(&a, &other, OnConflict::RejectCall).await);
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].key, RecordKey::LogExportOutcome(id(1)));
        let receipt = store
            .append(&a, &other, OnConflict::SkipRecord)
            .await
            .unwrap();
        assert_eq!(outcomes(&receipt), [RecordOutcome::Conflict]);
        assert_eq!(
            only_export(case, "a").await,
            before,
            "the first outcome stays"
        );
    }
}

async fn r14_exports_take_an_equal_outcome_again(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, [export(1)]).await;
    append(&*store, &a, [failed(1)]).await;
    let before = only_export(case, "a").await;
    let again = store
        .append(&a, &batch([failed(1)]), OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(outcomes(&again), [RecordOutcome::AlreadyStored]);
    assert_eq!(only_export(case, "a").await, before);
}

async fn assert_refused(case: &CaseContext, name: &str, outcome: LogExportOutcome) {
    for on_conflict in [OnConflict::RejectCall, OnConflict::SkipRecord] {
        let drafts = batch([outcome.clone()]);
        let refused = case
            .store()
            .append(&tenant(name), &drafts, on_conflict)
            .await;
        assert!(
            matches!(refused, Err(StoreError::InvalidArgument(_))),
            "{on_conflict:?}: {refused:?}"
        );
    }
}

async fn r14_exports_refuse_an_outcome_without_its_export(case: &mut CaseContext) {
    append(&*case.store(), &tenant("a"), [export(1)]).await;
    assert_refused(case, "a", completed(2)).await;
    // The refused outcome is not kept for an export that comes later.
    append(&*case.store(), &tenant("a"), [export(2)]).await;
    for found in exports(case, "a", LogExportFilter::default()).await {
        assert_eq!(found.status, ExportStatus::Pending);
    }
}

async fn r14_exports_refuse_an_outcome_of_another_tenants_export(case: &mut CaseContext) {
    append(&*case.store(), &tenant("a"), [export(1)]).await;
    assert_refused(case, "b", failed(1)).await;
    assert_refused(case, "A", completed(1)).await;
    assert_eq!(only_export(case, "a").await.status, ExportStatus::Pending);
    assert!(
        exports(case, "b", LogExportFilter::default())
            .await
            .is_empty()
    );
}

async fn r14_exports_take_request_and_outcome_in_one_batch_in_any_order(case: &mut CaseContext) {
    let store = case.store();
    let orders: [(&str, [Draft; 2]); 2] = [
        ("request first", [export(1).into(), completed(1).into()]),
        ("outcome first", [completed(1).into(), export(1).into()]),
    ];
    for (name, drafts) in orders {
        append(&*store, &tenant(name), drafts.clone()).await;
        assert_eq!(
            only_export(case, name).await.status,
            ExportStatus::Completed,
            "{name}"
        );
        let again = store
            .append(&tenant(name), &batch(drafts), OnConflict::RejectCall)
            .await;
        assert_eq!(
            outcomes(&again.unwrap()),
            [RecordOutcome::AlreadyStored; 2],
            "{name}"
        );
    }
}

async fn r14_exports_of_equal_ids_of_two_tenants_have_their_own_outcomes(case: &mut CaseContext) {
    for name in ["a", "b", "c"] {
        append(&*case.store(), &tenant(name), [export(1)]).await;
    }
    append(&*case.store(), &tenant("a"), [completed(1)]).await;
    append(&*case.store(), &tenant("b"), [failed(1)]).await;
    for (name, status) in [
        ("a", ExportStatus::Completed),
        ("b", ExportStatus::Failed),
        ("c", ExportStatus::Pending),
    ] {
        assert_eq!(
            only_export(case, name).await.status,
            status,
            "tenant {name}"
        );
    }
}

async fn r14_exports_filter_by_the_folded_state(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, (0..6).map(export)).await;
    append(&*store, &a, [completed(1), completed(4), failed(2)]).await;
    for (status, expected) in [
        (ExportStatus::Pending, vec![5, 3, 0]),
        (ExportStatus::Completed, vec![4, 1]),
        (ExportStatus::Failed, vec![2]),
    ] {
        let filter = LogExportFilter::default()
            .status(status)
            .scope(ExportScope::Audit);
        let found: Vec<_> = exports(case, "a", filter)
            .await
            .iter()
            .map(|export| export.id)
            .collect();
        let expected: Vec<_> = expected.into_iter().map(id).collect();
        assert_eq!(found, expected, "{status}");
    }
}

async fn r14_exports_keep_their_place_when_the_outcome_comes(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    for number in [3, 1, 2] {
        append(&*store, &a, [export(number)]).await;
        case.clock().advance(Duration::from_secs(1));
    }
    append(&*store, &a, [completed(3)]).await;
    let found: Vec<_> = exports(case, "a", LogExportFilter::default())
        .await
        .iter()
        .map(|export| export.id)
        .collect();
    assert_eq!(found, [id(2), id(1), id(3)]);
    // The record time of the request is what the filter goes by, too.
    let end = logs_domain::Timestamp::from_micros(crate::TestClock::START + 1).unwrap();
    let filter = LogExportFilter::default().created(logs_domain::TimeRange::before(end));
    let found: Vec<_> = exports(case, "a", filter)
        .await
        .iter()
        .map(|export| export.id)
        .collect();
    assert_eq!(found, [id(3)]);
}

async fn r14_exports_read_the_status_anew_on_each_page(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, (0..3).map(export)).await;
    let filter = LogExportFilter::default();
    let request = crate::samples::first(1);
    let page = store.list_log_exports(&a, &filter, &request).await.unwrap();
    append(&*store, &a, [failed(0), failed(1), failed(2)]).await;
    let request = largest().after(page.next.unwrap());
    let page = store.list_log_exports(&a, &filter, &request).await.unwrap();
    let found: Vec<_> = page
        .items
        .iter()
        .map(|export| (export.id, export.status))
        .collect();
    assert_eq!(
        found,
        [(id(1), ExportStatus::Failed), (id(0), ExportStatus::Failed)]
    );
}

async fn r14_exports_take_an_outcome_beside_a_request_that_conflicts(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, [export(1)]).await;
    let mut other = export(1);
    other.scope = ExportScope::System;
    let drafts = batch([Draft::from(other), completed(1).into()]);
    let receipt = store
        .append(&a, &drafts, OnConflict::SkipRecord)
        .await
        .unwrap();
    assert_eq!(
        outcomes(&receipt),
        [RecordOutcome::Conflict, RecordOutcome::Stored]
    );
    // The outcome belongs to the request that is stored.
    let found = only_export(case, "a").await;
    assert_eq!(
        (found.status, found.scope),
        (ExportStatus::Completed, ExportScope::Audit)
    );
}

async fn r14_get_log_export_is_folded_with_the_outcome_of_now(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let receipt = append(&*store, &a, [export(1), export(2)]).await;
    let requested = receipt.records[0].created_at;
    let folded = |number, outcome: Option<LogExportOutcome>| {
        let result = outcome.map(|outcome| outcome.result);
        LogExportSnapshot::from_parts(a.clone(), export(number), requested, result)
    };
    let found = store.get_log_export(&a, &id(1)).await;
    assert_eq!(found.unwrap(), Some(folded(1, None)));
    case.clock().advance(Duration::from_secs(9));
    append(&*store, &a, [completed(1), failed(2)]).await;
    for (number, outcome) in [(1, completed(1)), (2, failed(2))] {
        let found = store.get_log_export(&a, &id(number)).await;
        assert_eq!(found.unwrap(), Some(folded(number, Some(outcome))));
    }
    let absent = store.get_log_export(&a, &id(3)).await;
    assert_eq!(absent.unwrap(), None);
}

async fn r14_get_log_export_is_what_the_list_shows(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    for number in 0..3 {
        append(&*store, &a, [export(number)]).await;
        case.clock().advance(Duration::from_secs(1));
    }
    append(&*store, &a, [failed(0), completed(2)]).await;
    let listed = exports(case, "a", LogExportFilter::default()).await;
    assert_eq!(listed.len(), 3);
    for export in listed {
        let found = store.get_log_export(&a, &export.id).await;
        assert_eq!(found.unwrap(), Some(export));
    }
}
