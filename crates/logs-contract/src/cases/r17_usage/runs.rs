//! Which runs count.

use std::time::Duration;

use logs_domain::{
    Clock as _, CountMode, ExecutionStatus, LlmRunFilter, Model, Provider, RecordSource, TimeRange,
    Timestamp, Total, UsageQuery,
};

use super::{child, counted, started, store};
use crate::CaseContext;
use crate::appends::append;
use crate::case::cases;
use crate::samples::{at, between, first, run, run_id, session_id, tenant, trace_id};

cases! {
    r17_usage_window_holds_its_start_and_not_its_end,
    r17_usage_is_of_the_runs_that_the_filter_takes,
    r17_usage_leaves_out_runs_that_another_names_as_its_parent,
    r17_usage_leaves_out_parents_of_runs_that_are_not_asked_for,
    r17_usage_leaves_out_parents_whichever_is_stored_first,
    r17_usage_counts_runs_that_name_themselves,
    r17_usage_counts_runs_that_another_tenant_names,
    r17_usage_compares_parents_as_bytes,
    r17_usage_is_of_one_moment,
    r17_usage_counts_synthetic_runs_apart,
    r17_usage_counts_synthetic_runs_that_are_asked_for,
}

async fn all(case: &CaseContext) -> (u64, u64) {
    counted(case, LlmRunFilter::default()).await
}

async fn r17_usage_window_holds_its_start_and_not_its_end(case: &mut CaseContext) {
    let times = [9, 10, 11, 19, 20, 21].map(|second| started(&format!("{second}"), at(second)));
    store(case, times).await;
    let ends = [
        started("first", Timestamp::MIN),
        started("last", Timestamp::MAX),
    ];
    store(case, ends).await;
    let window = |range| LlmRunFilter::default().started(range);
    let from = TimeRange::new(Some(at(20)), None).unwrap();
    let to = TimeRange::new(None, Some(at(20))).unwrap();
    for (range, runs) in [
        (between(10, 20), 3),
        (between(20, 20), 0),
        (from, 3),
        (to, 5),
        (TimeRange::ALL, 8),
    ] {
        assert_eq!(counted(case, window(range)).await.0, runs, "{range:?}");
    }
}

async fn r17_usage_is_of_the_runs_that_the_filter_takes(case: &mut CaseContext) {
    let other = || {
        let mut run = run("other")
            .trace_id(trace_id("t"))
            .session_id(session_id("s"));
        run.provider = Provider::new("other").unwrap();
        run.model = Model::new("other").unwrap();
        run.execution_status = ExecutionStatus::Timeout;
        run.source = RecordSource::Worker;
        run
    };
    store(case, [run("a"), started("b", at(5)), other()]).await;
    case.clock().advance(Duration::from_secs(1));
    let time = case.clock().now();
    store(case, [run("late"), run("synthetic").is_synthetic(true)]).await;
    let f = LlmRunFilter::default;
    let created = TimeRange::new(Some(time), None).unwrap();
    for filter in [
        f().run_id(run_id("a")),
        f().run_id(run_id("unknown")),
        f().trace_id(trace_id("t")),
        f().session_id(session_id("s")),
        f().provider(Provider::new("other").unwrap()),
        f().model(Model::new("other").unwrap()),
        f().execution_status(ExecutionStatus::Timeout),
        f().execution_status(ExecutionStatus::Succeeded),
        f().source(RecordSource::Worker),
        f().is_synthetic(false),
        f().started(between(5, 6)),
        f().created(created),
        f().model(Model::new("model").unwrap())
            .started(between(0, 1)),
    ] {
        let counted = counted(case, filter.clone()).await;
        let page = first(1).count(CountMode::Exact);
        let listed = case
            .store()
            .list_llm_runs(&tenant("a"), &filter, &page)
            .await;
        let total = Total::Exact(counted.0 + counted.1);
        assert_eq!(listed.unwrap().total, total, "{filter:?}");
    }
}

async fn r17_usage_leaves_out_runs_that_another_names_as_its_parent(case: &mut CaseContext) {
    store(
        case,
        [
            run("alone"),
            run("root"),
            child("middle", "root"),
            child("leaf 1", "middle"),
            child("leaf 2", "middle"),
            child("orphan", "not stored"),
        ],
    )
    .await;
    assert_eq!(all(case).await, (4, 0));
    for (run, counts) in [("root", 0), ("middle", 0), ("leaf 2", 1), ("orphan", 1)] {
        let filter = LlmRunFilter::default().run_id(run_id(run));
        assert_eq!(counted(case, filter).await.0, counts, "{run}");
    }
}

