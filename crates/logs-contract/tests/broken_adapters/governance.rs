//! Rule 13, broken.

use async_trait::async_trait;
use logs_domain::page::{ListKey, Walk};
use logs_domain::{
    AuditLedgerSnapshot, EntityType, GovernanceFilter, JsonObject, LogsReader, PageLimit,
    PageRequest, QueryResult, ReadMethod, RunId, StoreResult, TenantId, Total,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r13_entries_that_name_the_run_twice_come_twice: ComesTwice,
    r13_the_source_run_is_ignored: IgnoresSourceRun,
    r13_the_state_before_is_ignored: IgnoresBefore,
    r13_runs_are_filtered_after_the_limit: FiltersAfterLimit,
    r13_runs_are_searched_in_the_text: SearchesText,
    r13_runs_are_found_at_any_depth: SearchesDepth,
    r13_numbers_are_runs: NumbersAreRuns,
    r13_incidents_are_not_governed: HidesIncidents,
    r13_signals_are_governed: ShowsSignals,
    r13_time_is_ignored_with_a_run: IgnoresTime,
    r13_long_texts_in_states_are_cut_to_ids: CutsLongTexts,
    r13_long_ids_in_states_are_no_runs: IgnoresLongIds,
}

/// The page of those events that `keep` takes; without a run all is as it should be.
async fn filtered(
    inner: &MemoryStore,
    tenant: &TenantId,
    filter: &GovernanceFilter,
    page: &PageRequest,
    keep: impl Fn(&AuditLedgerSnapshot, &str) -> bool,
) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
    let Some(run) = &filter.run_id else {
        return inner.get_governance_events(tenant, filter, page).await;
    };
    let all = PageRequest::default().limit(PageLimit::MAX);
    let found = inner
        .get_governance_events(tenant, &GovernanceFilter::default(), &all)
        .await?;
    let kept = found
        .items
        .into_iter()
        .filter(|entry| keep(entry, run.as_str()));
    let key = |entry: &AuditLedgerSnapshot| ListKey {
        created_at: entry.created_at,
        id: entry.id.as_uuid(),
    };
    let mut keyed: Vec<_> = kept.map(|entry| (key(&entry), Ok(entry))).collect();
    let total = page
        .count_cap()
        .map_or(Total::NotCounted, |_| Total::Exact(keyed.len() as u64));
    let walk = Walk::new(ReadMethod::GetGovernanceEvents, tenant, filter, page)?;
    let is_behind = |key: &ListKey| {
        let from = walk.from();
        from.is_none_or(|from| walk.compare(from, key).is_lt())
    };
    keyed.retain(|(key, _)| is_behind(key));
    walk.sort(&mut keyed);
    keyed.drain(..walk.offset().min(keyed.len()));
    keyed.truncate(walk.wanted());
    walk.page(keyed, total)
}

fn states(entry: &AuditLedgerSnapshot) -> impl Iterator<Item = &JsonObject> {
    [&entry.before_state, &entry.after_state]
        .into_iter()
        .flatten()
}

macro_rules! governs {
    ($($name:ident: |$entry:ident, $run:ident| $keep:expr)+) => {
        $(
            #[derive(Debug, Default)]
            struct $name;

            #[async_trait]
            impl Fault for $name {
                async fn get_governance_events(&self, inner: &MemoryStore, tenant: &TenantId, filter: &GovernanceFilter, page: &PageRequest) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
                    filtered(inner, tenant, filter, page, |$entry, $run| $keep).await
                }
            }
        )+
    };
}

governs! {
    IgnoresSourceRun: |entry, run| states(entry).any(|state| state.get_str("run_id").as_deref() == Some(run))

    IgnoresBefore: |entry, run| entry.after_state.iter().any(|state| {
        ["run_id", "source_run_id"].iter().any(|key| state.get_str(key).as_deref() == Some(run))
    })

    SearchesText: |entry, run| states(entry).any(|state| state.as_str().contains(run))

    SearchesDepth: |entry, run| states(entry).any(|state| {
        state.as_str().contains(&format!("run_id\":\"{run}\""))
    })

    NumbersAreRuns: |entry, run| states(entry).any(|state| {
        let value = state.to_value();
        let text = |key: &str| value.get(key).map(|value| value.to_string().trim_matches('"').to_owned());
        text("run_id").as_deref() == Some(run) || text("source_run_id").as_deref() == Some(run)
    })

    CutsLongTexts: |entry, run| states(entry).any(|state| {
        let texts = ["run_id", "source_run_id"].iter().filter_map(|key| state.get_str(key));
        let mut cut = texts.filter_map(|text| text.get(..text.len().min(RunId::MAX_BYTES)).map(str::to_owned));
        cut.any(|text| text == run)
    })

    IgnoresLongIds: |entry, run| {
        let wanted = GovernanceFilter::default().run_id(RunId::new(run).unwrap());
        run.len() < 100 && wanted.matches(entry)
    }

    IgnoresTime: |entry, run| {
        let run = RunId::new(run).unwrap();
        GovernanceFilter::default().run_id(run).matches(entry)
    }
}

#[derive(Debug, Default)]
struct ComesTwice;

#[async_trait]
impl Fault for ComesTwice {
    async fn get_governance_events(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &GovernanceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        let mut found = inner.get_governance_events(tenant, filter, page).await?;
        if filter.run_id.is_some() {
            let twice = |entry: AuditLedgerSnapshot| {
                let times = states(&entry).count().max(1);
                vec![entry; times]
            };
            found.items = found.items.into_iter().flat_map(twice).collect();
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct FiltersAfterLimit;

#[async_trait]
impl Fault for FiltersAfterLimit {
    async fn get_governance_events(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &GovernanceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        let mut all = filter.clone();
        all.run_id = None;
        let mut found = inner.get_governance_events(tenant, &all, page).await?;
        found.items.retain(|entry| filter.matches(entry));
        found.total = inner
            .get_governance_events(tenant, filter, &PageRequest::default())
            .await?
            .total;
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct HidesIncidents;

#[async_trait]
impl Fault for HidesIncidents {
    async fn get_governance_events(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &GovernanceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        let mut found = inner.get_governance_events(tenant, filter, page).await?;
        found
            .items
            .retain(|entry| entry.entity_type != EntityType::INCIDENT);
        found.total = Total::Exact(found.items.len() as u64);
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct ShowsSignals;

#[async_trait]
impl Fault for ShowsSignals {
    async fn get_governance_events(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &GovernanceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        let mut found = inner.get_governance_events(tenant, filter, page).await?;
        let signals = logs_domain::AuditFilter::default().entity_type(EntityType::SIGNAL);
        let first = PageRequest::default().limit(page.limit);
        found.items.extend(
            inner
                .list_audit_entries(tenant, &signals, &first)
                .await?
                .items,
        );
        found.total = Total::Exact(found.items.len() as u64);
        Ok(found)
    }
}
