//! Filters of system records, of the tenant and of the platform.

use async_trait::async_trait;
use logs_domain::{
    Component, Draft, LogsStore, PageRequest, QueryResult, Severity, StoreResult, SystemEventType,
    SystemRecordFilter, TenantId, TimeRange, Total,
};

use super::{Field, Filtered, filter_cases, number_of, second_append};
use crate::CaseContext;
use crate::appends::{append, append_platform};
use crate::samples::{at, correlation, largest, tenant};

filter_cases! {
    "list_system_records", System,
    r02_list_system_records_filters_act_on_records_of_the_platform
}

struct System;

const fn component(second: bool) -> Component {
    if second {
        Component::DB
    } else {
        Component::API
    }
}

fn event_type(second: bool) -> SystemEventType {
    SystemEventType::new(if second { "error" } else { "ERROR" }).unwrap()
}

const fn severity(second: bool) -> Severity {
    if second {
        Severity::Critical
    } else {
        Severity::Warn
    }
}

fn cause(second: bool) -> logs_domain::CorrelationId {
    correlation(if second { "Cause" } else { "cause" })
}

fn record(number: u32, values: &[Option<bool>]) -> logs_domain::NewSystemRecord {
    let second = |field: usize| values[field] == Some(true);
    let mut record = crate::samples::system(number);
    record.component = component(second(0));
    record.event_type = event_type(second(1));
    record.severity = severity(second(2));
    record.correlation_id = values[3].map(cause);
    record.occurred_at = Some(at(if second(4) { 10 } else { 9 }));
    record
}

#[async_trait]
impl Filtered for System {
    type Filter = SystemRecordFilter;

    const FIELDS: &'static [Field<SystemRecordFilter>] = &[
        ("component", |filter, second| {
            filter.component(component(second))
        }),
        ("event_type", |filter, second| {
            filter.event_type(event_type(second))
        }),
        ("severity", |filter, second| {
            filter.severity(severity(second))
        }),
        ("correlation_id", |filter, second| {
            filter.correlation_id(cause(second))
        }),
        ("occurred", |filter, second| {
            filter.occurred(if second {
                TimeRange::since(at(10))
            } else {
                TimeRange::before(at(10))
            })
        }),
        ("created", |filter, second| {
            let range = if second {
                TimeRange::since
            } else {
                TimeRange::before
            };
            filter.created(range(second_append()))
        }),
    ];
    const BY_RECORD_TIME: bool = true;

    fn drafts(number: u32, values: &[Option<bool>]) -> Vec<Draft> {
        vec![record(number, values).into()]
    }

    async fn list(
        store: &dyn LogsStore,
        tenant: &TenantId,
        filter: &SystemRecordFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<u32>> {
        let page = store.list_system_records(tenant, filter, page).await?;
        Ok(page.map(|record| number_of(record.id)))
    }

    fn optional(field: &str) -> bool {
        field == "correlation_id"
    }
}

async fn r02_list_system_records_filters_act_on_records_of_the_platform(case: &mut CaseContext) {
    let store = case.store();
    let values = |second| vec![Some(second); System::FIELDS.len()];
    append_platform(
        &*store,
        [record(1, &values(false)), record(2, &values(true))],
    )
    .await;
    append(
        &*store,
        &tenant("a"),
        [record(3, &values(false)), record(4, &values(true))],
    )
    .await;
    // All have one record time, so the last field is left out.
    for (name, set) in &System::FIELDS[..System::FIELDS.len() - 1] {
        for (second, expected) in [(false, [3, 1]), (true, [4, 2])] {
            let filter = set(SystemRecordFilter::default(), second);
            let page = System::list(&*store, &tenant("a"), &filter, &largest())
                .await
                .unwrap();
            assert_eq!(page.items, expected, "{name} {second}");
            assert_eq!(page.total, Total::Exact(2), "{name} {second}");
        }
    }
}
