//! One span to its drafts.

use logs_domain::{
    Cost, Draft, DurationMs, ExecutionStatus, InvalidValue, Model, NewLlmRun, NewTraceStep,
    Provider, RecordSource, RunId, SkillName, SpanId, StepKey, Timestamp, TraceId,
};

use super::attributes::{Attributes, glimpse};
use super::field::kept::Kept;
use super::field::status::End;
use super::field::tokens::Usage;
use super::field::{cost, finish, model, outcome, provider, session, skill, status, time, tokens};
use super::ids;
use super::kind::{Kind, classify, is_agent_call};
use super::settings::Settings;
use super::source::Source;
use crate::wire::trace::{Event, Span, Status};

/// What a span gave.
pub(crate) struct Made {
    pub(crate) kind: Kind,
    pub(crate) drafts: Vec<Draft>,
    /// The operation, where it is an unknown one.
    pub(crate) unknown_operation: Option<String>,
    /// The span claims usage.
    pub(crate) has_usage: bool,
    /// The span is a call of an agent that events tell too.
    pub(crate) is_agent_call: bool,
}

/// The drafts of a span.
///
/// # Errors
/// [`InvalidValue`] if the span is none, or if a store cannot keep what it says.
pub(crate) fn map(
    span: &Span,
    source: &Source<'_>,
    settings: &Settings,
) -> Result<Made, InvalidValue> {
    let trace_id = ids::trace(&span.trace_id)?;
    let span_id = ids::span(&span.span_id)?;
    let attributes = Attributes::new(&span.attributes);
    if let Some(fault) = attributes.fault() {
        return Err(fault);
    }
    let name = attributes.checked("name", &span.name).unwrap_or_default();
    let (kind, unknown_operation) = classify(&attributes, &name, settings.agent_calls);
    let usage = tokens::usage(&attributes, &name);
    let mut made = Made {
        kind,
        drafts: Vec::new(),
        unknown_operation,
        has_usage: usage.input.is_some() || usage.output.is_some(),
        is_agent_call: is_agent_call(&attributes, &name),
    };
    if kind != Kind::Other {
        let ids = (trace_id, span_id);
        let drafts = Mapping::read(span, ids, name, &attributes, source)
            .and_then(|mapping| mapping.of_kind(kind).drafts(kind, &usage, settings));
        // A text that cannot be kept is the cause of what lacks it.
        made.drafts = attributes.fault().map_or(drafts, Err)?;
    }
    Ok(made)
}

/// What run and step share.
struct Mapping<'a> {
    source: &'a Source<'a>,
    attributes: &'a Attributes<'a>,
    name: String,
    trace_id: TraceId,
    span_id: SpanId,
    parent: Option<SpanId>,
    started_at: Timestamp,
    completed_at: Timestamp,
    duration: DurationMs,
    reasons: Vec<String>,
    status: ExecutionStatus,
    /// Of a call, and the attribute that says it.
    cost: Option<(Cost, &'static str)>,
}

impl<'a> Mapping<'a> {
    fn read(
        span: &'a Span,
        (trace_id, span_id): (String, String),
        name: String,
        attributes: &'a Attributes<'a>,
        source: &'a Source<'a>,
    ) -> Result<Self, InvalidValue> {
        let parent = ids::parent(&span.parent_span_id)?;
        let started_at = time::timestamp("startTimeUnixNano", span.start_time_unix_nano)?;
        let completed_at = time::timestamp("endTimeUnixNano", span.end_time_unix_nano)?;
        let reasons = reasons(span, attributes);
        let status = status::status(attributes, &reasons, &end(span));
        Ok(Self {
            source,
            name,
            trace_id: TraceId::new(trace_id)?,
            span_id: SpanId::new(span_id)?,
            parent: parent.map(SpanId::new).transpose()?,
            started_at,
            completed_at,
            duration: time::duration(span.start_time_unix_nano, span.end_time_unix_nano)?,
            reasons,
            status,
            cost: None,
            attributes,
        })
    }

    /// With the cost, if the span owns one.
    fn of_kind(mut self, kind: Kind) -> Self {
        if kind == Kind::Run {
            self.cost = cost::cost(self.attributes);
        }
        self
    }

    fn drafts(
        &self,
        kind: Kind,
        usage: &Usage,
        settings: &Settings,
    ) -> Result<Vec<Draft>, InvalidValue> {
        let mut drafts = Vec::with_capacity(2);
        if kind == Kind::Run {
            drafts.push(self.run(usage, settings)?.into());
        }
        drafts.push(self.step(kind)?.into());
        Ok(drafts)
    }

