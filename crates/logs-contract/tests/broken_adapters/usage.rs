//! Rule 17, broken.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, Cost, Draft, DurationHistogram, LlmRunFilter, LlmRunSnapshot,
    LogsReader, LogsWriter, OnConflict, PageLimit, PageRequest, StoreResult, TenantId, TimeRange,
    Timestamp, UsageDimension, UsageGroup, UsageQuery, UsageSummary, UsageSums, UsageValue,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

/// Names adapters that are right but for one flaw.
macro_rules! flaws {
    ($($name:ident: $fault:ident = $flaw:expr;)+) => {
        $(
            #[derive(Debug)]
            struct $fault(Wrong);

            impl Default for $fault {
                fn default() -> Self {
                    Self(Wrong { flaw: $flaw, tenants: Mutex::default() })
                }
            }

            #[async_trait]
            impl Fault for $fault {
                async fn append(
                    &self,
                    inner: &MemoryStore,
                    tenant: &TenantId,
                    batch: &AppendBatch,
                    on_conflict: OnConflict,
                ) -> StoreResult<AppendReceipt> {
                    self.0.note(tenant, batch);
                    inner.append(tenant, batch, on_conflict).await
                }

                async fn summarize_usage(
                    &self,
                    inner: &MemoryStore,
                    tenant: &TenantId,
                    query: &UsageQuery,
                ) -> StoreResult<UsageSummary> {
                    self.0.summarize(inner, tenant, query).await
                }
            }
        )+

        broken_adapters! { $($name: $fault,)+ }
    };
}

flaws! {
    r17_parents_count: ParentsCount = Flaw::ParentsCount;
    r17_parents_in_the_window_alone_are_left_out: WindowParents = Flaw::WindowParents;
    r17_parents_of_synthetic_runs_count: RealParents = Flaw::RealParents;
    r17_runs_that_name_themselves_are_left_out: OwnParents = Flaw::OwnParents;
    r17_parents_are_looked_for_in_all_tenants: ForeignParents = Flaw::ForeignParents;
    r17_children_are_left_out_too: NoChildren = Flaw::NoChildren;
    r17_synthetic_runs_are_mixed_in: MixesSynthetic = Flaw::MixesSynthetic;
    r17_synthetic_runs_are_dropped: DropsSynthetic = Flaw::DropsSynthetic;
    r17_synthetic_runs_stay_apart_when_asked_for: AlwaysApart = Flaw::AlwaysApart;
    r17_other_tenants_are_summed_up_too: AllTenants = Flaw::AllTenants;
    r17_unknown_usage_is_zero: ZeroUsage = Flaw::ZeroUsage;
    r17_usage_is_unknown_only_without_both_counts: HalfKnown = Flaw::HalfKnown;
    r17_unknown_usage_hides_the_known_count: HidesKnown = Flaw::HidesKnown;
    r17_unknown_cost_is_zero: ZeroCost = Flaw::ZeroCost;
    r17_token_sums_end_at_64_bits: CutTokens = Flaw::CutTokens;
    r17_cost_sums_end_at_64_bits: CutCost = Flaw::CutCost;
    r17_sums_are_floating_point: Floats = Flaw::Floats;
    r17_bounds_belong_to_the_next_bucket: NextBucket = Flaw::NextBucket;
    r17_durations_are_whole_milliseconds: Milliseconds = Flaw::Milliseconds;
    r17_negative_durations_are_short: NegativeShort = Flaw::NegativeShort;
    r17_unknown_durations_are_short: UnknownShort = Flaw::UnknownShort;
    r17_windows_hold_their_end: HoldsEnd = Flaw::HoldsEnd;
    r17_windows_are_of_the_record_time: ByRecordTime = Flaw::ByRecordTime;
    r17_filters_but_the_window_are_ignored: WindowOnly = Flaw::WindowOnly;
    r17_appends_that_are_sent_again_add_up: AddsAgain = Flaw::AddsAgain;
    r17_hours_before_1970_are_cut_towards_it: CutHours = Flaw::CutHours;
    r17_days_are_those_of_a_local_clock: LocalDays = Flaw::LocalDays;
    r17_runs_without_a_session_are_in_no_group: NoSession = Flaw::NoSession;
    r17_names_of_groups_fold_case: FoldsCase = Flaw::FoldsCase;
    r17_groups_are_ordered_by_their_runs: ByRuns = Flaw::ByRuns;
    r17_groups_have_dimensions_in_the_order_of_words: ByWord = Flaw::ByWord;
    r17_nothing_is_no_group: NoGroup = Flaw::NoGroup;
    r17_groups_are_cut_at_the_limit: CutGroups = Flaw::CutGroups;
    r17_one_group_too_many_is_taken: OneMore = Flaw::OneMore;
    r17_the_last_group_is_refused: OneLess = Flaw::OneLess;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    ParentsCount,
    WindowParents,
    RealParents,
    OwnParents,
    ForeignParents,
    NoChildren,
    MixesSynthetic,
    DropsSynthetic,
    AlwaysApart,
    AllTenants,
    ZeroUsage,
    HalfKnown,
    HidesKnown,
    ZeroCost,
    CutTokens,
    CutCost,
    Floats,
    NextBucket,
    Milliseconds,
    NegativeShort,
    UnknownShort,
    HoldsEnd,
    ByRecordTime,
    WindowOnly,
    AddsAgain,
    CutHours,
    LocalDays,
    NoSession,
    FoldsCase,
    ByRuns,
    ByWord,
    NoGroup,
    CutGroups,
    OneMore,
    OneLess,
}

