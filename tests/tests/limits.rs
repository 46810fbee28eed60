//! `docs/limits.md` says what the constants of the domain are. `LOGS_WRITE_LIMITS=1` writes its table anew.

use std::path::Path;

use logs_domain::ledger::MAX_LEDGER_NODES;
use logs_domain::{
    ActorId, AppendBatch, AuditEventType, Checksum, Component, CorrelationId, CountMode,
    DurationMs, EntityId, EntityType, JsonObject, Model, OutcomeCategory, PageLimit, PageOffset,
    Provider, Reason, RunId, SessionId, SkillName, SpanId, StepPosition, StoreOptions, Summary,
    SystemEventType, TenantId, TokenCount, TraceId, UsageSummary,
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/limits.md");
const BEGIN: &str =
    "<!-- From the constants: `LOGS_WRITE_LIMITS=1 cargo test -p logs-scenarios`. -->\n";
const END: &str = "<!-- End of the constants. -->\n";
const WRITE: &str = "LOGS_WRITE_LIMITS";

/// A limit in bytes of a text or of an object, by its type.
macro_rules! bytes {
    ($($type:ident $what:literal),* $(,)?) => {
        [$((
            $what,
            $type::MAX_BYTES as u128,
            "bytes",
            concat!("`", stringify!($type), "::MAX_BYTES`"),
        )),*]
    };
}

/// What is limited, to what, in which unit, and what holds the limit.
fn limits() -> Vec<(&'static str, u128, &'static str, &'static str)> {
    let mut limits = vec![
        (
            "records in a batch",
            AppendBatch::MAX_RECORDS as u128,
            "records",
            "`AppendBatch::MAX_RECORDS`",
        ),
        (
            "a batch",
            AppendBatch::MAX_BYTES as u128,
            "bytes",
            "`AppendBatch::MAX_BYTES`",
        ),
        (
            "a page",
            PageLimit::MAX.get().into(),
            "records",
            "`PageLimit::MAX`",
        ),
        (
            "a page, by default",
            PageLimit::default().get().into(),
            "records",
            "`PageLimit::default`",
        ),
        (
            "an offset",
            PageOffset::MAX.get().into(),
            "records",
            "`PageOffset::MAX`",
        ),
        (
            "a total that was not asked for exactly",
            CountMode::DEFAULT_CAP.into(),
            "records",
            "`CountMode::DEFAULT_CAP`",
        ),
        (
            "the time of such a total",
            StoreOptions::default().count_budget.as_millis(),
            "ms",
            "`StoreOptions::count_budget`",
        ),
        (
            "an answer about usage",
            UsageSummary::MAX_GROUPS as u128,
            "groups",
            "`UsageSummary::MAX_GROUPS`",
        ),
        (
            "nodes of a log in one call",
            MAX_LEDGER_NODES as u128,
            "hashes",
            "`MAX_LEDGER_NODES`",
        ),
    ];
    limits.extend(bytes![
        TenantId "`tenant_id`",
        RunId "`run_id`, `parent_run_id`",
        TraceId "`trace_id`",
        SessionId "`session_id`",
        SpanId "`span_id`",
        CorrelationId "`correlation_id`",
        EntityId "`entity_id`",
        ActorId "`actor_id`, `requested_by`",
        Provider "`provider`",
        Model "`model`",
        SkillName "`skill_name`",
        OutcomeCategory "`outcome_category`",
        Component "`component`",
        SystemEventType "`event_type` of a system record",
        AuditEventType "`event_type` of an audit entry",
        EntityType "`entity_type`",
        Summary "`summary`",
        Reason "`action_reason`, `failure_reason`",
        Checksum "`checksum`",
        JsonObject "`attributes`, `details`, `before_state`, `after_state`, each in its canonical form",
    ]);
    limits.extend([
        (
            "such an object, nested",
            JsonObject::MAX_DEPTH as u128,
            "levels",
            "`JsonObject::MAX_DEPTH`",
        ),
        (
            "`input_tokens`, `output_tokens`",
            TokenCount::MAX.into(),
            "tokens",
            "`TokenCount::MAX`",
        ),
        (
            "`duration_ms`",
            DurationMs::MAX.into(),
            "ms",
            "`DurationMs::MAX`",
        ),
        (
            "`position` of a step",
            StepPosition::MAX.into(),
            "",
            "`StepPosition::MAX`",
        ),
    ]);
    limits
}

/// A number with a comma before every third digit from the right.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn table() -> String {
    let mut table = "| what | at most | unit | held by |\n|---|---:|---|---|\n".to_owned();
    for (what, most, unit, holder) in limits() {
        table += &format!("| {what} | {} | {unit} | {holder} |\n", grouped(most));
    }
    table
}

#[test]
fn the_table_of_limits_is_that_of_the_constants() {
    let text = std::fs::read_to_string(Path::new(FILE)).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    let expected = table();
    if std::env::var_os(WRITE).is_some() {
        let whole = [before, BEGIN, &expected, END, after].concat();
        std::fs::write(FILE, whole).unwrap();
        return;
    }
    assert!(
        found == expected,
        "docs/limits.md differs: set {WRITE}=1 to write\n{expected}"
    );
}

#[test]
fn long_numbers_are_grouped() {
    for (number, text) in [
        (0, "0"),
        (999, "999"),
        (1_000, "1,000"),
        (1 << 53, "9,007,199,254,740,992"),
    ] {
        assert_eq!(grouped(number), text);
    }
}