    fn run(&self, usage: &Usage, settings: &Settings) -> Result<NewLlmRun, InvalidValue> {
        let attributes = self.attributes;
        let run_id = |span: &SpanId| RunId::new(format!("{}:{span}", self.trace_id));
        let provider = provider::provider(attributes);
        let model = model::model(attributes, &self.name);
        let mut assumed = Vec::new();
        if provider.is_none() {
            assumed.push("provider");
        }
        if model.is_none() {
            assumed.push("model");
        }
        if usage.input_was_exclusive {
            assumed.push("input_tokens");
        }
        let mut run = NewLlmRun::new(
            run_id(&self.span_id)?,
            provider.map_or_else(|| Provider::new("unknown"), Ok)?,
            model.map_or_else(|| Model::new("unknown"), Ok)?,
            self.status,
            self.started_at,
            RecordSource::Sdk,
        );
        run.is_synthetic = is_synthetic(attributes, &self.source.resource, settings);
        run.trace_id = Some(self.trace_id.clone());
        run.session_id = session::session(attributes);
        run.input_tokens = usage.input;
        run.output_tokens = usage.output;
        run.completed_at = Some(self.completed_at);
        run.parent_run_id = self.parent.as_ref().map(run_id).transpose()?;
        let mut kept = self.kept();
        kept.text("requested_model", model::requested(attributes));
        kept.texts("finish_reasons", &self.reasons);
        kept.response_id(attributes);
        kept.usage(usage);
        if let Some((cost, named)) = self.cost {
            run.cost = Some(cost);
            kept.text("cost_source", Some(named.to_owned()));
        }
        kept.assumed(&assumed);
        run.attributes = Some(kept.into_object()?);
        Ok(run)
    }

    fn step(&self, kind: Kind) -> Result<NewTraceStep, InvalidValue> {
        let attributes = self.attributes;
        // The agent whose call this is does not name what the step did.
        let skill = match kind {
            Kind::Run => None,
            Kind::Step | Kind::Other => skill::skill(attributes)
                .or_else(|| SkillName::new(attributes.json_text("mlflow.spanFunctionName")?).ok()),
        };
        let mut step = NewTraceStep::new(
            self.trace_id.clone(),
            StepKey::Span(self.span_id.clone()),
            self.started_at,
            skill.map_or_else(|| SkillName::new(&self.name), Ok)?,
            self.status,
            outcome::outcome(attributes, &self.reasons, self.status)?,
            self.duration,
        );
        step.parent = self.parent.clone().map(StepKey::Span);
        step.cost = self.cost.map(|(cost, _)| cost);
        let mut kept = self.kept();
        if kind == Kind::Step {
            kept.text(
                "session_id",
                session::session(attributes).map(|id| id.to_string()),
            );
            kept.text("tool_call_id", tool_call_id(attributes));
        }
        step.attributes = Some(kept.into_object()?);
        Ok(step)
    }

    fn kept(&self) -> Kept {
        let mut kept = Kept::of(self.source);
        kept.text("span_name", Some(self.name.clone()));
        kept.text("operation", self.attributes.text("gen_ai.operation.name"));
        kept
    }
}

/// The id that ties a tool's step to the decision about it.
pub(crate) fn tool_call_id(attributes: &Attributes<'_>) -> Option<String> {
    attributes.first_text(&[
        "gen_ai.tool.call.id",
        "gen_ai.tool.call_id",
        "tool_use_id",
        "call_id",
        "ai.toolCall.id",
    ])
}

/// The finish reasons of a span. Strands writes them in an event.
fn reasons(span: &Span, attributes: &Attributes<'_>) -> Vec<String> {
    let reasons = finish::reasons(attributes);
    if !reasons.is_empty() {
        return reasons;
    }
    let choices = span
        .events
        .iter()
        .filter(|event| event.name == "gen_ai.choice");
    choices
        .filter_map(|choice| Attributes::new(&choice.attributes).text("finish_reason"))
        .collect()
}

/// What the status and the events of a span say about its end.
fn end(span: &Span) -> End {
    let mut end = End::default();
    if let Some(status) = &span.status {
        end.failed = status.code == Status::ERROR;
        end.declared_ok = status.code == Status::OK;
        end.texts.push(glimpse(&status.message));
    }
    let names = ["exception", "gen_ai.client.operation.exception"];
    let is_exception = |event: &&Event| names.iter().any(|name| event.name == name);
    for event in span.events.iter().filter(is_exception) {
        end.exception = true;
        let about = Attributes::new(&event.attributes);
        end.texts.extend(about.glimpse("exception.type"));
        end.texts.extend(about.glimpse("exception.message"));
    }
    end
}

/// Whether the run is a test and no work of a customer.
pub(crate) fn is_synthetic(
    attributes: &Attributes<'_>,
    resource: &Attributes<'_>,
    settings: &Settings,
) -> bool {
    let either = [attributes, resource];
    let environment =
        || resource.first_text(&["deployment.environment.name", "deployment.environment"]);
    either
        .iter()
        .any(|found| found.flag("logs.is_synthetic") == Some(true))
        || either
            .iter()
            .any(|found| found.has("user_agent.synthetic.type"))
        || (!settings.synthetic_environments.is_empty()
            && environment().is_some_and(|name| settings.synthetic_environments.contains(&name)))
}
