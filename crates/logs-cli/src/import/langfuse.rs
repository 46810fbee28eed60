//! Traces exported by Langfuse: `{"trace":{…},"observations":[…]}`.
//!
//! Every observation becomes a step of the trace with its parent. Generations and embeddings also
//! become runs, and only they have tokens and cost. The parent of a run is the nearest enclosing
//! call. Langfuse lacks the provider, and the status of an observation without an end. The import
//! assumes these and lists them in `attributes.assumed`.

use std::collections::{HashMap, HashSet};

use logs_domain::{
    Cost, Draft, DurationMs, ExecutionStatus, InvalidValue, JsonObject, Model, NewLlmRun, NewTrace,
    NewTraceStep, OutcomeCategory, Provider, RecordSource, RunId, SessionId, SkillName, SpanId,
    StepKey, Timestamp, TokenCount, TraceId,
};

use super::json::Json;
use super::translate::Made;

/// Observations that are calls of a model.
const CALLS: &[&str] = &["GENERATION", "EMBEDDING"];

/// The drafts of one exported trace.
///
/// # Errors
/// [`InvalidValue`] that names the field, its value and the expectation.
pub(super) fn translate(document: &Json) -> Result<Vec<Draft>, InvalidValue> {
    let trace = required(document, "trace")?;
    let trace_id = TraceId::new(text(trace, "id")?)?;
    let mut header = NewTrace::new(trace_id.clone());
    header.started_at = optional_time(trace, "timestamp")?;
    let mut made = Made::default();
    made.push(header.into())?;
    let Some(Json::Array(observations)) = document.member("observations") else {
        return Err(InvalidValue::new(
            "observations",
            "",
            "an array of observations",
        ));
    };
    let around = Around::of(observations);
    for (place, value) in observations.iter().enumerate() {
        let named = |error: InvalidValue| {
            let field = format!("observations[{place}].{}", error.field());
            error.in_field(field)
        };
        let observation = Observation::read(&trace_id, trace, value).map_err(named)?;
        made.push(observation.step().map_err(named)?.into())?;
        if CALLS.contains(&observation.kind.as_str()) {
            let parent = around.nearest_call(&observation.id);
            made.push(observation.run(parent).map_err(named)?.into())?;
        }
    }
    Ok(made.into_drafts())
}

/// The nesting of observations.
struct Around {
    /// For each observation its parent, and whether it is a call.
    observations: HashMap<String, (Option<String>, bool)>,
}

impl Around {
    fn of(observations: &[Json]) -> Self {
        let member = |value: &Json, name| value.member(name).and_then(Json::scalar);
        let entries = observations.iter().filter_map(|value| {
            let kind = member(value, "type").unwrap_or_default();
            let parent = member(value, "parentObservationId");
            let call = CALLS.contains(&kind.as_str());
            Some((member(value, "id")?, (parent, call)))
        });
        Self {
            observations: entries.collect(),
        }
    }

    /// The nearest call around an observation, past other observations between them. If both report
    /// the same usage, it must not count twice. An observation that is its own ancestor has none.
    fn nearest_call(&self, id: &SpanId) -> Option<&str> {
        let mut seen = HashSet::from([id.as_str()]);
        let mut inner = id.as_str();
        loop {
            let outer = self.observations.get(inner)?.0.as_deref()?;
            if !seen.insert(outer) {
                return None;
            }
            if self.observations.get(outer)?.1 {
                return Some(outer);
            }
            inner = outer;
        }
    }
}

/// The common fields of steps and runs.
struct Observation<'a> {
    trace_id: &'a TraceId,
    trace: &'a Json,
    value: &'a Json,
    id: SpanId,
    kind: String,
    status: ExecutionStatus,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
}

impl<'a> Observation<'a> {
    fn read(trace_id: &'a TraceId, trace: &'a Json, value: &'a Json) -> Result<Self, InvalidValue> {
        let ended_at = optional_time(value, "endTime")?;
        let failed = value.member("level").and_then(Json::scalar).as_deref() == Some("ERROR");
        let message = value
            .member("statusMessage")
            .and_then(Json::scalar)
            .unwrap_or_default();
        Ok(Self {
            trace_id,
            trace,
            value,
            id: SpanId::new(text(value, "id")?)?,
            kind: text(value, "type")?,
            status: status(failed, &message.to_lowercase(), ended_at.is_some()),
            started_at: Timestamp::parse_rfc3339(&text(value, "startTime")?)
                .map_err(|error| error.in_field("startTime"))?,
            ended_at,
        })
    }

    fn is_call(&self) -> bool {
        CALLS.contains(&self.kind.as_str())
    }

    fn step(&self) -> Result<NewTraceStep, InvalidValue> {
        let name = self.value.member("name").and_then(Json::scalar);
        let outcome = if self.status == ExecutionStatus::Succeeded {
            "ok"
        } else {
            "error"
        };
        let mut step = NewTraceStep::new(
            self.trace_id.clone(),
            StepKey::Span(self.id.clone()),
            self.started_at,
            SkillName::new(name.unwrap_or_else(|| self.kind.clone()))?,
            self.status,
            OutcomeCategory::new(outcome)?,
            self.duration()?,
        );
        let parent = self.value.member("parentObservationId");
        step.parent = parent
            .and_then(Json::scalar)
            .map(|parent| SpanId::new(parent).map(StepKey::Span))
            .transpose()
            .map_err(|error| error.in_field("parentObservationId"))?;
        step.cost = if self.is_call() { self.cost()? } else { None };
        let unfinished = self.ended_at.is_none();
        let assumed: &[&str] = if unfinished {
            &["status", "duration_ms"]
        } else {
            &[]
        };
        let kept = [("type", "type"), ("level", "level")];
        step.attributes = Some(self.attributes(&kept, assumed)?);
        Ok(step)
    }

