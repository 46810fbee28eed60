//! Small drafts and arguments that cases are made of.
//!
//! Each is the smallest valid thing of its kind; a case sets what it is about.

use logs_domain::{
    ActorId, ActorType, AuditEventType, Component, CorrelationId, DurationMs, EntityId, EntityType,
    ExecutionStatus, ExportFormat, ExportScope, JsonObject, Model, NewAuditEntry, NewLlmRun,
    NewLogExport, NewSystemRecord, NewTrace, NewTraceStep, OutcomeCategory, PageLimit, PageRequest,
    Provider, RecordId, RecordSource, RunId, SessionId, Severity, SkillName, SpanId, StepKey,
    StepPosition, Summary, SystemEventType, TenantId, TimeRange, Timestamp, TraceId,
};

/// A tenant.
#[must_use]
pub fn tenant(text: &str) -> TenantId {
    TenantId::new(text).expect("a tenant id")
}

/// A run id.
#[must_use]
pub fn run_id(text: &str) -> RunId {
    RunId::new(text).expect("a run id")
}

/// A session id.
#[must_use]
pub fn session_id(text: &str) -> SessionId {
    SessionId::new(text).expect("a session id")
}

/// A trace id.
#[must_use]
pub fn trace_id(text: &str) -> TraceId {
    TraceId::new(text).expect("a trace id")
}

/// A correlation id.
#[must_use]
pub fn correlation(text: &str) -> CorrelationId {
    CorrelationId::new(text).expect("a correlation id")
}

/// A JSON object.
#[must_use]
pub fn json(text: &str) -> JsonObject {
    JsonObject::parse(text).expect("a JSON object")
}

/// A text of exactly so many bytes, with characters of one to four bytes, that does not compress;
/// another for each `seed`.
#[must_use]
pub fn varied(bytes: usize, seed: u64) -> String {
    let mut text = String::with_capacity(bytes);
    let mut state = seed;
    while text.len() < bytes {
        // A step of a linear congruential generator, whose upper bits are the random ones.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let random = u32::try_from(state >> 33).unwrap_or_default();
        let (first, count) = match random % 4 {
            0 => (0x41, 26),
            1 => (0x0400, 256),
            2 => (0x4e00, 20_000),
            _ => (0x2_0000, 40_000),
        };
        let character = char::from_u32(first + random / 4 % count).unwrap_or('x');
        if text.len() + character.len_utf8() <= bytes {
            text.push(character);
        }
    }
    text
}

/// A record id; ids are in the order of their numbers.
#[must_use]
pub fn id(number: u32) -> RecordId {
    let mut bytes = [0; 16];
    bytes[6] = 0x80;
    bytes[8] = 0x80;
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    RecordId::from_bytes(bytes).expect("a UUID of version 8")
}

/// A time of a producer, so many seconds after 2025-01-01T00:00:00Z.
#[must_use]
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros((1_735_689_600 + seconds) * 1_000_000).expect("a time")
}

/// From `from` (included) to `to` (excluded), in seconds as [`at`] takes them.
#[must_use]
pub fn between(from: i64, to: i64) -> TimeRange {
    TimeRange::between(at(from), at(to)).expect("a range")
}

/// The first page of at most `limit` records.
#[must_use]
pub fn first(limit: u32) -> PageRequest {
    PageRequest::first(limit).expect("a limit")
}

/// The first page, as large as pages are.
#[must_use]
pub fn largest() -> PageRequest {
    PageRequest::default().limit(PageLimit::MAX)
}

/// A run.
#[must_use]
pub fn run(run: &str) -> NewLlmRun {
    NewLlmRun::new(
        run_id(run),
        Provider::new("provider").expect("a provider"),
        Model::new("model").expect("a model"),
        ExecutionStatus::Succeeded,
        at(0),
        RecordSource::Sdk,
    )
}

/// A trace header.
#[must_use]
pub fn trace(trace: &str) -> NewTrace {
    NewTrace::new(trace_id(trace))
}

/// A step with a position, at the time of that many seconds.
#[must_use]
pub fn step(trace: &str, position: u32) -> NewTraceStep {
    let key = StepKey::Position(StepPosition::new(position).expect("a position"));
    step_of(trace, key, at(i64::from(position)))
}

/// A step that was made from a span.
#[must_use]
pub fn span(trace: &str, span: &str, seconds: i64) -> NewTraceStep {
    let key = StepKey::Span(SpanId::new(span).expect("a span id"));
    step_of(trace, key, at(seconds))
}

fn step_of(trace: &str, key: StepKey, timestamp: Timestamp) -> NewTraceStep {
    let name = match &key {
        StepKey::Position(position) => format!("at {position}"),
        StepKey::Span(span) => format!("span {span}"),
    };
    NewTraceStep::new(
        trace_id(trace),
        key,
        timestamp,
        SkillName::new(name).expect("a skill name"),
        ExecutionStatus::Succeeded,
        OutcomeCategory::new("ok").expect("an outcome category"),
        DurationMs::new(1).expect("a duration"),
    )
}

/// A system record with the id of `number`.
#[must_use]
pub fn system(number: u32) -> NewSystemRecord {
    NewSystemRecord::new(
        id(number),
        Component::WORKER,
        SystemEventType::ERROR,
        Severity::Info,
        Summary::new(format!("system record {number}")).expect("a summary"),
    )
}

/// An audit entry about a policy rule, with the id of `number`.
#[must_use]
pub fn audit(number: u32) -> NewAuditEntry {
    audit_of(number, EntityType::POLICY_RULE)
}

/// An audit entry about a thing of `entity_type`, with the id of `number`.
#[must_use]
pub fn audit_of(number: u32, entity_type: EntityType) -> NewAuditEntry {
    NewAuditEntry::new(
        id(number),
        AuditEventType::POLICY_RULE_MODIFIED,
        entity_type,
        EntityId::new(format!("entity {number}")).expect("an entity id"),
        ActorType::Human,
    )
}

/// The request for an export, with the id of `number`.
#[must_use]
pub fn export(number: u32) -> NewLogExport {
    NewLogExport::new(
        id(number),
        ExportScope::Audit,
        ExportFormat::Json,
        ActorId::new("auditor").expect("an actor id"),
    )
}
