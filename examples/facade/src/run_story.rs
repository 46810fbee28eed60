//! The facade: what a run did and what interfered with it.

use std::fmt;
use std::sync::Arc;

use futures_util::TryStreamExt;
use logs_domain::{
    AuditLedgerSnapshot, CostSum, Direction, GovernanceFilter, LlmRunSnapshot, LogsReader,
    LogsReaderExt, PageLimit, PageRequest, RunId, StoreResult, TenantId, TraceStepSnapshot,
};

/// What a run did and what interfered with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunStory {
    /// The run itself.
    pub run: LlmRunSnapshot,
    /// The steps of its trace, in their order; none when it has no trace.
    pub steps: Vec<TraceStepSnapshot>,
    /// What the steps cost together.
    pub cost_of_steps: CostSum,
    /// The newest governance events of the run, at most 1000.
    pub interventions: Vec<AuditLedgerSnapshot>,
}

impl fmt::Display for RunStory {
    /// A line for the run, one for each step, and one for each intervention.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (run, cost) = (&self.run, self.cost_of_steps);
        let (id, model, status) = (&run.run_id, &run.model, run.execution_status);
        writeln!(
            formatter,
            "{id} of {model}: {status}, steps cost {cost} USD"
        )?;
        for step in &self.steps {
            let (index, skill, outcome) =
                (step.step_index, &step.skill_name, &step.outcome_category);
            writeln!(formatter, "  step {index} {skill}: {outcome}")?;
        }
        for entry in &self.interventions {
            let (event, kind, entity) = (&entry.event_type, &entry.entity_type, &entry.entity_id);
            writeln!(formatter, "  {event} of {kind} {entity}")?;
        }
        Ok(())
    }
}

/// Answers composed over the reading port: no queries and no decisions of its own.
#[derive(Clone, Debug)]
pub struct RunStories {
    reader: Arc<dyn LogsReader>,
}

impl RunStories {
    /// A facade over any reader.
    #[must_use]
    pub fn new(reader: Arc<dyn LogsReader>) -> Self {
        Self { reader }
    }

    /// The story of a run, if the tenant has it.
    ///
    /// # Errors
    /// Whatever the reader fails with.
    pub async fn tell(&self, tenant: &TenantId, run_id: &RunId) -> StoreResult<Option<RunStory>> {
        let Some(run) = self.reader.get_llm_run(tenant, run_id).await? else {
            return Ok(None);
        };
        let steps: Vec<TraceStepSnapshot> =
            match self.reader.get_trace_id_for_run(tenant, run_id).await? {
                Some(trace) => {
                    self.reader
                        .stream_steps_of_trace(tenant, &trace, Direction::Ascending)
                        .try_collect()
                        .await?
                }
                None => Vec::new(),
            };
        let cost_of_steps = steps.iter().filter_map(|step| step.cost).sum();
        let of_run = GovernanceFilter::default().run_id(run_id.clone());
        let page = PageRequest::default().limit(PageLimit::MAX);
        let interventions = self
            .reader
            .get_governance_events(tenant, &of_run, &page)
            .await?
            .items;
        Ok(Some(RunStory {
            run,
            steps,
            cost_of_steps,
            interventions,
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use logs_domain::{
        Cost, DurationMs, ExecutionStatus, LlmRunSnapshot, MockLogsStore, Model, NewLlmRun,
        NewTraceStep, OutcomeCategory, Provider, QueryResult, RecordSource, RunId, SkillName,
        StepKey, StepPosition, StoreError, TenantId, Timestamp, Total, TraceId, TraceStepSnapshot,
    };

    use super::RunStories;

    fn tenant() -> TenantId {
        TenantId::new("acme").unwrap()
    }

    fn run_id() -> RunId {
        RunId::new("run-1").unwrap()
    }

    fn time() -> Timestamp {
        Timestamp::from_micros(0).unwrap()
    }

    fn run() -> LlmRunSnapshot {
        let draft = NewLlmRun::new(
            run_id(),
            Provider::new("p").unwrap(),
            Model::new("m").unwrap(),
            ExecutionStatus::Succeeded,
            time(),
            RecordSource::Sdk,
        );
        LlmRunSnapshot::from_parts(tenant(), draft, time())
    }

    fn step(cost: &str) -> TraceStepSnapshot {
        let draft = NewTraceStep::new(
            TraceId::new("t").unwrap(),
            StepKey::Position(StepPosition::new(0).unwrap()),
            time(),
            SkillName::new("s").unwrap(),
            ExecutionStatus::Succeeded,
            OutcomeCategory::new("ok").unwrap(),
            DurationMs::new(1).unwrap(),
        );
        TraceStepSnapshot::from_parts(0, draft.cost(Cost::parse_usd(cost).unwrap()))
    }

    #[tokio::test]
    async fn an_unknown_run_has_no_story_and_nothing_else_is_asked() {
        let mut store = MockLogsStore::new();
        store
            .expect_get_llm_run()
            .times(1)
            .returning(|_, _| Ok(None));
        let story = RunStories::new(Arc::new(store))
            .tell(&tenant(), &run_id())
            .await
            .unwrap();
        assert_eq!(story, None);
    }

    #[tokio::test]
    async fn the_story_adds_up_the_steps() {
        let mut store = MockLogsStore::new();
        store.expect_get_llm_run().returning(|_, _| Ok(Some(run())));
        store
            .expect_get_trace_id_for_run()
            .withf(|tenant, run| tenant.as_str() == "acme" && run.as_str() == "run-1")
            .returning(|_, _| Ok(Some(TraceId::new("t").unwrap())));
        store
            .expect_get_trace_steps()
            .times(1)
            .returning(|_, _, _| {
                let steps = vec![step("0.00006"), step("0.5")];
                Ok(QueryResult::from_parts(
                    steps,
                    Total::NotCounted,
                    None,
                    None,
                ))
            });
        store
            .expect_get_governance_events()
            .withf(|_, filter, _| filter.run_id == Some(run_id()))
            .returning(|_, _, _| Ok(QueryResult::from_parts(vec![], Total::Exact(0), None, None)));
        let story = RunStories::new(Arc::new(store))
            .tell(&tenant(), &run_id())
            .await
            .unwrap();
        let story = story.unwrap();
        assert_eq!(story.cost_of_steps.to_string(), "0.50006");
        assert_eq!(
            story.to_string(),
            "run-1 of m: SUCCEEDED, steps cost 0.50006 USD\n  step 0 s: ok\n  step 0 s: ok\n"
        );
    }

    #[tokio::test]
    async fn a_failing_store_fails_the_story() {
        let mut store = MockLogsStore::new();
        store
            .expect_get_llm_run()
            .returning(|_, _| Err(StoreError::closed()));
        let told = RunStories::new(Arc::new(store))
            .tell(&tenant(), &run_id())
            .await;
        assert!(told.unwrap_err().is_retryable());
    }
}
