//! Traces: the steps of a run as a tree.

use std::collections::HashMap;

use logs_domain::{
    CountMode, Cursor, PageLimit, PageRequest, StoreResult, TenantId, TraceFilter, TraceId,
    TraceSnapshot, TraceStepFilter, TraceStepRecord, TraceStepSnapshot,
};
use serde::Serialize;

use crate::{Answer, LogsFacade, Page};

/// The steps of a trace as a tree, each after its parent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TraceTree {
    /// The trace.
    pub trace_id: TraceId,
    /// Its header, if one is stored.
    pub header: Option<Answer<TraceSnapshot>>,
    /// The steps: a step comes before the steps inside it, and siblings in the order of the trace.
    pub steps: Vec<TreeStep>,
    /// The place in `get_trace_steps` behind the last step that was read, if the trace has more than
    /// [`MAX_STEPS`](Self::MAX_STEPS).
    pub next: Option<Cursor>,
}

impl TraceTree {
    /// The most steps of a tree.
    pub const MAX_STEPS: usize = 10_000;
}

/// A step in its place of the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TreeStep {
    /// How many steps enclose it, as far as they are in the tree.
    pub depth: u32,
    /// Whether the step names a parent that is not in the tree, or that is inside the step itself.
    pub is_parent_missing: bool,
    /// The step.
    #[serde(flatten)]
    pub step: TraceStepSnapshot,
}

impl LogsFacade {
    /// Headers of traces, newest first.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn traces(
        &self,
        tenant: &TenantId,
        filter: &TraceFilter,
        page: &PageRequest,
    ) -> StoreResult<Page<Answer<TraceSnapshot>>> {
        self.page(tenant, self.store.list_traces(tenant, filter, page))
            .await
    }

    /// Steps of all traces, newest first.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn trace_steps(
        &self,
        tenant: &TenantId,
        filter: &TraceStepFilter,
        page: &PageRequest,
    ) -> StoreResult<Page<Answer<TraceStepRecord>>> {
        let read = self.store.list_trace_steps(tenant, filter, page);
        self.page(tenant, read).await
    }

    /// A trace as a tree; `None` if the tenant has neither its header nor a step of it.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn trace(
        &self,
        tenant: &TenantId,
        trace_id: &TraceId,
    ) -> StoreResult<Option<TraceTree>> {
        let header = self.store.get_trace(tenant, trace_id).await?;
        let mut request = PageRequest::default()
            .limit(PageLimit::MAX)
            .count(CountMode::Skip);
        let mut steps = Vec::new();
        let next = loop {
            let page = self
                .store
                .get_trace_steps(tenant, trace_id, &request)
                .await?;
            steps.extend(page.items);
            match page.next {
                Some(next) if steps.len() < TraceTree::MAX_STEPS => request = request.after(next),
                next => break next,
            }
        };
        if header.is_none() && steps.is_empty() {
            return Ok(None);
        }
        Ok(Some(TraceTree {
            trace_id: trace_id.clone(),
            header: header.map(Answer::from),
            steps: tree(steps),
            next,
        }))
    }
}

