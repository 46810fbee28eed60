//! By what runs are grouped.

use logs_domain::{
    ExecutionStatus, LlmRunFilter, Model, NewLlmRun, Provider, RecordSource, StoreError, Timestamp,
    UsageDimension, UsageQuery, UsageSummary,
};

use super::{child, shown, started, store, summary};
use crate::CaseContext;
use crate::case::cases;
use crate::samples::{run, run_id, session_id, tenant};

cases! {
    r17_usage_is_grouped_by_names_compared_as_bytes,
    r17_usage_is_grouped_by_status_and_source_in_their_order,
    r17_usage_is_grouped_by_session_with_runs_of_none_first,
    r17_usage_is_grouped_by_hours_and_days_of_utc,
    r17_usage_is_grouped_by_hours_and_days_at_the_ends_of_time,
    r17_usage_is_grouped_by_several_dimensions_in_their_order,
    r17_usage_has_groups_of_runs_alone,
    r17_usage_sums_up_each_group_by_itself,
    r17_usage_takes_the_most_groups_and_refuses_one_more,
}

use UsageDimension::{
    Day, Hour, Model as ByModel, Provider as ByProvider, Session, Source, Status,
};

fn of(name: &str, provider: &str, model: &str) -> NewLlmRun {
    let mut run = run(name);
    run.provider = Provider::new(provider).expect("a provider");
    run.model = Model::new(model).expect("a model");
    run
}

fn at(name: &str, time: &str) -> NewLlmRun {
    started(name, Timestamp::parse_rfc3339(time).expect("a time"))
}

async fn r17_usage_is_grouped_by_names_compared_as_bytes(case: &mut CaseContext) {
    let names = [
        "b",
        "a",
        "A",
        "\u{e9}",
        "e\u{301}",
        "\u{1f600}",
        "\u{fb33}",
        "b",
    ];
    let runs = names.iter().enumerate();
    store(
        case,
        runs.map(|(place, name)| of(&format!("{place}"), name, name)),
    )
    .await;
    let expected = [
        "A: 1",
        "a: 1",
        "b: 2",
        "e\u{301}: 1",
        "\u{e9}: 1",
        "\u{fb33}: 1",
        "\u{1f600}: 1",
    ];
    assert_eq!(shown(case, &[ByModel]).await, expected);
    assert_eq!(shown(case, &[ByProvider]).await, expected);
}

async fn r17_usage_is_grouped_by_status_and_source_in_their_order(case: &mut CaseContext) {
    for status in ExecutionStatus::ALL {
        for source in RecordSource::ALL {
            let mut run = run(&format!("{status} {source}"));
            run.execution_status = *status;
            run.source = *source;
            store(case, [run]).await;
        }
    }
    let expected = ExecutionStatus::WORDS
        .iter()
        .map(|word| format!("{word}: 5"));
    assert_eq!(shown(case, &[Status]).await, expected.collect::<Vec<_>>());
    let expected = RecordSource::WORDS.iter().map(|word| format!("{word}: 4"));
    assert_eq!(shown(case, &[Source]).await, expected.collect::<Vec<_>>());
}

async fn r17_usage_is_grouped_by_session_with_runs_of_none_first(case: &mut CaseContext) {
    let of = |name, session: &str| run(name).session_id(session_id(session));
    store(
        case,
        [
            of("1", "s"),
            run("2"),
            of("3", "S"),
            run("4"),
            of("5", "null"),
        ],
    )
    .await;
    let expected = ["null: 2", "S: 1", "null: 1", "s: 1"];
    assert_eq!(shown(case, &[Session]).await, expected);
}

async fn r17_usage_is_grouped_by_hours_and_days_of_utc(case: &mut CaseContext) {
    store(
        case,
        [
            at("1", "2026-03-01T23:59:59.999999Z"),
            at("2", "2026-03-02T00:00:00Z"),
            at("3", "2026-03-02T00:59:59.999999Z"),
            at("4", "2026-03-02T01:00:00Z"),
            // Where a local clock is put back, and another day than in UTC.
            at("5", "2026-10-25T01:30:00+02:00"),
            at("6", "1969-12-31T23:30:00Z"),
            at("7", "1970-01-01T00:30:00Z"),
        ],
    )
    .await;
    let expected = [
        "1969-12-31T23:00:00.000000Z: 1",
        "1970-01-01T00:00:00.000000Z: 1",
        "2026-03-01T23:00:00.000000Z: 1",
        "2026-03-02T00:00:00.000000Z: 2",
        "2026-03-02T01:00:00.000000Z: 1",
        "2026-10-24T23:00:00.000000Z: 1",
    ];
    assert_eq!(shown(case, &[Hour]).await, expected);
    let expected = [
        "1969-12-31T00:00:00.000000Z: 1",
        "1970-01-01T00:00:00.000000Z: 1",
        "2026-03-01T00:00:00.000000Z: 1",
        "2026-03-02T00:00:00.000000Z: 3",
        "2026-10-24T00:00:00.000000Z: 1",
    ];
    assert_eq!(shown(case, &[Day]).await, expected);
}

