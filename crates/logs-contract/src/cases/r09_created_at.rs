//! Rule 9: the record time.

use std::time::Duration;

use logs_domain::{
    AuditFilter, Clock, Draft, OnConflict, RecordKind, SystemRecordFilter, Timestamp,
};

use crate::CaseContext;
use crate::appends::{append, append_platform, batch};
use crate::case::cases;
use crate::samples::{at, audit, id, largest, run, run_id, system, tenant};
use crate::variants::full;

cases! {
    r09_created_at_is_the_time_of_the_clock,
    r09_created_at_is_one_for_all_records_of_an_append,
    r09_created_at_does_not_decrease_when_the_clock_steps_back,
    r09_created_at_does_not_decrease_across_tenants_and_platform,
    r09_created_at_may_be_equal_in_several_appends,
    r09_created_at_has_microseconds,
    r09_created_at_stands_in_for_an_absent_occurred_at,
    r09_created_at_leaves_the_times_of_producers_alone,
    r09_created_at_is_one_for_each_of_many_concurrent_appends,
}

async fn append_one(case: &CaseContext, name: &str, run_name: &str) -> Timestamp {
    let receipt = append(&*case.store(), &tenant(name), [run(run_name)]).await;
    receipt.records[0].created_at
}

async fn r09_created_at_is_the_time_of_the_clock(case: &mut CaseContext) {
    for number in 0..3 {
        let created_at = append_one(case, "a", &format!("r{number}")).await;
        assert_eq!(created_at, case.clock().now());
        let stored = case
            .store()
            .get_llm_run(&tenant("a"), &run_id(&format!("r{number}")))
            .await;
        assert_eq!(stored.unwrap().unwrap().created_at, created_at);
        case.clock().advance(Duration::from_secs(60));
    }
}

/// A clock that goes on by a second whenever it is read.
#[derive(Debug)]
struct RestlessClock(std::sync::atomic::AtomicI64);

impl Clock for RestlessClock {
    fn now(&self) -> Timestamp {
        let micros = self
            .0
            .fetch_add(1_000_000, std::sync::atomic::Ordering::SeqCst);
        Timestamp::from_micros(micros).unwrap()
    }

    fn tells_time_of_day(&self) -> bool {
        false
    }
}

async fn r09_created_at_is_one_for_all_records_of_an_append(case: &mut CaseContext) {
    let clock = RestlessClock(crate::TestClock::START.into());
    let options = case.options().clock(std::sync::Arc::new(clock));
    let store = case.reopen(options).await;
    let a = tenant("a");
    let many = (0..500).map(|number| Draft::from(run(&format!("r{number}"))));
    let drafts: Vec<Draft> = RecordKind::ALL
        .iter()
        .map(|kind| full(*kind))
        .chain(many)
        .collect();
    let receipt = append(&*store, &a, drafts).await;
    let created_at = receipt.records[0].created_at;
    assert!(
        receipt
            .records
            .iter()
            .all(|record| record.created_at == created_at)
    );
    let page = largest();
    let runs = store
        .list_llm_runs(&a, &logs_domain::LlmRunFilter::default(), &page)
        .await
        .unwrap();
    assert!(
        runs.items.iter().all(|run| run.created_at == created_at),
        "runs"
    );
    let steps = store
        .list_trace_steps(&a, &logs_domain::TraceStepFilter::default(), &page)
        .await;
    assert_eq!(steps.unwrap().items[0].created_at, created_at);
    let entries = store
        .list_audit_entries(&a, &AuditFilter::default(), &page)
        .await
        .unwrap();
    assert_eq!(entries.items[0].created_at, created_at);
    let next = append(&*store, &a, [run("next")]).await;
    assert!(next.records[0].created_at > created_at);
}

async fn r09_created_at_does_not_decrease_when_the_clock_steps_back(case: &mut CaseContext) {
    let mut latest = append_one(case, "a", "r").await;
    for (number, seconds) in [1, 3_600, 10].into_iter().enumerate() {
        case.clock().step_back(Duration::from_secs(seconds));
        let created_at = append_one(case, "a", &format!("r{number}")).await;
        assert!(created_at >= latest, "{created_at} comes after {latest}");
        latest = created_at;
    }
    case.clock().advance(Duration::from_secs(7_200));
    let created_at = append_one(case, "a", "last").await;
    assert_eq!(
        created_at,
        case.clock().now(),
        "the clock is followed again once it is ahead"
    );
}

