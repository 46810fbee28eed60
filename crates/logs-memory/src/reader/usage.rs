//! Usage.

use std::collections::{BTreeMap, HashSet};

use logs_domain::{
    LlmRunSnapshot, RunId, StoreResult, TenantId, UsageGroup, UsageQuery, UsageSummary, UsageSums,
    UsageValue,
};

use crate::MemoryStore;
use crate::state::Records;

pub(super) fn summarize(
    store: &MemoryStore,
    tenant: &TenantId,
    query: &UsageQuery,
) -> StoreResult<UsageSummary> {
    let state = store.read()?;
    let none = Records::default();
    let runs = &state.tenants.get(tenant).unwrap_or(&none).runs;
    let parents: HashSet<&RunId> = runs.values().filter_map(named_parent).collect();

    let mut groups: BTreeMap<Vec<UsageValue>, UsageSums> = BTreeMap::new();
    if query.group_by.is_empty() {
        groups.insert(Vec::new(), UsageSums::default());
    }
    let mut synthetic_runs = 0;
    let is_asked = |run: &&LlmRunSnapshot| query.filter.matches(run);
    for run in runs.values().filter(is_asked) {
        if parents.contains(&run.run_id) {
            continue;
        }
        if run.is_synthetic && query.filter.is_synthetic.is_none() {
            synthetic_runs += 1;
            continue;
        }
        let key = query.group_by.iter().map(|dimension| dimension.of(run));
        *groups.entry(key.collect()).or_default() += UsageSums::of(run);
        if groups.len() > UsageSummary::MAX_GROUPS {
            return Err(UsageSummary::too_many_groups());
        }
    }
    let groups = groups.into_iter();
    Ok(UsageSummary {
        groups: groups.map(|(key, sums)| UsageGroup { key, sums }).collect(),
        synthetic_runs,
    })
}

/// The other run that a run names as its parent.
fn named_parent(run: &LlmRunSnapshot) -> Option<&RunId> {
    let parent = run.parent_run_id.as_ref();
    parent.filter(|parent| **parent != run.run_id)
}
