//! Rule 1: nothing of another tenant is returned, counted or revealed.

mod by_id;
mod usage;

use logs_domain::{AuditLedgerSnapshot, LlmRunSnapshot, OnConflict, Total};

use crate::appends::{append, batch, outcomes};
use crate::case::cases;
use crate::lists::{List, cases_of_lists, populate, populate_platform};
use crate::samples::{
    audit, first, id, largest, run, run_id, step, system, tenant, trace, trace_id,
};
use crate::{Case, CaseContext};

/// The cases of this file and of those below it.
pub(super) const FILES: &[&[Case]] = &[CASES_OF_LISTS, CASES, by_id::CASES, usage::CASES];

cases_of_lists! {
    "r01_tenancy_" is_empty_for_tenants_with_similar_names,
    "r01_tenancy_" holds_and_counts_only_what_the_tenant_has,
    "r01_tenancy_" shows_the_same_however_much_other_tenants_store,
}

cases! {
    r01_tenancy_get_llm_run_of_another_tenant_is_none,
    r01_tenancy_get_llm_run_of_equal_ids_is_the_tenants_own,
    r01_tenancy_get_trace_id_for_run_of_another_tenant_is_none,
    r01_tenancy_get_trace_id_for_run_ignores_headers_of_other_tenants,
    r01_tenancy_get_audit_entry_of_another_tenant_is_none,
    r01_tenancy_get_audit_entry_of_equal_ids_is_the_tenants_own,
    r01_tenancy_ids_and_keys_of_tenants_are_apart_in_append,
    r01_tenancy_errors_reveal_nothing_of_another_tenant,
    r01_tenancy_a_tenant_named_platform_is_an_ordinary_tenant,
    r01_tenancy_a_tenant_does_not_inherit_from_a_prefix_of_its_name,
}

/// Tenants whose names differ from `acme` only for those who compare text well: by letter case,
/// white space, letters that look the same, or patterns of query languages.
const SIMILAR: &[&str] = &[
    "Acme",
    "ACME",
    "acme ",
    " acme",
    "acm",
    "acme1",
    "\u{430}cme",
    "acm\u{e9}",
    "acme%",
    "%",
    "____",
    "acme'--",
    "platform",
    "null",
];

async fn is_empty_for_tenants_with_similar_names(case: &mut CaseContext, list: List) {
    let store = case.store();
    populate(&*store, &tenant("acme"), 0..2).await;
    for other in SIMILAR {
        let page = list
            .page(&*store, &tenant(other), &largest())
            .await
            .unwrap();
        assert_eq!(page.items, Vec::<String>::new(), "tenant {other:?}");
        assert_eq!(page.total, Total::Exact(0), "tenant {other:?}");
        assert!(!page.has_more, "tenant {other:?}");
    }
    let own = list
        .page(&*store, &tenant("acme"), &largest())
        .await
        .unwrap();
    assert_eq!(own.total, Total::Exact(list.len(2, 0)));
}

async fn holds_and_counts_only_what_the_tenant_has(case: &mut CaseContext, list: List) {
    let store = case.store();
    populate(&*store, &tenant("a"), 0..5).await;
    populate(&*store, &tenant("b"), 2..4).await;
    populate(&*store, &tenant("A"), 3..4).await;
    populate_platform(&*store, 0..2).await;
    for (name, own) in [("a", 5), ("b", 2), ("A", 1), ("c", 0)] {
        let page = list.page(&*store, &tenant(name), &first(1)).await.unwrap();
        assert_eq!(
            page.total,
            Total::Exact(list.len(own, 2)),
            "tenant {name:?}"
        );
        let all = list.all(&*store, &tenant(name)).await;
        assert_eq!(all.len() as u64, list.len(own, 2), "tenant {name:?}");
    }
}

async fn shows_the_same_however_much_other_tenants_store(case: &mut CaseContext, list: List) {
    let store = case.store();
    let (a, b) = (tenant("a"), tenant("b"));
    populate(&*store, &a, 0..3).await;
    let before = list.walk(&*store, &a, first(2)).await;
    populate(&*store, &b, 0..7).await;
    assert_eq!(list.walk(&*store, &a, first(2)).await, before);
}

async fn r01_tenancy_get_llm_run_of_another_tenant_is_none(case: &mut CaseContext) {
    let store = case.store();
    append(&*store, &tenant("acme"), [run("r")]).await;
    for other in SIMILAR {
        let found = store.get_llm_run(&tenant(other), &run_id("r")).await;
        assert_eq!(found.unwrap(), None, "tenant {other:?}");
    }
}

async fn r01_tenancy_get_llm_run_of_equal_ids_is_the_tenants_own(case: &mut CaseContext) {
    let store = case.store();
    for name in ["a", "b"] {
        append(&*store, &tenant(name), [run("r").is_synthetic(name == "b")]).await;
    }
    for name in ["a", "b"] {
        let found: LlmRunSnapshot = store
            .get_llm_run(&tenant(name), &run_id("r"))
            .await
            .unwrap()
            .expect("each tenant has its run");
        assert_eq!(found.tenant_id, tenant(name));
        assert_eq!(found.is_synthetic, name == "b");
    }
}

async fn r01_tenancy_get_trace_id_for_run_of_another_tenant_is_none(case: &mut CaseContext) {
    let store = case.store();
    let own = run("own").trace_id(trace_id("t"));
    append(&*store, &tenant("acme"), [own]).await;
    append(
        &*store,
        &tenant("acme"),
        [trace("u").run_id(run_id("named"))],
    )
    .await;
    for other in SIMILAR {
        for run in ["own", "named"] {
            let found = store
                .get_trace_id_for_run(&tenant(other), &run_id(run))
                .await;
            assert_eq!(found.unwrap(), None, "tenant {other:?}, run {run}");
        }
    }
}