#[derive(Debug)]
struct Wrong {
    flaw: Flaw,
    /// How often each tenant sent a run.
    tenants: Mutex<BTreeMap<TenantId, BTreeMap<String, u64>>>,
}

impl Wrong {
    fn note(&self, tenant: &TenantId, batch: &AppendBatch) {
        let mut tenants = self.tenants.lock().unwrap();
        let sent = tenants.entry(tenant.clone()).or_default();
        for draft in batch.drafts() {
            if let Draft::LlmRun(run) = draft {
                *sent.entry(run.run_id.to_string()).or_default() += 1;
            }
        }
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == flaw
    }

    async fn runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
    ) -> StoreResult<Vec<LlmRunSnapshot>> {
        let mut runs = Vec::new();
        let mut next = Some(PageRequest::default().limit(PageLimit::MAX));
        while let Some(request) = next {
            let filter = LlmRunFilter::default();
            let page = inner.list_llm_runs(tenant, &filter, &request).await?;
            runs.extend(page.items);
            next = page.next.map(|cursor| request.after(cursor));
        }
        Ok(runs)
    }

    async fn summarize(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        query: &UsageQuery,
    ) -> StoreResult<UsageSummary> {
        let mut runs = self.runs(inner, tenant).await?;
        let mut others = Vec::new();
        let tenants: Vec<_> = self.tenants.lock().unwrap().keys().cloned().collect();
        for other in tenants.iter().filter(|other| *other != tenant) {
            others.extend(self.runs(inner, other).await?);
        }
        if self.has(Flaw::AllTenants) {
            runs.append(&mut others);
        }
        let filter = self.filter(&query.filter);
        let mut children: Vec<&LlmRunSnapshot> = runs.iter().collect();
        match self.flaw {
            Flaw::ParentsCount => children.clear(),
            Flaw::WindowParents => children.retain(|run| filter.matches(run)),
            Flaw::RealParents => children.retain(|run| !run.is_synthetic),
            Flaw::ForeignParents => children.extend(&others),
            _ => {}
        }
        let is_parent = |run: &LlmRunSnapshot| {
            children.iter().any(|child| {
                let is_other = child.run_id != run.run_id || self.has(Flaw::OwnParents);
                is_other && child.parent_run_id.as_ref() == Some(&run.run_id)
            })
        };
        let mut summary = UsageSummary::default();
        let mut groups: BTreeMap<Vec<UsageValue>, UsageSums> = BTreeMap::new();
        for run in runs.iter().filter(|run| filter.matches(run)) {
            let is_child = run
                .parent_run_id
                .as_ref()
                .is_some_and(|parent| *parent != run.run_id);
            if is_parent(run) || (is_child && self.has(Flaw::NoChildren)) {
                continue;
            }
            let mut is_apart = run.is_synthetic && query.filter.is_synthetic.is_none();
            is_apart |= run.is_synthetic && self.has(Flaw::AlwaysApart);
            if is_apart && !self.has(Flaw::MixesSynthetic) {
                summary.synthetic_runs += u64::from(!self.has(Flaw::DropsSynthetic));
                continue;
            }
            let key = query
                .group_by
                .iter()
                .map(|dimension| self.value(*dimension, run));
            let key: Vec<UsageValue> = key.collect();
            if self.has(Flaw::NoSession) && key.contains(&UsageValue::Session(None)) {
                continue;
            }
            let sent = self.tenants.lock().unwrap()[&run.tenant_id][run.run_id.as_str()];
            let times = if self.has(Flaw::AddsAgain) { sent } else { 1 };
            for _ in 0..times {
                let sums = groups.entry(key.clone()).or_default();
                *sums += self.sums(run);
                self.cut(sums);
            }
        }
        if query.group_by.is_empty() && !self.has(Flaw::NoGroup) {
            groups.entry(Vec::new()).or_default();
        }
        let groups = groups
            .into_iter()
            .map(|(key, sums)| UsageGroup { key, sums });
        summary.groups = groups.collect();
        self.ordered(&mut summary.groups);
        let most = UsageSummary::MAX_GROUPS;
        match self.flaw {
            Flaw::CutGroups => summary.groups.truncate(most),
            Flaw::OneMore if summary.groups.len() <= most + 1 => {}
            Flaw::OneLess if summary.groups.len() >= most => {
                return Err(UsageSummary::too_many_groups());
            }
            _ if summary.groups.len() > most => return Err(UsageSummary::too_many_groups()),
            _ => {}
        }
        Ok(summary)
    }

    fn filter(&self, filter: &LlmRunFilter) -> LlmRunFilter {
        let mut filter = filter.clone();
        match self.flaw {
            Flaw::HoldsEnd => {
                let to = filter.started.to().map(|to| to.saturating_add_micros(1));
                filter.started = TimeRange::new(filter.started.from(), to).unwrap();
            }
            Flaw::ByRecordTime => {
                filter.created = filter.started;
                filter.started = TimeRange::ALL;
            }
            Flaw::WindowOnly => filter = LlmRunFilter::default().started(filter.started),
            _ => {}
        }
        filter
    }

    fn value(&self, dimension: UsageDimension, run: &LlmRunSnapshot) -> UsageValue {
        const HOUR: i64 = 3_600_000_000;
        let mut run = run.clone();
        let micros = run.started_at.as_micros();
        match self.flaw {
            Flaw::CutHours if dimension == UsageDimension::Hour => {
                return UsageValue::Hour(Timestamp::from_micros(micros / HOUR * HOUR).unwrap());
            }
            Flaw::LocalDays => run.started_at = run.started_at.saturating_add_micros(2 * HOUR),
            Flaw::FoldsCase => {
                run.model = run.model.as_str().to_lowercase().parse().unwrap();
            }
            _ => {}
        }
        dimension.of(&run)
    }

    fn sums(&self, run: &LlmRunSnapshot) -> UsageSums {
        let mut run = run.clone();
        let mut sums = UsageSums::of(&run);
        let is_unknown = (run.input_tokens.is_none(), run.output_tokens.is_none());
        match self.flaw {
            Flaw::ZeroUsage => sums.unknown_usage_runs = 0,
            Flaw::HalfKnown => sums.unknown_usage_runs = u64::from(is_unknown == (true, true)),
            Flaw::HidesKnown if is_unknown != (false, false) => {
                (sums.input_tokens, sums.output_tokens) = (0, 0);
            }
            Flaw::ZeroCost => sums.unknown_cost_runs = 0,
            Flaw::NextBucket | Flaw::Milliseconds => {
                let by = |end: Timestamp| match self.flaw {
                    Flaw::NextBucket => end.saturating_add_micros(1),
                    _ => end.saturating_add_micros(-(end.as_micros().rem_euclid(1_000))),
                };
                run.completed_at = run.completed_at.map(by);
                sums.durations = DurationHistogram::of(&run);
            }
            Flaw::NegativeShort => {
                let end = run.completed_at.map(|end| end.max(run.started_at));
                run.completed_at = end;
                sums.durations = DurationHistogram::of(&run);
            }
            Flaw::UnknownShort if run.completed_at.is_none() => {
                run.completed_at = Some(run.started_at);
                sums.durations = DurationHistogram::of(&run);
            }
            _ => {}
        }
        sums
    }

    fn cut(&self, sums: &mut UsageSums) {
        let most = Cost::from_nano_usd(i64::MAX).unwrap();
        match self.flaw {
            Flaw::CutTokens => sums.input_tokens = sums.input_tokens.min(u128::from(u64::MAX)),
            Flaw::CutCost => sums.cost = sums.cost.min([most].into_iter().sum()),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                clippy::cast_sign_loss,
                reason = "the flaw"
            )]
            Flaw::Floats => sums.output_tokens = sums.output_tokens as f64 as u128,
            _ => {}
        }
    }

    fn ordered(&self, groups: &mut [UsageGroup]) {
        match self.flaw {
            Flaw::ByRuns => groups.sort_by_key(|group| group.sums.runs),
            Flaw::ByWord => {
                for group in groups {
                    group.key.sort_by_key(|value| value.dimension().as_str());
                }
            }
            _ => {}
        }
    }
}
