//! What is summed up.

use logs_domain::{
    Cost, DURATION_BOUNDS_MICROS, LlmRunFilter, NewLlmRun, OnConflict, Timestamp, TokenCount,
    UsageQuery, UsageSums,
};

use super::{started, store, summary, sums};
use crate::CaseContext;
use crate::appends::batch;
use crate::case::cases;
use crate::samples::{at, run, tenant};

cases! {
    r17_usage_adds_up_tokens_costs_and_runs,
    r17_usage_of_no_runs_is_one_group_of_nothing,
    r17_usage_takes_what_is_unknown_apart_from_zero,
    r17_usage_is_exact_beyond_64_bits,
    r17_usage_counts_durations_in_buckets_with_their_upper_bounds,
    r17_usage_counts_durations_that_are_unknown_or_negative_apart,
    r17_usage_is_the_same_after_sending_again,
    r17_usage_sees_what_was_acknowledged,
}

fn tokens(count: u64) -> TokenCount {
    TokenCount::new(count).expect("a token count")
}

fn cost(nanos: i64) -> Cost {
    Cost::from_nano_usd(nanos).expect("a cost")
}

/// A run that took so many microseconds.
fn took(name: &str, micros: i64) -> NewLlmRun {
    let end = at(0).as_micros() + micros;
    run(name).completed_at(Timestamp::from_micros(end).expect("a time"))
}

async fn all(case: &CaseContext) -> UsageSums {
    sums(case, LlmRunFilter::default()).await
}

async fn r17_usage_adds_up_tokens_costs_and_runs(case: &mut CaseContext) {
    let used = |name, input, output, nanos| {
        let run = run(name).input_tokens(tokens(input));
        run.output_tokens(tokens(output)).cost(cost(nanos))
    };
    store(
        case,
        [
            used("a", 10, 2, 60_000),
            used("b", 20, 3, 1),
            used("c", 0, 0, 0),
        ],
    )
    .await;
    let sums = all(case).await;
    assert_eq!(sums.runs, 3);
    assert_eq!((sums.input_tokens, sums.output_tokens), (30, 5));
    assert_eq!(sums.cost.nano_usd(), 60_001);
    assert_eq!((sums.unknown_usage_runs, sums.unknown_cost_runs), (0, 0));
}

async fn r17_usage_of_no_runs_is_one_group_of_nothing(case: &mut CaseContext) {
    let found = summary(case, UsageQuery::default()).await;
    assert_eq!((found.groups.len(), found.synthetic_runs), (1, 0));
    assert_eq!(found.total(), UsageSums::default());
}

async fn r17_usage_takes_what_is_unknown_apart_from_zero(case: &mut CaseContext) {
    store(
        case,
        [
            run("nothing"),
            run("input").input_tokens(tokens(7)),
            run("output").output_tokens(tokens(5)).cost(cost(0)),
            run("zero")
                .input_tokens(tokens(0))
                .output_tokens(tokens(0))
                .cost(cost(3)),
        ],
    )
    .await;
    let sums = all(case).await;
    assert_eq!(sums.runs, 4);
    assert_eq!(sums.unknown_usage_runs, 3, "one count of two is not known");
    assert_eq!(sums.unknown_cost_runs, 2);
    // What is known of such runs adds up.
    assert_eq!((sums.input_tokens, sums.output_tokens), (7, 5));
    assert_eq!(sums.cost.nano_usd(), 3);
}

async fn r17_usage_is_exact_beyond_64_bits(case: &mut CaseContext) {
    const RUNS: u64 = 2_050;
    let most = |number| {
        run(&format!("r{number}"))
            .input_tokens(tokens(TokenCount::MAX))
            .output_tokens(tokens(TokenCount::MAX - number))
            .cost(cost(i64::MAX - i64::from(u32::try_from(number).unwrap())))
    };
    store(case, (0..RUNS).map(most)).await;
    let sums = all(case).await;
    let (runs, less) = (u128::from(RUNS), u128::from(RUNS * (RUNS - 1) / 2));
    let tokens = runs * u128::from(TokenCount::MAX);
    assert!(tokens > u128::from(u64::MAX));
    assert_eq!((sums.runs, sums.input_tokens), (RUNS, tokens));
    assert_eq!(sums.output_tokens, tokens - less);
    let cost = i128::from(RUNS) * i128::from(i64::MAX) - i128::try_from(less).unwrap();
    assert_eq!(sums.cost.nano_usd(), cost);
}

async fn r17_usage_counts_durations_in_buckets_with_their_upper_bounds(case: &mut CaseContext) {
    let mut expected = [0; DURATION_BOUNDS_MICROS.len() + 1];
    let mut drafts = vec![took("0", 0), took("long", 200_000_000_000)];
    expected[0] += 1;
    expected[DURATION_BOUNDS_MICROS.len()] += 1;
    for (bucket, bound) in DURATION_BOUNDS_MICROS.into_iter().enumerate() {
        for (name, micros, bucket) in [
            ("below", bound - 1, bucket),
            ("at", bound, bucket),
            ("above", bound + 1, bucket + 1),
        ] {
            drafts.push(took(&format!("{name} {bound}"), micros));
            expected[bucket] += 1;
        }
    }
    store(case, drafts).await;
    let durations = all(case).await.durations;
    assert_eq!(durations.buckets, expected);
    assert_eq!(durations.unknown_runs, 0);
}

async fn r17_usage_counts_durations_that_are_unknown_or_negative_apart(case: &mut CaseContext) {
    let longest = started("longest", Timestamp::MIN);
    let backwards = started("backwards", Timestamp::MAX);
    store(
        case,
        [
            run("open"),
            took("before", -1),
            took("known", 1),
            longest.completed_at(Timestamp::MAX),
            backwards.completed_at(Timestamp::MIN),
        ],
    )
    .await;
    let durations = all(case).await.durations;
    assert_eq!(durations.unknown_runs, 3);
    let mut expected = [0; DURATION_BOUNDS_MICROS.len() + 1];
    expected[0] = 1;
    expected[DURATION_BOUNDS_MICROS.len()] = 1;
    assert_eq!(durations.buckets, expected);
}

async fn r17_usage_is_the_same_after_sending_again(case: &mut CaseContext) {
    let drafts = || [run("a").cost(cost(5)), run("b").cost(cost(7))];
    store(case, drafts()).await;
    let before = all(case).await;
    let (a, store) = (tenant("a"), case.store());
    for on_conflict in [OnConflict::RejectCall, OnConflict::SkipRecord] {
        let again = store.append(&a, &batch(drafts()), on_conflict).await;
        again.expect("equal records are stored already");
    }
    // A differing record under a key is skipped, and adds nothing either.
    let other = batch([run("a").cost(cost(1_000))]);
    let skipped = store.append(&a, &other, OnConflict::SkipRecord).await;
    skipped.expect("conflicts are skipped");
    assert_eq!(all(case).await, before);
    assert_eq!((before.runs, before.cost.nano_usd()), (2, 12));
}

async fn r17_usage_sees_what_was_acknowledged(case: &mut CaseContext) {
    for number in 1..=3 {
        store(case, [run(&format!("r{number}"))]).await;
        assert_eq!(all(case).await.runs, number);
    }
}
