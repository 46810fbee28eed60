//! Rule 17: usage.

mod groups;
mod runs;
mod sums;

use logs_domain::{
    Draft, LlmRunFilter, LogsStore, NewLlmRun, Timestamp, UsageDimension, UsageQuery, UsageSummary,
    UsageSums,
};

use crate::appends::append;
use crate::samples::{run, run_id, tenant};
use crate::{Case, CaseContext};

/// The cases of this rule.
pub(super) const FILES: &[&[Case]] = &[sums::CASES, runs::CASES, groups::CASES];

async fn store(case: &CaseContext, drafts: impl IntoIterator<Item = impl Into<Draft>>) {
    append(&*case.store(), &tenant("a"), drafts).await;
}

async fn summary_of(store: &dyn LogsStore, query: &UsageQuery) -> UsageSummary {
    let found = store.summarize_usage(&tenant("a"), query).await;
    found.expect("the read succeeds")
}

async fn summary(case: &CaseContext, query: UsageQuery) -> UsageSummary {
    summary_of(&*case.store(), &query).await
}

/// What the runs of a filter used together.
async fn sums(case: &CaseContext, filter: LlmRunFilter) -> UsageSums {
    let summary = summary(case, UsageQuery::new(filter)).await;
    assert_eq!(summary.groups.len(), 1, "without dimensions");
    summary.total()
}

/// How many runs are in groups, and how many are apart.
async fn counted(case: &CaseContext, filter: LlmRunFilter) -> (u64, u64) {
    let summary = summary(case, UsageQuery::new(filter)).await;
    (summary.total().runs, summary.synthetic_runs)
}

/// Each group as `value/value: runs`.
async fn shown(case: &CaseContext, dimensions: &[UsageDimension]) -> Vec<String> {
    let query = UsageQuery::default().group_by(dimensions.iter().copied());
    let groups = summary(case, query).await.groups.into_iter();
    let shown = groups.map(|group| {
        let given = group.key.iter().map(|value| value.dimension());
        let expected = query_order(dimensions);
        assert_eq!(given.collect::<Vec<_>>(), expected, "a value for each");
        let values = group.key.iter().map(|value| {
            let value = serde_json::to_value(value).expect("JSON");
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        });
        format!(
            "{}: {}",
            values.collect::<Vec<_>>().join("/"),
            group.sums.runs
        )
    });
    shown.collect()
}

fn query_order(dimensions: &[UsageDimension]) -> Vec<UsageDimension> {
    let mut ordered = dimensions.to_vec();
    ordered.sort_unstable();
    ordered
}

/// A run that began then.
fn started(name: &str, started_at: Timestamp) -> NewLlmRun {
    let mut run = run(name);
    run.started_at = started_at;
    run
}

/// A run that names another as its parent.
fn child(name: &str, parent: &str) -> NewLlmRun {
    run(name).parent_run_id(run_id(parent))
}