async fn r09_created_at_does_not_decrease_across_tenants_and_platform(case: &mut CaseContext) {
    let first = append_one(case, "a", "r").await;
    case.clock().step_back(Duration::from_secs(5));
    let second = append_one(case, "b", "r").await;
    assert!(second >= first, "for another tenant");
    let receipt = append_platform(&*case.store(), [system(1)]).await;
    assert!(receipt.records[0].created_at >= second, "for the platform");
    case.clock().advance(Duration::from_secs(60));
    let receipt = append_platform(&*case.store(), [system(2)]).await;
    case.clock().step_back(Duration::from_secs(60));
    let last = append_one(case, "c", "r").await;
    assert!(
        last >= receipt.records[0].created_at,
        "for a tenant after the platform"
    );
}

async fn r09_created_at_may_be_equal_in_several_appends(case: &mut CaseContext) {
    let times = [
        append_one(case, "a", "1").await,
        append_one(case, "a", "2").await,
    ];
    assert_eq!(
        times[0], times[1],
        "the clock stands still, and no time is invented"
    );
}

async fn r09_created_at_has_microseconds(case: &mut CaseContext) {
    case.clock().advance(Duration::from_micros(123_457));
    let created_at = append_one(case, "a", "r").await;
    assert_eq!(created_at.as_micros() % 1_000_000, 123_457);
    let stored = case
        .store()
        .get_llm_run(&tenant("a"), &run_id("r"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stored.created_at, created_at);
}

async fn r09_created_at_stands_in_for_an_absent_occurred_at(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, [Draft::from(system(1)), audit(1).into()]).await;
    let first = case.clock().now();
    case.clock().advance(Duration::from_secs(5));
    append_platform(&*store, [system(2)]).await;
    let second = case.clock().now();
    // Sent again later, the time is still the first one.
    let again = batch([Draft::from(system(1)), audit(1).into()]);
    store
        .append(&a, &again, OnConflict::RejectCall)
        .await
        .unwrap();
    let entry = store.get_audit_entry(&a, &id(1)).await.unwrap().unwrap();
    assert_eq!((entry.occurred_at, entry.created_at), (first, first));
    let filter = SystemRecordFilter::default();
    let records = store
        .list_system_records(&a, &filter, &largest())
        .await
        .unwrap()
        .items;
    let times: Vec<_> = records
        .iter()
        .map(|record| (record.occurred_at, record.created_at))
        .collect();
    assert_eq!(times, [(second, second), (first, first)]);
}

async fn r09_created_at_leaves_the_times_of_producers_alone(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    // One long before, one long after the record time.
    let times = [at(-1_000_000_000), at(1_000_000_000)];
    for (number, time) in (0..).zip(times) {
        append(
            &*store,
            &a,
            [
                Draft::from(system(number).occurred_at(time)),
                audit(number).occurred_at(time).into(),
            ],
        )
        .await;
        let entry = store
            .get_audit_entry(&a, &id(number))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (entry.occurred_at, entry.created_at),
            (time, case.clock().now())
        );
    }
    let window = logs_domain::TimeRange::ALL;
    let records = store
        .get_system_records_in_window(&a, &window, &largest())
        .await
        .unwrap();
    let found: Vec<_> = records
        .items
        .iter()
        .map(|record| record.occurred_at)
        .collect();
    assert_eq!(found, times);
}

async fn r09_created_at_is_one_for_each_of_many_concurrent_appends(case: &mut CaseContext) {
    let mut tasks = Vec::new();
    for writer in 0..8 {
        let (store, clock) = (case.store(), case.clock());
        tasks.push(tokio::spawn(async move {
            let mut latest = None;
            for number in 0..10 {
                let runs = (0..5).map(|run_number| run(&format!("{writer} {number} {run_number}")));
                let receipt = append(&*store, &tenant("a"), runs).await;
                let created_at = receipt.records[0].created_at;
                assert!(
                    receipt
                        .records
                        .iter()
                        .all(|record| record.created_at == created_at)
                );
                assert!(
                    latest <= Some(created_at),
                    "times of one writer do not decrease"
                );
                latest = Some(created_at);
                match number % 2 {
                    0 => clock.advance(Duration::from_millis(2)),
                    _ => clock.step_back(Duration::from_millis(1)),
                }
            }
        }));
    }
    for task in tasks {
        task.await.expect("the writer ends without a panic");
    }
}