async fn r17_usage_leaves_out_parents_of_runs_that_are_not_asked_for(case: &mut CaseContext) {
    let other_model = || {
        let mut run = child("of another model", "parent 2");
        run.model = Model::new("other").unwrap();
        run
    };
    let mut out_of_the_window = child("out of the window", "parent 1");
    out_of_the_window.started_at = at(50);
    store(
        case,
        [
            run("parent 1"),
            run("parent 2"),
            run("parent 3"),
            run("parent 4").is_synthetic(true),
            run("counts"),
            out_of_the_window,
            other_model(),
            child("synthetic", "parent 3").is_synthetic(true),
            child("of a synthetic one", "parent 4"),
        ],
    )
    .await;
    let filter = LlmRunFilter::default().model(Model::new("model").unwrap());
    let filter = filter.started(between(0, 1));
    assert_eq!(counted(case, filter).await, (2, 1));
}

async fn r17_usage_leaves_out_parents_whichever_is_stored_first(case: &mut CaseContext) {
    store(case, [child("child 1", "parent 1")]).await;
    store(case, [run("parent 2")]).await;
    assert_eq!(all(case).await, (2, 0));
    store(case, [run("parent 1")]).await;
    assert_eq!(all(case).await, (2, 0));
    store(case, [child("child 2", "parent 2")]).await;
    assert_eq!(all(case).await, (2, 0));
}

async fn r17_usage_counts_runs_that_name_themselves(case: &mut CaseContext) {
    store(case, [child("itself", "itself"), child("parent", "parent")]).await;
    assert_eq!(all(case).await, (2, 0));
    store(case, [child("other", "parent")]).await;
    assert_eq!(all(case).await, (2, 0));
}

async fn r17_usage_counts_runs_that_another_tenant_names(case: &mut CaseContext) {
    store(case, [run("parent"), child("child", "parent of b")]).await;
    append(
        &*case.store(),
        &tenant("b"),
        [child("child", "parent"), run("parent of b")],
    )
    .await;
    append(&*case.store(), &tenant("A"), [child("child", "parent")]).await;
    assert_eq!(all(case).await, (2, 0));
    let (b, query) = (tenant("b"), UsageQuery::default());
    let of_b = case.store().summarize_usage(&b, &query).await;
    assert_eq!(of_b.unwrap().total().runs, 2);
}

async fn r17_usage_compares_parents_as_bytes(case: &mut CaseContext) {
    store(case, [run("r\u{e9}"), run("R"), run("r")]).await;
    store(
        case,
        [child("1", "re\u{301}"), child("2", "r "), child("3", "R")],
    )
    .await;
    assert_eq!(all(case).await, (5, 0));
}

async fn r17_usage_is_of_one_moment(case: &mut CaseContext) {
    const HOURS: i64 = 4;
    let start = |number: u32| at(i64::from(number) % HOURS * 3_600);
    store(case, [started("0", start(0))]).await;
    let appended = case.store();
    // Each run names the one before as its parent, so that at every moment one run counts: the newest.
    let writer = tokio::spawn(async move {
        for number in 1..200_u32 {
            let parent = run_id(&(number - 1).to_string());
            let child = started(&number.to_string(), start(number)).parent_run_id(parent);
            append(&*appended, &tenant("a"), [child]).await;
        }
    });
    let window = LlmRunFilter::default().started(between(0, HOURS * 3_600));
    loop {
        let is_last = writer.is_finished();
        assert_eq!(counted(case, window.clone()).await, (1, 0));
        if is_last {
            break;
        }
        tokio::task::yield_now().await;
    }
    writer.await.expect("the writer does not panic");
}

async fn r17_usage_counts_synthetic_runs_apart(case: &mut CaseContext) {
    let probe = |name| run(name).is_synthetic(true);
    store(case, [run("real"), probe("a"), probe("b"), probe("parent")]).await;
    store(case, [child("child", "parent").is_synthetic(true)]).await;
    assert_eq!(all(case).await, (1, 3));
    let window = LlmRunFilter::default().started(between(-10, 0));
    assert_eq!(counted(case, window).await, (0, 0));
}

async fn r17_usage_counts_synthetic_runs_that_are_asked_for(case: &mut CaseContext) {
    let probe = |name| run(name).is_synthetic(true);
    store(case, [run("real"), probe("a"), probe("b")]).await;
    for (is_synthetic, runs) in [(true, 2), (false, 1)] {
        let filter = LlmRunFilter::default().is_synthetic(is_synthetic);
        assert_eq!(counted(case, filter).await, (runs, 0), "{is_synthetic}");
    }
}