/// The steps, each after its parent. A step whose parent is not there, and one step of each circle of
/// parents, begin a tree of their own.
fn tree(steps: Vec<TraceStepSnapshot>) -> Vec<TreeStep> {
    let places: HashMap<_, _> = steps.iter().map(|step| &step.key).zip(0_usize..).collect();
    let parents: Vec<Option<usize>> = steps
        .iter()
        .map(|step| places.get(step.parent.as_ref()?).copied())
        .collect();
    let mut children: HashMap<usize, Vec<usize>> = HashMap::new();
    for (place, parent) in parents.iter().enumerate() {
        if let Some(parent) = parent {
            children.entry(*parent).or_default().push(place);
        }
    }
    let roots = (0..steps.len()).filter(|place| matches!(parents.get(*place), Some(None)));
    // Whatever no root leads to is in a circle, or inside one.
    let rest = 0..steps.len();
    let mut left: Vec<Option<TraceStepSnapshot>> = steps.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(left.len());
    for start in roots.chain(rest) {
        let mut pending = vec![(start, 0)];
        while let Some((place, depth)) = pending.pop() {
            let Some(step) = left.get_mut(place).and_then(Option::take) else {
                continue;
            };
            ordered.push(TreeStep {
                depth,
                is_parent_missing: depth == 0 && step.parent.is_some(),
                step,
            });
            let inside = children.get(&place).into_iter().flatten().rev();
            pending.extend(inside.map(|child| (*child, depth + 1)));
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use logs_domain::{
        DurationMs, ExecutionStatus, NewTraceStep, OutcomeCategory, SkillName, SpanId, StepKey,
        Timestamp, TraceId, TraceStepSnapshot,
    };
    use proptest::prelude::*;

    use super::tree;

    fn step(place: u32, parent: Option<u32>) -> TraceStepSnapshot {
        let key = |number: u32| StepKey::Span(SpanId::new(format!("s{number}")).unwrap());
        let mut draft = NewTraceStep::new(
            TraceId::new("t").unwrap(),
            key(place),
            Timestamp::from_micros(0).unwrap(),
            SkillName::new("s").unwrap(),
            ExecutionStatus::Succeeded,
            OutcomeCategory::new("ok").unwrap(),
            DurationMs::new(0).unwrap(),
        );
        draft.parent = parent.map(key);
        TraceStepSnapshot::from_parts(place, draft)
    }

    fn shape(parents: &[Option<u32>]) -> Vec<(u32, u32, bool)> {
        let steps = (0..)
            .zip(parents)
            .map(|(place, parent)| step(place, *parent));
        let ordered = tree(steps.collect());
        let shown = |one: super::TreeStep| (one.step.step_index, one.depth, one.is_parent_missing);
        ordered.into_iter().map(shown).collect()
    }

    #[test]
    fn a_step_comes_after_its_parent_and_before_the_next_of_its_siblings() {
        // 2 is inside 0, 3 inside 2, 1 and 4 inside 0.
        let parents = [None, Some(0), Some(0), Some(2), Some(0)];
        let expected = [(0, 0), (1, 1), (2, 1), (3, 2), (4, 1)];
        let expected = expected.map(|(place, depth)| (place, depth, false));
        assert_eq!(shape(&parents), expected);
        // Children often arrive before their parent.
        let parents = [Some(2), Some(0), None];
        let expected = [(2, 0, false), (0, 1, false), (1, 2, false)];
        assert_eq!(shape(&parents), expected);
    }

    #[test]
    fn a_missing_parent_and_a_circle_lose_no_step() {
        assert_eq!(shape(&[Some(9), Some(0)]), [(0, 0, true), (1, 1, false)]);
        assert_eq!(shape(&[Some(0)]), [(0, 0, true)]);
        let circle = [Some(1), Some(0), Some(1)];
        let expected = [(0, 0, true), (1, 1, false), (2, 2, false)];
        assert_eq!(shape(&circle), expected);
    }

    proptest! {
        #[test]
        fn every_step_is_in_the_tree_once_below_its_parent(
            parents in prop::collection::vec(prop::option::of(0_u32..40), 0..40)
        ) {
            let ordered = shape(&parents);
            let mut places: Vec<u32> = ordered.iter().map(|one| one.0).collect();
            for (at, (place, depth, is_missing)) in ordered.iter().enumerate() {
                let parent = parents[*place as usize];
                if *depth == 0 {
                    prop_assert_eq!(*is_missing, parent.is_some());
                } else {
                    let above = ordered[..at].iter().rev().find(|one| one.1 < *depth);
                    prop_assert_eq!(above.map(|one| one.0), parent);
                }
            }
            places.sort_unstable();
            prop_assert!(places.into_iter().eq(0..u32::try_from(parents.len()).unwrap()));
        }
    }
}
