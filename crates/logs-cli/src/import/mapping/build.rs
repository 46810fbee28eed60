//! Making the drafts of one record.

use std::collections::BTreeSet;

use logs_domain::{
    Draft, InvalidValue, NewAuditEntry, NewLlmRun, NewSystemRecord, NewTrace, NewTraceStep,
    RecordId, SpanId, StepKey, StepPosition, TenantId,
};

use super::path::Place;
use super::template::Names;
use super::values::Values;
use super::{Kind, Mapping, Rule, Tally};
use crate::import::json::Json;
use crate::import::translate::Made;

/// The result of a mapping for one record: its tenant and its drafts.
pub(crate) struct Translation {
    pub(crate) tenant: TenantId,
    pub(crate) drafts: Vec<Draft>,
}

impl Mapping {
    /// Makes the drafts of one record. `ordinal` is its place in `source`, from 0.
    ///
    /// # Errors
    /// [`InvalidValue`] that names the field, its value and the expectation.
    pub(crate) fn translate(
        &self,
        record: &Json,
        source: &str,
        ordinal: u64,
        tenant: Option<&TenantId>,
        tally: &Tally,
    ) -> Result<Translation, InvalidValue> {
        tally.record();
        let at = |rule, item| Place {
            record,
            item,
            rule,
            tally,
        };
        let whole = at(self.rules.len(), record);
        let tenant = match &self.tenant {
            Some(path) => {
                let expected = format!("a tenant at {}", path.as_str());
                let named = path.find(whole).and_then(Json::scalar);
                TenantId::new(named.ok_or_else(|| InvalidValue::new("tenant", "", expected))?)?
            }
            None => {
                let expected = "a tenant, by --tenant or in the mapping";
                tenant
                    .cloned()
                    .ok_or_else(|| InvalidValue::new("tenant", "", expected))?
            }
        };
        let mut made = Made::default();
        for (place, rule) in self.rules.iter().enumerate() {
            for (item, value) in items(rule, at(place, record))? {
                let at = at(place, value);
                if !rule.when.as_ref().is_none_or(|when| {
                    let found = when.path.find(at).and_then(Json::scalar_text);
                    found.is_some_and(|found| when.one_of.iter().any(|word| *word == found))
                }) {
                    continue;
                }
                tally.applied(place);
                let mut values = Values {
                    rule,
                    place: at,
                    names: Names {
                        source,
                        ordinal,
                        item,
                    },
                    large_integers: self.large_integers,
                    assumed: BTreeSet::new(),
                };
                // Separate for each rule and item, so that one record can make several drafts.
                let source = format!("{source}#{place}.{item}");
                let id = RecordId::imported(&tenant, &source, ordinal);
                made.push(draft(rule.kind, &mut values, id)?)?;
            }
        }
        let drafts = made.into_drafts();
        Ok(Translation { tenant, drafts })
    }
}

/// The inputs of a rule: the record, or the items of an array in it.
fn items<'a>(rule: &Rule, whole: Place<'a>) -> Result<Vec<(u64, &'a Json)>, InvalidValue> {
    let Some(path) = &rule.for_each else {
        return Ok(vec![(0, whole.record)]);
    };
    match path.find(whole) {
        Some(Json::Array(items)) => Ok((0..).zip(items).collect()),
        other => {
            let shown = other.map(ToString::to_string).unwrap_or_default();
            let expected = format!("an array at {}", path.as_str());
            Err(InvalidValue::new("for_each", shown, expected))
        }
    }
}

fn draft(kind: Kind, values: &mut Values<'_>, imported: RecordId) -> Result<Draft, InvalidValue> {
    match kind {
        Kind::LlmRun => llm_run(values).map(Draft::from),
        Kind::Trace => trace(values).map(Draft::from),
        Kind::TraceStep => trace_step(values).map(Draft::from),
        Kind::SystemRecord => system_record(values, imported).map(Draft::from),
        Kind::AuditEntry => audit_entry(values, imported).map(Draft::from),
    }
}

