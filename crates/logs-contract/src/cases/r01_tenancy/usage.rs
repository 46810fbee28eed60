//! Rule 1 for usage.

use logs_domain::{UsageDimension, UsageQuery, UsageSummary};

use super::SIMILAR;
use crate::CaseContext;
use crate::appends::append;
use crate::case::cases;
use crate::samples::{run, run_id, tenant};

cases! {
    r01_tenancy_summarize_usage_of_another_tenant_is_empty,
    r01_tenancy_summarize_usage_is_the_same_however_much_other_tenants_store,
}

async fn of(case: &CaseContext, name: &str) -> UsageSummary {
    let query = UsageQuery::default().group_by([UsageDimension::Model]);
    let found = case.store().summarize_usage(&tenant(name), &query).await;
    found.expect("the read succeeds")
}

async fn r01_tenancy_summarize_usage_of_another_tenant_is_empty(case: &mut CaseContext) {
    let runs = [run("r"), run("probe").is_synthetic(true)];
    append(&*case.store(), &tenant("acme"), runs).await;
    for other in SIMILAR {
        let found = of(case, other).await;
        assert_eq!(found, UsageSummary::default(), "tenant {other:?}");
    }
    assert_eq!(of(case, "acme").await.total().runs, 1);
}

async fn r01_tenancy_summarize_usage_is_the_same_however_much_other_tenants_store(
    case: &mut CaseContext,
) {
    append(&*case.store(), &tenant("a"), [run("r0"), run("r1")]).await;
    let before = of(case, "a").await;
    for name in ["b", "A", "platform"] {
        let runs = (0..20).map(|number| {
            let run = run(&format!("r{number}")).is_synthetic(number % 2 == 0);
            run.parent_run_id(run_id("r1"))
        });
        append(&*case.store(), &tenant(name), runs).await;
    }
    assert_eq!(of(case, "a").await, before);
    assert_eq!(before.total().runs, 2);
}