async fn r01_tenancy_get_trace_id_for_run_ignores_headers_of_other_tenants(case: &mut CaseContext) {
    let store = case.store();
    append(
        &*store,
        &tenant("b"),
        [trace("a-trace-of-b").run_id(run_id("r"))],
    )
    .await;
    append(&*store, &tenant("a"), [run("r")]).await;
    let found = store.get_trace_id_for_run(&tenant("a"), &run_id("r")).await;
    assert_eq!(found.unwrap(), None);
    append(&*store, &tenant("a"), [trace("z").run_id(run_id("r"))]).await;
    let found = store.get_trace_id_for_run(&tenant("a"), &run_id("r")).await;
    assert_eq!(found.unwrap(), Some(trace_id("z")));
}

async fn r01_tenancy_get_audit_entry_of_another_tenant_is_none(case: &mut CaseContext) {
    let store = case.store();
    append(&*store, &tenant("acme"), [audit(1)]).await;
    for other in SIMILAR {
        let found = store.get_audit_entry(&tenant(other), &id(1)).await;
        assert_eq!(found.unwrap(), None, "tenant {other:?}");
    }
}

async fn r01_tenancy_get_audit_entry_of_equal_ids_is_the_tenants_own(case: &mut CaseContext) {
    let store = case.store();
    for (name, second) in [("a", 1), ("b", 2)] {
        let entry = audit(7).occurred_at(crate::samples::at(second));
        append(&*store, &tenant(name), [entry]).await;
    }
    for (name, second) in [("a", 1), ("b", 2)] {
        let found: AuditLedgerSnapshot = store
            .get_audit_entry(&tenant(name), &id(7))
            .await
            .unwrap()
            .expect("each tenant has its entry");
        assert_eq!(found.tenant_id, tenant(name));
        assert_eq!(found.occurred_at, crate::samples::at(second));
    }
}

async fn r01_tenancy_ids_and_keys_of_tenants_are_apart_in_append(case: &mut CaseContext) {
    let store = case.store();
    populate(&*store, &tenant("a"), 0..2).await;
    // The same keys with other content are new to another tenant: neither conflict nor duplicate.
    let drafts = || {
        [
            logs_domain::Draft::from(run("r0").is_synthetic(true)),
            trace("t0").into(),
            step("t", 0).into(),
            system(0).into(),
            audit(0).into(),
        ]
    };
    let mut other = append(&*store, &tenant("b"), drafts()).await;
    let again = store
        .append(&tenant("b"), &batch(drafts()), OnConflict::RejectCall)
        .await
        .unwrap();
    assert!(
        outcomes(&again)
            .iter()
            .all(|outcome| *outcome == logs_domain::RecordOutcome::AlreadyStored)
    );
    for receipt in &mut other.records {
        receipt.outcome = logs_domain::RecordOutcome::AlreadyStored;
    }
    assert_eq!(
        again, other,
        "keys, ids and times are those of the tenant's own records"
    );
}

async fn r01_tenancy_errors_reveal_nothing_of_another_tenant(case: &mut CaseContext) {
    let store = case.store();
    let (a, b) = (tenant("tenant-a"), tenant("tenant-b"));
    populate(&*store, &a, 0..2).await;
    populate(&*store, &b, 1..2).await;
    append(
        &*store,
        &a,
        [run("shared").trace_id(trace_id("secret-of-a"))],
    )
    .await;
    append(&*store, &b, [run("shared")]).await;
    let changed = batch([
        run("shared").is_synthetic(true),
        run("r0").is_synthetic(true),
    ]);
    let error = store
        .append(&b, &changed, OnConflict::RejectCall)
        .await
        .expect_err("the run of the tenant itself is stored with other content");
    let text = format!("{error} {error:?}");
    assert!(
        !text.contains("secret-of-a") && !text.contains("tenant-a"),
        "{text}"
    );
    assert!(
        !text.contains("r0"),
        "a run that only the other tenant has: {text}"
    );
    for list in List::ALL {
        let cursor = list.cursor(&*store, &a).await;
        let request = first(1).after(cursor);
        let error = list
            .page(&*store, &b, &request)
            .await
            .expect_err("a foreign cursor");
        let text = format!("{error} {error:?}");
        assert!(!text.contains("tenant-a"), "{list:?}: {text}");
    }
}

async fn r01_tenancy_a_tenant_named_platform_is_an_ordinary_tenant(case: &mut CaseContext) {
    let store = case.store();
    populate(&*store, &tenant("platform"), 0..3).await;
    populate_platform(&*store, 0..2).await;
    for list in List::ALL {
        let own = list.all(&*store, &tenant("platform")).await;
        assert_eq!(own.len() as u64, list.len(3, 2), "{list:?}");
        let other = list.all(&*store, &tenant("a")).await;
        assert_eq!(other.len() as u64, list.len(0, 2), "{list:?}");
    }
}

async fn r01_tenancy_a_tenant_does_not_inherit_from_a_prefix_of_its_name(case: &mut CaseContext) {
    let store = case.store();
    // Stores that join tenant and key with a separator see one key here.
    for (name, run) in [
        ("a", "b/c"),
        ("a/b", "c"),
        ("a:b", "c"),
        ("a", "b:c"),
        ("a|b", "c"),
    ] {
        append(&*store, &tenant(name), [crate::samples::run(run)]).await;
    }
    let found = store.get_llm_run(&tenant("a"), &run_id("c")).await;
    assert_eq!(found.unwrap(), None);
    for (name, runs) in [("a", 2), ("a/b", 1), ("a:b", 1), ("a|b", 1)] {
        assert_eq!(
            List::LlmRuns.all(&*store, &tenant(name)).await.len(),
            runs,
            "{name}"
        );
    }
}