    /// `parent` is the nearest enclosing call.
    fn run(&self, parent: Option<&str>) -> Result<NewLlmRun, InvalidValue> {
        let session = self.trace.member("sessionId").and_then(Json::scalar);
        let run_id = |span: &str| RunId::new(format!("{}:{span}", self.trace_id));
        let mut assumed = vec!["provider", "source"];
        let model = self
            .value
            .member("model")
            .and_then(Json::scalar)
            .unwrap_or_else(|| {
                assumed.push("model");
                "unknown".to_owned()
            });
        if self.ended_at.is_none() {
            assumed.push("execution_status");
        }
        let mut run = NewLlmRun::new(
            run_id(self.id.as_str())?,
            Provider::new("unknown")?,
            Model::new(model)?,
            self.status,
            self.started_at,
            RecordSource::Sdk,
        );
        run.trace_id = Some(self.trace_id.clone());
        run.session_id = session
            .map(SessionId::new)
            .transpose()
            .map_err(|error| error.in_field("sessionId"))?;
        run.input_tokens = self.tokens("input")?;
        run.output_tokens = self.tokens("output")?;
        run.cost = self.cost()?;
        run.completed_at = self.ended_at;
        run.parent_run_id = parent.map(run_id).transpose()?;
        let kept = [
            ("name", "name"),
            ("environment", "environment"),
            ("usage", "usageDetails"),
        ];
        run.attributes = Some(self.attributes(&kept, &assumed)?);
        Ok(run)
    }

    fn tokens(&self, name: &'static str) -> Result<Option<TokenCount>, InvalidValue> {
        let usage = self
            .value
            .member("usageDetails")
            .and_then(|usage| usage.member(name));
        let Some(digits) = usage.and_then(Json::scalar) else {
            return Ok(None);
        };
        let expected = format!("a whole number from 0 to {}", TokenCount::MAX);
        let refused = |_| InvalidValue::new("usageDetails", &digits, expected);
        digits
            .parse()
            .map_err(refused)
            .and_then(TokenCount::new)
            .map(Some)
    }

    /// The total of `costDetails`. The sum in the other field is 0 even if the cost is unknown.
    fn cost(&self) -> Result<Option<Cost>, InvalidValue> {
        let total = self
            .value
            .member("costDetails")
            .and_then(|cost| cost.member("total"));
        let Some(usd) = total.and_then(Json::scalar) else {
            return Ok(None);
        };
        Cost::parse_usd(&usd)
            .map(Some)
            .map_err(|error| error.in_field("costDetails.total"))
    }

    /// From start to end, rounded; 0 without an end.
    fn duration(&self) -> Result<DurationMs, InvalidValue> {
        let Some(ended_at) = self.ended_at else {
            return DurationMs::new(0);
        };
        let micros = ended_at.as_micros() - self.started_at.as_micros();
        let Ok(micros) = u64::try_from(micros) else {
            return Err(InvalidValue::new(
                "endTime",
                ended_at,
                "a time that is not before startTime",
            ));
        };
        DurationMs::new((micros + 500) / 1000)
    }

    /// Members of the observation under other names, the session, and the assumed fields.
    fn attributes(
        &self,
        kept: &[(&str, &str)],
        assumed: &[&str],
    ) -> Result<JsonObject, InvalidValue> {
        let mut members = Vec::new();
        for (name, member) in kept {
            if let Some(value) = self
                .value
                .member(member)
                .filter(|value| **value != Json::Null)
            {
                let copy = value.small_copy().ok_or_else(|| {
                    let expected = format!("at most {} bytes", JsonObject::MAX_BYTES);
                    InvalidValue::new("attributes", value, expected)
                })?;
                members.push(((*name).to_owned(), copy));
            }
        }
        if let Some(session) = self.trace.member("sessionId").and_then(Json::scalar) {
            members.push(("session".to_owned(), Json::Text(session)));
        }
        if !assumed.is_empty() {
            let assumed = assumed
                .iter()
                .map(|name| Json::Text((*name).to_owned()))
                .collect();
            members.push(("assumed".to_owned(), Json::Array(assumed)));
        }
        let object = Json::Object(members).changed_numbers_as_text();
        JsonObject::parse(&object.to_string()).map_err(|error| error.in_field("attributes"))
    }
}

/// An observation without an end counts as aborted.
fn status(failed: bool, message: &str, ended: bool) -> ExecutionStatus {
    match (failed, ended) {
        (true, _) if message.contains("timeout") || message.contains("timed out") => {
            ExecutionStatus::Timeout
        }
        (true, _) if message.contains("cancel") || message.contains("abort") => {
            ExecutionStatus::Aborted
        }
        (true, _) => ExecutionStatus::Failed,
        (false, true) => ExecutionStatus::Succeeded,
        (false, false) => ExecutionStatus::Aborted,
    }
}

fn required<'a>(value: &'a Json, name: &'static str) -> Result<&'a Json, InvalidValue> {
    let expected = "an export of Langfuse: an object with `trace` and `observations`";
    value
        .member(name)
        .ok_or_else(|| InvalidValue::new(name, "", expected))
}

fn text(value: &Json, name: &'static str) -> Result<String, InvalidValue> {
    let found = value.member(name).and_then(Json::scalar);
    found.ok_or_else(|| InvalidValue::new(name, "", "a text"))
}

fn optional_time(value: &Json, name: &'static str) -> Result<Option<Timestamp>, InvalidValue> {
    let text = value.member(name).and_then(Json::scalar);
    let time = text.map(|text| Timestamp::parse_rfc3339(&text)).transpose();
    time.map_err(|error| error.in_field(name))
}

#[cfg(test)]
mod tests;
