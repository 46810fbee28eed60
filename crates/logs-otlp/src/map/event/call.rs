//! Events that tell of a call of a model: a run, and a step of the turn's trace.

use logs_domain::{
    Cost, DurationMs, ExecutionStatus, InvalidValue, Model, NewLlmRun, NewTraceStep, Provider,
    RecordSource, RunId, SkillName, SpanId, StepKey, TraceId,
};

use super::{Event, Made};
use crate::map::field::tokens::Usage;
use crate::map::field::{cost, finish, outcome};
use crate::map::span::is_synthetic;

/// What the events of all agents have in common.
pub(super) struct Call {
    /// The whole name of the event.
    pub(super) name: String,
    /// The provider that the agent usually calls; the event names none.
    pub(super) provider: &'static str,
    pub(super) status: ExecutionStatus,
    pub(super) usage: Usage,
    pub(super) trace: Option<TraceId>,
    /// How long the call took, where the event says so.
    pub(super) duration: Option<u64>,
}

/// What is kept of each event, beside the usage.
const KEPT: &[&str] = &[
    "query_source",
    "speed",
    "effort",
    "role",
    "agent.name",
    "reasoning_effort",
    "status_code",
];

impl Call {
    /// The run and its step. Events know the end of a call, so its start is assumed.
    pub(super) fn map(&self, event: &Event<'_>) -> Result<Made, InvalidValue> {
        let attributes = &event.attributes;
        let key = event.key(&self.name);
        let completed_at = event.time()?;
        let duration = DurationMs::new(self.duration.unwrap_or_default())?;
        let micros = i64::try_from(duration.get().saturating_mul(1000)).unwrap_or(i64::MAX);
        let started_at = completed_at.saturating_add_micros(-micros);
        let model = attributes
            .text("model")
            .and_then(|model| Model::new(model).ok());
        let mut assumed = vec!["provider", "started_at"];
        if model.is_none() {
            assumed.push("model");
        }
        if self.usage.input_was_exclusive {
            assumed.push("input_tokens");
        }
        let reasons = finish::reasons(attributes);
        let cost = cost::cost(attributes);
        let mut run = NewLlmRun::new(
            RunId::new(&key)?,
            Provider::new(self.provider)?,
            model.map_or_else(|| Model::new("unknown"), Ok)?,
            self.status,
            started_at,
            RecordSource::Sdk,
        );
        run.is_synthetic = is_synthetic(attributes, &event.source.resource, event.settings);
        run.trace_id = self.trace.clone();
        run.session_id = event.session();
        run.input_tokens = self.usage.input;
        run.output_tokens = self.usage.output;
        run.completed_at = Some(completed_at);
        run.cost = cost.map(|(cost, _)| cost);
        let mut kept = event.kept(&self.name);
        kept.usage(&self.usage);
        kept.texts("finish_reasons", &reasons);
        kept.response_id(attributes);
        kept.text("cost_source", cost.map(|(_, named)| named.to_owned()));
        for name in KEPT {
            kept.text(name, attributes.text(name));
        }
        kept.count("attempt", attributes.count("attempt"));
        kept.assumed(&assumed);
        run.attributes = Some(kept.into_object()?);
        let mut drafts = vec![run.into()];
        if let Some(trace) = &self.trace {
            let mut step = NewTraceStep::new(
                trace.clone(),
                StepKey::Span(SpanId::new(&key)?),
                started_at,
                SkillName::new(&self.name)?,
                self.status,
                outcome::outcome(attributes, &reasons, self.status)?,
                duration,
            );
            step.cost = cost.map(|(cost, _): (Cost, _)| cost);
            let mut kept = event.kept(&self.name);
            kept.assumed(&["timestamp"]);
            step.attributes = Some(kept.into_object()?);
            drafts.push(step.into());
        }
        Ok(Made::Drafts(drafts))
    }
}
