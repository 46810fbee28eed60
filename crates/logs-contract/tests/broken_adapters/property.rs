//! The property test finds what is wrong too: adapters that break a rule in what they answer differ
//! from the memory store on some random play.

use libtest_mimic::{Failed, Trial};
use logs_contract::property::{self, Settings};

use crate::fault::BrokenAdapter;
use crate::support::Wrapped;

/// Faults of every kind that random plays meet.
const FOUND: &[&str] = &[
    "r02_runs_take_either_of_two_filters",
    "r02_runs_compare_providers_without_case",
    "r02_total_of_runs_ignores_the_filter",
    "r03_runs_of_equal_times_are_in_the_order_of_ids_turned_round",
    "r03_platform_comes_first",
    "r03_directions_are_ignored",
    "r04_ties_at_the_border_of_pages_are_lost",
    "r04_before_is_read_as_after",
    "r04_cursors_are_ignored",
    "r05_totals_do_not_count_the_platform",
    "r06_keys_fold_case",
    "r06_nothing_equals_zero",
    "r06_rejected_appends_store_the_others",
    "r06_positions_and_spans_share_keys",
    "r10_steps_follow_their_times_only",
    "r10_steps_are_numbered_in_each_window",
    "r11_the_latest_header_is_taken",
    "r12_windows_hold_their_end",
    "r13_the_source_run_is_ignored",
    "r14_a_second_outcome_is_accepted_and_dropped",
    "r17_parents_count",
    "r17_parents_of_synthetic_runs_count",
    "r17_runs_that_name_themselves_are_left_out",
    "r17_usage_is_unknown_only_without_both_counts",
    "r17_groups_are_ordered_by_their_runs",
];

/// A test for each of them.
pub(crate) fn trials(
    adapters: impl Iterator<Item = &'static BrokenAdapter>,
) -> impl Iterator<Item = Trial> {
    adapters
        .filter(|adapter| FOUND.is_empty() || FOUND.contains(&adapter.name))
        .map(|adapter| {
            Trial::test(format!("property_finds_{}", adapter.name), move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                // Some faults show on one play in some hundred; the first that shows one ends it.
                let settings = Settings {
                    plays: 1_000,
                    shrinks: 0,
                    ..Settings::default()
                };
                let backend = Wrapped { open: adapter.open };
                match property::run(&backend, runtime.handle(), settings) {
                    Ok(_) => Err(Failed::from("no play found it")),
                    Err(_) => Ok(()),
                }
            })
        })
}