fn llm_run(values: &mut Values<'_>) -> Result<NewLlmRun, InvalidValue> {
    let mut run = NewLlmRun::new(
        values.required("run_id")?,
        values.required("provider")?,
        values.required("model")?,
        values.required("execution_status")?,
        values.required_time("started_at")?,
        values.required("source")?,
    )
    .is_synthetic(values.flag("is_synthetic")?);
    run.trace_id = values.optional("trace_id")?;
    run.session_id = values.optional("session_id")?;
    run.input_tokens = values.tokens("input_tokens")?;
    run.output_tokens = values.tokens("output_tokens")?;
    run.cost = values.cost("cost")?;
    run.completed_at = values.time("completed_at")?;
    run.parent_run_id = values.optional("parent_run_id")?;
    run.attributes = values.object_with_claims("attributes")?;
    Ok(run)
}

fn trace(values: &mut Values<'_>) -> Result<NewTrace, InvalidValue> {
    let mut trace = NewTrace::new(values.required("trace_id")?);
    trace.run_id = values.optional("run_id")?;
    trace.started_at = values.time("started_at")?;
    trace.attributes = values.object_with_claims("attributes")?;
    Ok(trace)
}

fn trace_step(values: &mut Values<'_>) -> Result<NewTraceStep, InvalidValue> {
    let Some(key) = step_key(values, "position", "span_id")? else {
        let expected = "exactly one of position and span_id";
        return Err(InvalidValue::new("position", "", expected));
    };
    let mut step = NewTraceStep::new(
        values.required("trace_id")?,
        key,
        values.required_time("timestamp")?,
        values.required("skill_name")?,
        values.required("status")?,
        values.required("outcome_category")?,
        values.duration("duration")?,
    );
    step.parent = step_key(values, "parent_position", "parent_span_id")?;
    step.cost = values.cost("cost")?;
    step.attributes = values.object_with_claims("attributes")?;
    Ok(step)
}

/// The key that one of two fields holds.
fn step_key(
    values: &mut Values<'_>,
    position: &'static str,
    span_id: &'static str,
) -> Result<Option<StepKey>, InvalidValue> {
    let number = values.whole(position)?;
    let span: Option<SpanId> = values.optional(span_id)?;
    match (number, span) {
        (Some(number), None) => {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let key = StepPosition::new(number).map(StepKey::Position);
            key.map(Some).map_err(|error| error.in_field(position))
        }
        (None, span) => Ok(span.map(StepKey::Span)),
        (Some(_), Some(_)) => {
            let expected = format!("not both {position} and {span_id}");
            Err(InvalidValue::new(position, "", expected))
        }
    }
}

fn system_record(
    values: &mut Values<'_>,
    imported: RecordId,
) -> Result<NewSystemRecord, InvalidValue> {
    let mut record = NewSystemRecord::new(
        values.optional("id")?.unwrap_or(imported),
        values.required("component")?,
        values.required("event_type")?,
        values.required("severity")?,
        values.required("summary")?,
    );
    record.caused_by = values.optional("caused_by")?;
    record.correlation_id = values.optional("correlation_id")?;
    record.occurred_at = values.time("occurred_at")?;
    record.details = values.object_with_claims("details")?;
    Ok(record)
}

fn audit_entry(values: &mut Values<'_>, imported: RecordId) -> Result<NewAuditEntry, InvalidValue> {
    let mut entry = NewAuditEntry::new(
        values.optional("id")?.unwrap_or(imported),
        values.required("event_type")?,
        values.required("entity_type")?,
        values.required("entity_id")?,
        values.required("actor_type")?,
    );
    entry.actor_id = values.optional("actor_id")?;
    entry.action_reason = values.optional("action_reason")?;
    entry.before_state = values.object("before_state")?;
    entry.after_state = values.object("after_state")?;
    entry.correlation_id = values.optional("correlation_id")?;
    entry.occurred_at = values.time("occurred_at")?;
    entry.attributes = values.object_with_claims("attributes")?;
    Ok(entry)
}
