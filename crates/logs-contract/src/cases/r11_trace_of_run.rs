//! Rule 11: the trace of a run.

use std::time::Duration;

use logs_domain::{Draft, TraceId};

use crate::CaseContext;
use crate::appends::append;
use crate::case::cases;
use crate::samples::{run, run_id, step, tenant, trace, trace_id};

cases! {
    r11_get_trace_id_for_run_is_the_runs_own,
    r11_get_trace_id_for_run_prefers_the_runs_own_to_headers,
    r11_get_trace_id_for_run_is_that_of_the_header_else,
    r11_get_trace_id_for_run_takes_the_earliest_header,
    r11_get_trace_id_for_run_takes_the_smallest_trace_id_of_equal_times,
    r11_get_trace_id_for_run_takes_a_header_of_a_run_that_is_not_stored,
    r11_get_trace_id_for_run_is_none_without_either,
    r11_get_trace_id_for_run_compares_run_ids_as_bytes,
}

async fn found(case: &CaseContext, run: &str) -> Option<TraceId> {
    let found = case
        .store()
        .get_trace_id_for_run(&tenant("a"), &run_id(run))
        .await;
    found.expect("the read succeeds")
}

async fn store(case: &CaseContext, drafts: impl IntoIterator<Item = impl Into<Draft>>) {
    append(&*case.store(), &tenant("a"), drafts).await;
}

async fn r11_get_trace_id_for_run_is_the_runs_own(case: &mut CaseContext) {
    store(case, [run("r").trace_id(trace_id("own"))]).await;
    assert_eq!(found(case, "r").await, Some(trace_id("own")));
}

async fn r11_get_trace_id_for_run_prefers_the_runs_own_to_headers(case: &mut CaseContext) {
    // The header is earlier and its trace id smaller.
    store(case, [trace("a").run_id(run_id("r"))]).await;
    case.clock().advance(Duration::from_secs(1));
    store(case, [run("r").trace_id(trace_id("own"))]).await;
    assert_eq!(found(case, "r").await, Some(trace_id("own")));
}

async fn r11_get_trace_id_for_run_is_that_of_the_header_else(case: &mut CaseContext) {
    store(case, [run("r")]).await;
    assert_eq!(found(case, "r").await, None);
    store(
        case,
        [
            trace("t").run_id(run_id("r")),
            trace("a"),
            trace("b").run_id(run_id("other")),
        ],
    )
    .await;
    assert_eq!(found(case, "r").await, Some(trace_id("t")));
}

async fn r11_get_trace_id_for_run_takes_the_earliest_header(case: &mut CaseContext) {
    store(case, [run("r")]).await;
    for name in ["m", "z", "a"] {
        case.clock().advance(Duration::from_micros(1));
        store(case, [trace(name).run_id(run_id("r"))]).await;
        assert_eq!(found(case, "r").await, Some(trace_id("m")), "after {name}");
    }
}

async fn r11_get_trace_id_for_run_takes_the_smallest_trace_id_of_equal_times(
    case: &mut CaseContext,
) {
    // In one append and over several of one time; by bytes, not by language and not by the
    // derived id of the header.
    let names = ["m", "a", "\u{e9}", "B", "b", "10", "9", "A"];
    store(
        case,
        names[..4]
            .iter()
            .map(|name| trace(name).run_id(run_id("r"))),
    )
    .await;
    assert_eq!(found(case, "r").await, Some(trace_id("B")));
    for (name, smallest) in [("b", "B"), ("9", "9"), ("10", "10"), ("A", "10")] {
        store(case, [trace(name).run_id(run_id("r"))]).await;
        assert_eq!(
            found(case, "r").await,
            Some(trace_id(smallest)),
            "after {name}"
        );
    }
}

async fn r11_get_trace_id_for_run_takes_a_header_of_a_run_that_is_not_stored(
    case: &mut CaseContext,
) {
    store(case, [trace("t").run_id(run_id("unknown"))]).await;
    assert_eq!(found(case, "unknown").await, Some(trace_id("t")));
}

async fn r11_get_trace_id_for_run_is_none_without_either(case: &mut CaseContext) {
    store(
        case,
        [
            Draft::from(run("r")),
            trace("r").into(),
            step("r", 0).into(),
        ],
    )
    .await;
    assert_eq!(found(case, "r").await, None);
    assert_eq!(found(case, "unknown").await, None);
}

async fn r11_get_trace_id_for_run_compares_run_ids_as_bytes(case: &mut CaseContext) {
    store(case, [trace("lower").run_id(run_id("r\u{e9}"))]).await;
    store(case, [trace("upper").run_id(run_id("R\u{e9}"))]).await;
    store(case, [trace("apart").run_id(run_id("re\u{301}"))]).await;
    assert_eq!(found(case, "r\u{e9}").await, Some(trace_id("lower")));
    assert_eq!(found(case, "R\u{e9}").await, Some(trace_id("upper")));
    assert_eq!(found(case, "re\u{301}").await, Some(trace_id("apart")));
    assert_eq!(found(case, "R\u{c9}").await, None);
}