async fn r17_usage_is_grouped_by_hours_and_days_at_the_ends_of_time(case: &mut CaseContext) {
    let ends = [
        started("first", Timestamp::MIN),
        started("last", Timestamp::MAX),
    ];
    store(case, ends).await;
    let expected = [
        "0001-01-01T00:00:00.000000Z/0001-01-01T00:00:00.000000Z: 1",
        "9999-12-31T00:00:00.000000Z/9999-12-31T23:00:00.000000Z: 1",
    ];
    assert_eq!(shown(case, &[Hour, Day]).await, expected);
}

async fn r17_usage_is_grouped_by_several_dimensions_in_their_order(case: &mut CaseContext) {
    let failed = |name| {
        let mut run = of(name, "p", "m").session_id(session_id("s"));
        run.execution_status = ExecutionStatus::Failed;
        run
    };
    store(
        case,
        [
            of("1", "q", "m"),
            of("2", "p", "n"),
            of("3", "p", "m"),
            failed("4"),
            failed("5"),
        ],
    )
    .await;
    let expected = ["m/p: 3", "m/q: 1", "n/p: 1"];
    assert_eq!(shown(case, &[ByProvider, ByModel]).await, expected);
    let day = "2025-01-01T00:00:00.000000Z";
    let expected = [
        "m/p/SUCCEEDED/SDK/null: 1",
        "m/p/FAILED/SDK/s: 2",
        "m/q/SUCCEEDED/SDK/null: 1",
        "n/p/SUCCEEDED/SDK/null: 1",
    ]
    .map(|rest| format!("{day}/{day}/{rest}"));
    assert_eq!(shown(case, UsageDimension::ALL).await, expected);
}

async fn r17_usage_has_groups_of_runs_alone(case: &mut CaseContext) {
    assert_eq!(shown(case, &[ByModel]).await, [""; 0]);
    let parent = of("parent", "p", "of a parent");
    let probe = of("probe", "p", "of a probe").is_synthetic(true);
    let child = of("child", "p", "of a child").parent_run_id(run_id("parent"));
    store(case, [parent, probe, child]).await;
    assert_eq!(shown(case, &[ByModel]).await, ["of a child: 1"]);
}

async fn r17_usage_sums_up_each_group_by_itself(case: &mut CaseContext) {
    let cost = |nanos| logs_domain::Cost::from_nano_usd(nanos).expect("a cost");
    store(
        case,
        [
            of("1", "p", "a").cost(cost(1)),
            of("2", "p", "b").cost(cost(10)),
            of("3", "p", "a").cost(cost(100)),
            of("4", "p", "b"),
        ],
    )
    .await;
    let found = summary(case, UsageQuery::default().group_by([ByModel])).await;
    let sums = found.groups.iter().map(|group| group.sums);
    let shown = sums.map(|sums| (sums.runs, sums.cost.nano_usd(), sums.unknown_cost_runs));
    assert_eq!(shown.collect::<Vec<_>>(), [(2, 101, 0), (2, 10, 1)]);
    assert_eq!(found.total().cost.nano_usd(), 111);
}

async fn r17_usage_takes_the_most_groups_and_refuses_one_more(case: &mut CaseContext) {
    let of =
        |number: usize| run(&format!("r{number}")).session_id(session_id(&format!("s{number}")));
    store(case, (0..UsageSummary::MAX_GROUPS).map(of)).await;
    // Runs that are in no group make none.
    store(
        case,
        [
            of(20_000).is_synthetic(true),
            run("parent").session_id(session_id("p")),
        ],
    )
    .await;
    store(
        case,
        [child("child", "parent").session_id(session_id("s0"))],
    )
    .await;
    let query = UsageQuery::default().group_by([Session]);
    let found = summary(case, query.clone()).await;
    assert_eq!(found.groups.len(), UsageSummary::MAX_GROUPS);
    assert_eq!((found.total().runs, found.synthetic_runs), (10_001, 1));

    store(case, [of(UsageSummary::MAX_GROUPS)]).await;
    let refused = case.store().summarize_usage(&tenant("a"), &query).await;
    let error = refused.expect_err("one group too many");
    assert!(
        matches!(error, StoreError::TooManyGroups { maximum: 10_000 }),
        "{error:?}"
    );
    // The ways out that it names are ways out.
    let text = error.to_string();
    for way in ["window", "dimensions", "filter"] {
        assert!(text.contains(way), "{text}");
    }
    let filter = LlmRunFilter::default().session_id(session_id("s7"));
    let narrow = UsageQuery::new(filter).group_by([Session]);
    assert_eq!(summary(case, narrow).await.groups.len(), 1);
    assert_eq!(shown(case, &[ByModel]).await, ["model: 10002"]);
}
