//! Rule 1 for reads of one record by its id, as far as kinds have them in common.

use logs_domain::{ExportStatus, LogExportOutcome, Reason, SystemEventType};

use super::SIMILAR;
use crate::CaseContext;
use crate::appends::{append, append_platform};
use crate::case::cases;
use crate::samples::{audit, export, id, run_id, step, system, tenant, trace, trace_id};

cases! {
    r01_tenancy_get_trace_of_another_tenant_is_none,
    r01_tenancy_get_trace_of_equal_ids_is_the_tenants_own,
    r01_tenancy_get_system_record_of_another_tenant_is_none,
    r01_tenancy_get_system_record_of_equal_ids_is_the_tenants_own,
    r01_tenancy_get_system_record_of_the_platform_is_found_by_every_tenant,
    r01_tenancy_get_system_record_is_the_tenants_own_before_the_platforms,
    r01_tenancy_get_log_export_of_another_tenant_is_none,
    r01_tenancy_get_log_export_of_equal_ids_is_the_tenants_own,
    r01_tenancy_reads_by_id_keep_kinds_apart,
}

async fn r01_tenancy_get_trace_of_another_tenant_is_none(case: &mut CaseContext) {
    let store = case.store();
    append(&*store, &tenant("acme"), [trace("t")]).await;
    for other in SIMILAR {
        let found = store.get_trace(&tenant(other), &trace_id("t")).await;
        assert_eq!(found.unwrap(), None, "tenant {other:?}");
    }
}

async fn r01_tenancy_get_trace_of_equal_ids_is_the_tenants_own(case: &mut CaseContext) {
    let store = case.store();
    for name in ["a", "b"] {
        append(&*store, &tenant(name), [trace("t").run_id(run_id(name))]).await;
    }
    for name in ["a", "b"] {
        let found = store.get_trace(&tenant(name), &trace_id("t")).await;
        let found = found.unwrap().expect("each tenant has its header");
        assert_eq!(found.tenant_id, tenant(name));
        assert_eq!(found.run_id, Some(run_id(name)));
    }
}

async fn r01_tenancy_get_system_record_of_another_tenant_is_none(case: &mut CaseContext) {
    let store = case.store();
    append(&*store, &tenant("acme"), [system(1)]).await;
    // A record of the platform with another id is there, so that tenants see something.
    append_platform(&*store, [system(2)]).await;
    for other in SIMILAR {
        let found = store.get_system_record(&tenant(other), &id(1)).await;
        assert_eq!(found.unwrap(), None, "tenant {other:?}");
    }
}

async fn r01_tenancy_get_system_record_of_equal_ids_is_the_tenants_own(case: &mut CaseContext) {
    let store = case.store();
    for name in ["a", "b"] {
        let mut record = system(7);
        record.event_type = SystemEventType::new(name).unwrap();
        append(&*store, &tenant(name), [record]).await;
    }
    for name in ["a", "b"] {
        let found = store.get_system_record(&tenant(name), &id(7)).await;
        let found = found.unwrap().expect("each tenant has its record");
        assert_eq!(found.tenant_id, Some(tenant(name)));
        assert_eq!(found.event_type.as_str(), name);
    }
}

async fn r01_tenancy_get_system_record_of_the_platform_is_found_by_every_tenant(
    case: &mut CaseContext,
) {
    let store = case.store();
    let receipt = append_platform(&*store, [system(1)]).await;
    append(&*store, &tenant("acme"), [system(2)]).await;
    for name in SIMILAR.iter().copied().chain(["acme"]) {
        let found = store.get_system_record(&tenant(name), &id(1)).await;
        let found = found.unwrap().expect("the record of the platform");
        assert!(found.is_platform(), "tenant {name:?}: {found:?}");
        assert_eq!(
            (found.id, found.created_at, found.to_draft().summary),
            (id(1), receipt.records[0].created_at, system(1).summary)
        );
        let absent = store.get_system_record(&tenant(name), &id(3)).await;
        assert_eq!(absent.unwrap(), None, "tenant {name:?}");
    }
}

async fn r01_tenancy_get_system_record_is_the_tenants_own_before_the_platforms(
    case: &mut CaseContext,
) {
    let store = case.store();
    let a = tenant("a");
    // One key was stored by the platform first, the other by the tenant.
    append_platform(&*store, [system(1)]).await;
    append(&*store, &a, [system(1), system(2)]).await;
    append_platform(&*store, [system(2)]).await;
    for number in [1, 2] {
        let own = store.get_system_record(&a, &id(number)).await.unwrap();
        let own = own.expect("the record of the tenant");
        assert_eq!(own.tenant_id, Some(a.clone()), "record {number}");
        let other = store.get_system_record(&tenant("b"), &id(number)).await;
        let other = other.unwrap().expect("the record of the platform");
        assert!(other.is_platform(), "record {number}");
    }
}

async fn r01_tenancy_get_log_export_of_another_tenant_is_none(case: &mut CaseContext) {
    let store = case.store();
    append(&*store, &tenant("acme"), [export(1)]).await;
    for other in SIMILAR {
        let found = store.get_log_export(&tenant(other), &id(1)).await;
        assert_eq!(found.unwrap(), None, "tenant {other:?}");
    }
}

async fn r01_tenancy_get_log_export_of_equal_ids_is_the_tenants_own(case: &mut CaseContext) {
    let store = case.store();
    for name in ["a", "b", "c"] {
        let mut request = export(7);
        request.requested_by = logs_domain::ActorId::new(name).unwrap();
        append(&*store, &tenant(name), [request]).await;
    }
    let failed = LogExportOutcome::failed(id(7), Reason::new("disk full").unwrap());
    append(&*store, &tenant("b"), [failed]).await;
    for (name, status) in [
        ("a", ExportStatus::Pending),
        ("b", ExportStatus::Failed),
        ("c", ExportStatus::Pending),
    ] {
        let found = store.get_log_export(&tenant(name), &id(7)).await;
        let found = found.unwrap().expect("each tenant has its export");
        assert_eq!(found.tenant_id, tenant(name));
        assert_eq!(
            (found.requested_by.as_str(), found.status),
            (name, status),
            "tenant {name}"
        );
    }
}

async fn r01_tenancy_reads_by_id_keep_kinds_apart(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, [system(1)]).await;
    append(&*store, &a, [audit(2)]).await;
    append(&*store, &a, [export(3)]).await;
    append(&*store, &a, [step("t", 4)]).await;
    for number in 0..5 {
        let record = store.get_system_record(&a, &id(number)).await.unwrap();
        let entry = store.get_audit_entry(&a, &id(number)).await.unwrap();
        let export = store.get_log_export(&a, &id(number)).await.unwrap();
        assert_eq!(
            (record.is_some(), entry.is_some(), export.is_some()),
            (number == 1, number == 2, number == 3),
            "id {number}"
        );
    }
    // Steps alone make no header.
    let header = store.get_trace(&a, &trace_id("t")).await;
    assert_eq!(header.unwrap(), None);
}
