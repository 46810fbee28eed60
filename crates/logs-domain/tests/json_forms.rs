//! The JSON forms of drafts and records, and the digests of drafts, stay what they are: stores and
//! exports keep them for ever.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the drafts that matter are named"
)]

use logs_domain::{
    Draft, LlmRunSnapshot, LogExportSnapshot, Record, SystemRecordSnapshot, TenantId, Timestamp,
    TraceSnapshot, TraceStepRecord,
};

const DRAFTS: &str = include_str!("fixtures/drafts.ndjson");
const DIGESTS: &str = include_str!("fixtures/digests.txt");
const RECORDS: &str = include_str!("fixtures/records.ndjson");

fn drafts() -> Vec<Draft> {
    DRAFTS
        .lines()
        .map(|line| Draft::from_json(line).unwrap())
        .collect()
}

/// What the drafts become in a store: the fixture of records is made of the fixture of drafts.
fn records() -> Vec<Record> {
    let tenant = TenantId::new("acme").unwrap();
    let at = Timestamp::parse_rfc3339("2026-01-31T10:00:00Z").unwrap();
    let drafts = drafts();
    let outcome = |id| {
        drafts.iter().find_map(|draft| match draft {
            Draft::LogExportOutcome(outcome) if outcome.export_id == id => {
                Some(outcome.result.clone())
            }
            _ => None,
        })
    };
    let record = |draft: &Draft| match draft.clone() {
        Draft::LlmRun(run) => Some(Record::LlmRun(LlmRunSnapshot::from_parts(
            tenant.clone(),
            run,
            at,
        ))),
        Draft::Trace(trace) => Some(Record::Trace(TraceSnapshot::from_parts(
            tenant.clone(),
            trace,
            at,
        ))),
        Draft::TraceStep(step) => Some(Record::TraceStep(TraceStepRecord::from_parts(
            tenant.clone(),
            step,
            at,
        ))),
        Draft::SystemRecord(record) => Some(Record::SystemRecord(
            SystemRecordSnapshot::from_parts(None, record, at),
        )),
        Draft::AuditEntry(entry) => Some(Record::AuditEntry(
            logs_domain::AuditLedgerSnapshot::from_parts(tenant.clone(), entry, at),
        )),
        Draft::LogExport(export) => {
            let result = outcome(export.id);
            let export = LogExportSnapshot::from_parts(tenant.clone(), export, at, result);
            Some(Record::LogExport(export))
        }
        _ => None,
    };
    drafts.iter().filter_map(record).collect()
}

#[test]
fn drafts_keep_their_form() {
    for (line, draft) in DRAFTS.lines().zip(drafts()) {
        assert_eq!(serde_json::to_string(&draft).unwrap(), line);
    }
}

#[test]
fn absent_and_null_options_are_the_same_and_unknown_or_repeated_fields_are_refused() {
    let line = DRAFTS.lines().nth(1).unwrap();
    let short = line
        .replace("\"trace_id\":null,", "")
        .replace("\"session_id\":null,", "")
        .replace(",\"attributes\":null", "");
    assert_ne!(short, line);
    assert_eq!(
        Draft::from_json(&short).unwrap(),
        Draft::from_json(line).unwrap()
    );
    for (wrong, said) in [
        (
            line.replace("\"provider\"", "\"vendor\""),
            "unknown field `vendor`",
        ),
        (
            line.replace("\"model\"", "\"provider\""),
            "duplicate field `provider`",
        ),
        (
            line.replace("\"model\":\"m\",", ""),
            "missing field `model`",
        ),
        (
            line.replace("TIMEOUT", "SLOW"),
            "one of SUCCEEDED, FAILED, ABORTED, TIMEOUT",
        ),
        (
            line.replace("0001-01-01T00:00:00.000000Z", "0001-01-01T00:00:00"),
            "with a zone",
        ),
        (
            line.replace("llm_run", "llm_runs"),
            "unknown variant `llm_runs`",
        ),
        (
            line.replace("\"input_tokens\":null", "\"input_tokens\":-1"),
            "integer `-1`",
        ),
        (
            line.replace("\"input_tokens\":null", "\"input_tokens\":1e400"),
            "number out of range",
        ),
        (
            line.replace("\"attributes\":null", "\"attributes\":{\"a\":1,\"a\":2}"),
            "duplicate",
        ),
        (
            line.replace(
                "\"attributes\":null",
                "\"attributes\":{\"a\":9007199254740993}",
            ),
            "2^53",
        ),
        (line.replace("\"r\"", "\"a\\u0000\""), "control characters"),
        (format!("{line}x"), "trailing characters"),
        (line[..40].to_owned(), "EOF"),
    ] {
        let error = Draft::from_json(&wrong).unwrap_err();
        assert!(error.expected().contains(said), "{said} in {error}");
    }
}

#[test]
fn digests_stay_what_they_are() {
    let digests: Vec<String> = drafts()
        .iter()
        .map(|draft| format!("{:?} {}", draft.digest(), draft.byte_len()))
        .collect();
    assert_eq!(digests, DIGESTS.lines().collect::<Vec<_>>());
}

#[test]
fn records_keep_their_form_and_read_back() {
    let made = records();
    let lines: Vec<&str> = RECORDS.lines().collect();
    assert_eq!(made.len(), 9);
    for (record, line) in made.iter().zip(&lines) {
        assert_eq!(serde_json::to_string(record).unwrap(), *line);
        assert_eq!(serde_json::from_str::<Record>(line).unwrap(), *record);
    }
    assert_eq!(made.len(), lines.len());
}

#[test]
fn a_record_makes_its_drafts_again() {
    let again: Vec<Draft> = records().iter().flat_map(Record::to_drafts).collect();
    // The last outcome of the fixture is of an export that the fixture does not have.
    assert_eq!(again, drafts()[..again.len()]);
    assert_eq!(again.len(), 10);
}

#[test]
fn a_record_whose_parts_disagree_is_refused() {
    let lines: Vec<&str> = RECORDS.lines().collect();
    let read = |line: String| {
        serde_json::from_str::<Record>(&line)
            .unwrap_err()
            .to_string()
    };
    let error = read(lines[0].replace("\"run_id\":\"run-1\"", "\"run_id\":\"run-2\""));
    assert!(error.contains("which tenant and key give"), "{error}");
    let error = read(lines[8].replace("\"status\":\"completed\"", "\"status\":\"pending\""));
    assert!(error.contains("agrees with checksum"), "{error}");
}
