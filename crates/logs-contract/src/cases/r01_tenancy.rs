//! Rule 1: nothing of another tenant is returned, counted or revealed.

use crate::CaseContext;
use crate::appends::append;
use crate::case::cases;
use crate::samples::{run, run_id, tenant};

cases! {
    r01_tenancy_get_llm_run_of_another_tenant_is_none,
}

async fn r01_tenancy_get_llm_run_of_another_tenant_is_none(case: &mut CaseContext) {
    let store = case.store();
    append(&*store, &tenant("a"), [run("r")]).await;
    for other in ["b", "A", "a "] {
        let found = store.get_llm_run(&tenant(other), &run_id("r")).await;
        assert_eq!(found.unwrap(), None, "tenant {other:?}");
    }
}
