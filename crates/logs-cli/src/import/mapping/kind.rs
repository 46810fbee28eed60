//! The kinds of records that a mapping can make, and their fields.

use std::fmt;

use logs_domain::{ActorType, CausedBy, ExecutionStatus, InvalidValue, RecordSource, Severity};
use serde::Deserialize;

/// The kinds of records that a mapping can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    LlmRun,
    Trace,
    TraceStep,
    SystemRecord,
    AuditEntry,
}

/// A field of a kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldOf {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) content: Content,
}

/// What a field holds, which decides what may be said of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    Text,
    /// One of a closed set of words, which this tells from others.
    Word(fn(&str) -> Result<(), InvalidValue>),
    Time,
    Whole,
    Cost,
    Duration,
    Object,
}

const fn must(name: &'static str, content: Content) -> FieldOf {
    FieldOf {
        name,
        required: true,
        content,
    }
}

const fn may(name: &'static str, content: Content) -> FieldOf {
    FieldOf {
        name,
        required: false,
        content,
    }
}

const STATUS: Content = Content::Word(|word| word.parse::<ExecutionStatus>().map(drop));
const SOURCE: Content = Content::Word(|word| word.parse::<RecordSource>().map(drop));
const SEVERITY: Content = Content::Word(|word| word.parse::<Severity>().map(drop));
const CAUSED_BY: Content = Content::Word(|word| word.parse::<CausedBy>().map(drop));
const ACTOR_TYPE: Content = Content::Word(|word| word.parse::<ActorType>().map(drop));
const FLAG: Content = Content::Word(|word| match word {
    "true" | "false" => Ok(()),
    _ => Err(InvalidValue::new("flag", word, "true or false")),
});

const LLM_RUN: &[FieldOf] = &[
    must("run_id", Content::Text),
    may("trace_id", Content::Text),
    may("session_id", Content::Text),
    must("provider", Content::Text),
    must("model", Content::Text),
    may("input_tokens", Content::Whole),
    may("output_tokens", Content::Whole),
    may("cost", Content::Cost),
    must("execution_status", STATUS),
    must("started_at", Content::Time),
    may("completed_at", Content::Time),
    must("source", SOURCE),
    may("is_synthetic", FLAG),
    may("parent_run_id", Content::Text),
    may("attributes", Content::Object),
];
const TRACE: &[FieldOf] = &[
    must("trace_id", Content::Text),
    may("run_id", Content::Text),
    may("started_at", Content::Time),
    may("attributes", Content::Object),
];
const TRACE_STEP: &[FieldOf] = &[
    must("trace_id", Content::Text),
    may("position", Content::Whole),
    may("span_id", Content::Text),
    must("timestamp", Content::Time),
    must("skill_name", Content::Text),
    must("status", STATUS),
    must("outcome_category", Content::Text),
    may("cost", Content::Cost),
    must("duration", Content::Duration),
    may("parent_position", Content::Whole),
    may("parent_span_id", Content::Text),
    may("attributes", Content::Object),
];
const SYSTEM_RECORD: &[FieldOf] = &[
    may("id", Content::Text),
    must("component", Content::Text),
    must("event_type", Content::Text),
    must("severity", SEVERITY),
    must("summary", Content::Text),
    may("details", Content::Object),
    may("caused_by", CAUSED_BY),
    may("correlation_id", Content::Text),
    may("occurred_at", Content::Time),
];
const AUDIT_ENTRY: &[FieldOf] = &[
    may("id", Content::Text),
    must("event_type", Content::Text),
    must("entity_type", Content::Text),
    must("entity_id", Content::Text),
    must("actor_type", ACTOR_TYPE),
    may("actor_id", Content::Text),
    may("action_reason", Content::Text),
    may("before_state", Content::Object),
    may("after_state", Content::Object),
    may("correlation_id", Content::Text),
    may("attributes", Content::Object),
    may("occurred_at", Content::Time),
];

impl Kind {
    /// The fields of the kind.
    pub(super) const fn fields(self) -> &'static [FieldOf] {
        match self {
            Self::LlmRun => LLM_RUN,
            Self::Trace => TRACE,
            Self::TraceStep => TRACE_STEP,
            Self::SystemRecord => SYSTEM_RECORD,
            Self::AuditEntry => AUDIT_ENTRY,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::LlmRun => "llm_run",
            Self::Trace => "trace",
            Self::TraceStep => "trace_step",
            Self::SystemRecord => "system_record",
            Self::AuditEntry => "audit_entry",
        })
    }
}

#[cfg(test)]
mod tests {
    use logs_domain::RecordKind;

    use super::Kind;

    #[test]
    fn a_mapping_can_fill_every_field_of_each_kind() {
        for (kind, of) in [
            (Kind::LlmRun, RecordKind::LlmRun),
            (Kind::Trace, RecordKind::Trace),
            (Kind::TraceStep, RecordKind::TraceStep),
            (Kind::SystemRecord, RecordKind::SystemRecord),
            (Kind::AuditEntry, RecordKind::AuditEntry),
        ] {
            assert_eq!(kind.to_string(), of.as_str());
            for field in of.fields() {
                // A mapping says the unit of the number that it gives.
                let name = match field.name {
                    "cost_nano_usd" => "cost",
                    "duration_ms" => "duration",
                    name => name,
                };
                let is_there = kind.fields().iter().any(|own| own.name == name);
                assert!(is_there, "{kind}.{name}");
            }
        }
    }
}
