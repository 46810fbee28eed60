//! One log record to its drafts. Coding agents send events as log records.

mod call;
mod claude_code;
mod codex;
mod decision;
mod gemini_cli;
mod key;
mod name;
mod other;
mod system;
mod tool;

use logs_domain::{
    CorrelationId, Draft, InvalidValue, RecordId, SessionId, TenantId, Timestamp, TraceId,
};

use super::attributes::Attributes;
use super::field::kept::Kept;
use super::field::time;
use super::ids;
use super::settings::Settings;
use super::source::Source;
use crate::wire::logs::LogRecord;

pub(crate) use key::KeyMaker;
use name::Name;

/// What a log record gave.
pub(crate) enum Made {
    Drafts(Vec<Draft>),
    /// Counted under this reason, and not stored.
    Ignored(&'static str),
}

/// The drafts of a log record.
///
/// # Errors
/// [`InvalidValue`] if a store cannot keep what the event says.
pub(crate) fn map(
    record: &LogRecord,
    source: &Source<'_>,
    keys: &KeyMaker,
    tenant: &TenantId,
    settings: &Settings,
) -> Result<Made, InvalidValue> {
    let attributes = Attributes::new(&record.attributes);
    if let Some(fault) = attributes.fault() {
        return Err(fault);
    }
    let name = name::of(record, &attributes, source);
    let event = Event {
        record,
        source,
        keys,
        tenant,
        settings,
        attributes,
    };
    let made = match &name {
        Name::ClaudeCode(name) => claude_code::map(&event, name),
        Name::Codex(name) => codex::map(&event, name),
        Name::GeminiCli(name) => gemini_cli::map(&event, name),
        Name::Other(name) => other::map(&event, name),
        Name::None => Ok(Made::Ignored("other")),
    };
    // A text that cannot be kept is the cause of what lacks it. What is not stored needs none.
    match (event.attributes.fault(), &made) {
        (Some(fault), Ok(Made::Drafts(_)) | Err(_)) => Err(fault),
        (_, Ok(_) | Err(_)) => made,
    }
}

/// A log record with what is around it.
struct Event<'a> {
    record: &'a LogRecord,
    source: &'a Source<'a>,
    keys: &'a KeyMaker,
    tenant: &'a TenantId,
    settings: &'a Settings,
    attributes: Attributes<'a>,
}

impl Event<'_> {
    /// The key of what the event becomes: the same whenever it is sent again.
    fn key(&self, name: &str) -> String {
        self.keys.key(self.record, name)
    }

    /// The id of a record that has no natural key.
    fn record_id(&self, key: &str) -> RecordId {
        RecordId::imported(self.tenant, key, 0)
    }

    /// When it happened. Codex writes 0 as the time of its records, and the time in an attribute.
    fn time(&self) -> Result<Timestamp, InvalidValue> {
        if self.record.time_unix_nano != 0 {
            return time::timestamp("timeUnixNano", self.record.time_unix_nano);
        }
        match self.attributes.text("event.timestamp") {
            Some(text) => Timestamp::parse_rfc3339(&text)
                .map_err(|error| error.in_field("attributes.event.timestamp")),
            None => time::timestamp("observedTimeUnixNano", self.record.observed_time_unix_nano),
        }
    }

    /// The first of these texts that can be a trace id: the turn or the conversation that the event belongs to.
    fn trace(&self, sources: &[&str]) -> Option<TraceId> {
        let mut texts = sources
            .iter()
            .filter_map(|source| self.attributes.text(source));
        texts.find_map(|text| TraceId::new(text).ok())
    }

    /// The same as what ties records together.
    fn correlation(&self, sources: &[&str]) -> Option<CorrelationId> {
        let mut texts = sources
            .iter()
            .filter_map(|source| self.attributes.text(source));
        texts.find_map(|text| CorrelationId::new(text).ok())
    }

    fn session(&self) -> Option<SessionId> {
        super::field::session::session(&self.attributes)
    }

    /// What every record of an event keeps: its source, its name, and the span that it was written in.
    fn kept(&self, name: &str) -> Kept {
        let mut kept = Kept::of(self.source);
        kept.text("event", Some(name.to_owned()));
        kept.text("otel_trace_id", ids::trace(&self.record.trace_id).ok());
        kept.text("otel_span_id", ids::span(&self.record.span_id).ok());
        kept
    }
}
