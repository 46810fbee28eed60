//! Rule 10, broken.

use std::cmp::Reverse;

use async_trait::async_trait;
use logs_domain::{
    LogsReader, PageLimit, PageRequest, QueryResult, ReplayEvent, ReplayQuery, StepKey,
    StepPosition, StoreResult, TenantId, TraceFilter, TraceId, TraceStepFilter, TraceStepRecord,
    TraceStepSnapshot,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r10_steps_follow_their_times_only: ByTime,
    r10_gaps_of_positions_are_closed: ClosesGaps,
    r10_steps_are_numbered_on_each_page: NumbersPages,
    r10_steps_are_numbered_in_each_window: NumbersWindows,
    r10_steps_need_a_header: NeedsHeader,
    r10_spans_are_numbered_from_zero_behind_positions: SpansFromZero,
    r10_spans_follow_the_alphabet_without_case: FoldsSpans,
    r10_positions_follow_their_text: PositionsAsText,
    r10_a_trace_has_a_thousand_steps: ThousandSteps,
    r10_lists_of_steps_hold_positioned_steps_only: PositionedOnly,
    r10_steps_have_no_parent: ForgetsParents,
    r10_parents_are_known_steps: KnownParents,
    r10_parents_are_positions: ParentsByPosition,
}

/// An adapter that changes the steps of a trace when they are read.
macro_rules! reads_steps {
    ($($name:ident: |$steps:ident| $body:block)+) => {
        $(
            #[derive(Debug, Default)]
            struct $name;

            #[async_trait]
            impl Fault for $name {
                async fn get_trace_steps(&self, inner: &MemoryStore, tenant: &TenantId, trace_id: &TraceId, page: &PageRequest) -> StoreResult<QueryResult<TraceStepSnapshot>> {
                    let mut found = inner.get_trace_steps(tenant, trace_id, page).await?;
                    let $steps = &mut found.items;
                    $body;
                    Ok(found)
                }
            }
        )+
    };
}

fn renumber(steps: &mut [TraceStepSnapshot]) {
    for (step, index) in steps.iter_mut().zip(0..) {
        step.step_index = index;
    }
}

reads_steps! {
    ByTime: |steps| {
        steps.sort_by_key(|step| step.timestamp);
        renumber(steps);
    }

    ClosesGaps: |steps| {
        if steps.len() < 100 {
            renumber(steps);
        }
    }

    NumbersPages: |steps| {
        if let Some(first) = steps.first()
            && first.step_index > 1_000
        {
            renumber(steps);
        }
    }

    SpansFromZero: |steps| {
        let mut spans = steps.iter_mut().filter(|step| step.skill_name.as_str().starts_with("span"));
        for index in 0.. {
            match spans.next() {
                Some(step) => step.step_index = index,
                None => break,
            }
        }
    }

    FoldsSpans: |steps| {
        steps.sort_by_key(|step| (step.timestamp, step.skill_name.as_str().to_lowercase()));
        renumber(steps);
    }

    ForgetsParents: |steps| {
        for step in steps.iter_mut() {
            step.parent = None;
        }
    }

    KnownParents: |steps| {
        let known: Vec<_> = steps.iter().map(|step| step.key.clone()).collect();
        for step in steps.iter_mut() {
            step.parent = step.parent.take().filter(|parent| known.contains(parent));
        }
    }

    ParentsByPosition: |steps| {
        let indexes: Vec<_> = steps.iter().map(|step| (step.key.clone(), step.step_index)).collect();
        for step in steps.iter_mut() {
            if let Some((_, index)) = indexes.iter().find(|(key, _)| Some(key) == step.parent.as_ref())
                && let Ok(position) = StepPosition::new(*index)
            {
                step.parent = Some(StepKey::Position(position));
            }
        }
    }

    PositionsAsText: |steps| {
        steps.sort_by_key(|step| step.step_index.to_string());
    }
}

#[derive(Debug, Default)]
struct NumbersWindows;

#[async_trait]
impl Fault for NumbersWindows {
    async fn get_replay_window_events(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        query: &ReplayQuery,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<ReplayEvent>> {
        let mut found = inner.get_replay_window_events(tenant, query, page).await?;
        let steps = found
            .items
            .iter_mut()
            .filter(|event| event.step_index.is_some());
        for (step, index) in steps.zip(0..) {
            step.step_index = Some(index);
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct NeedsHeader;

#[async_trait]
impl Fault for NeedsHeader {
    async fn get_trace_steps(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        trace_id: &TraceId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepSnapshot>> {
        let filter = TraceFilter::default().trace_id(trace_id.clone());
        let headers = inner
            .list_traces(tenant, &filter, &PageRequest::default())
            .await?;
        let mut found = inner.get_trace_steps(tenant, trace_id, page).await?;
        if headers.items.is_empty() {
            found.items.clear();
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct ThousandSteps;

#[async_trait]
impl Fault for ThousandSteps {
    async fn get_trace_steps(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        trace_id: &TraceId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepSnapshot>> {
        let mut found = inner.get_trace_steps(tenant, trace_id, page).await?;
        if page.limit == PageLimit::MAX {
            (found.has_more, found.next) = (false, None);
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct PositionedOnly;

#[async_trait]
impl Fault for PositionedOnly {
    async fn list_trace_steps(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &TraceStepFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepRecord>> {
        let mut found = inner.list_trace_steps(tenant, filter, page).await?;
        found
            .items
            .retain(|step| matches!(step.key, logs_domain::StepKey::Position(_)));
        found
            .items
            .sort_by_key(|step| Reverse((step.created_at, step.id)));
        Ok(found)
    }
}
