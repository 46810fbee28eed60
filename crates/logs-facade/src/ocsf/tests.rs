//! Events against values that were read from the tables of OCSF 1.8.0 by hand.

use logs_domain::{
    AuditLedgerSnapshot, Cursor, Draft, ExecutionStatus, ExportResult, LlmRunSnapshot,
    LogExportSnapshot, Record, Severity, SystemRecordSnapshot, TenantId, Timestamp, TraceSnapshot,
    TraceStepRecord,
};
use serde_json::{Value, json};

use super::OcsfEvent;
use crate::{Evidence, FeedItem, LogsFacade};

const RUN: &str = r#"{"llm_run":{"run_id":"r","provider":"openai","model":"gpt-4o","source":"SDK","execution_status":"SUCCEEDED","started_at":"2026-03-02T10:00:00.250999Z","completed_at":"2026-03-02T10:00:01.5Z","trace_id":"t","session_id":"s","input_tokens":120,"output_tokens":30,"attributes":{"service_name":"shop"}}}"#;
const TRACE: &str =
    r#"{"trace":{"trace_id":"t","run_id":"r","started_at":"2026-03-02T10:00:00Z"}}"#;
const STEP: &str = r#"{"trace_step":{"trace_id":"t","key":{"span":"00f067aa0ba902b7"},"parent":{"span":"b7ad6b7169203331"},"timestamp":"2026-03-02T10:00:00Z","skill_name":"lookup","status":"TIMEOUT","outcome_category":"504","duration_ms":75}}"#;
const SYSTEM: &str = r#"{"system_record":{"id":"00000000-0000-7000-8000-000000000001","component":"api","event_type":"DEPLOY","severity":"WARN","summary":"2.1 is out","caused_by":"HUMAN","correlation_id":"c","occurred_at":"2026-03-02T10:00:00Z"}}"#;
const AUDIT: &str = r#"{"audit_entry":{"id":"00000000-0000-7000-8000-000000000011","event_type":"LimitUpdated","entity_type":"LIMIT","entity_id":"l","actor_type":"HUMAN","actor_id":"ada","action_reason":"too low","after_state":{"limit":1.5},"correlation_id":"c","occurred_at":"2026-03-02T10:00:00.000001Z"}}"#;
const EXPORT: &str = r#"{"log_export":{"id":"00000000-0000-7000-8000-000000000021","scope":"audit","format":"json","requested_by":"ada"}}"#;
const EVERY: [&str; 6] = [RUN, TRACE, STEP, SYSTEM, AUDIT, EXPORT];

/// 2026-03-02T10:00:00Z.
const TEN: i64 = 1_772_445_600_000;
/// 2026-03-02T10:00:05Z, the record time.
const RECORDED: i64 = TEN + 5_000;

fn item_of(record: Record, evidence: Evidence) -> FeedItem {
    FeedItem {
        cursor: Cursor::from_text("c-1").unwrap(),
        kind: record.kind(),
        evidence,
        record,
    }
}

/// The item of a record that is stored 5 seconds after 10:00.
fn item(json: &str, result: Option<ExportResult>) -> FeedItem {
    let tenant = TenantId::new("acme").unwrap();
    let stored: Timestamp = "2026-03-02T10:00:05Z".parse().unwrap();
    match Draft::from_json(json).unwrap() {
        Draft::LlmRun(draft) => {
            let found = LlmRunSnapshot::from_parts(tenant, draft, stored);
            let evidence = Evidence::from(&found);
            item_of(Record::LlmRun(found), evidence)
        }
        Draft::Trace(draft) => {
            let found = TraceSnapshot::from_parts(tenant, draft, stored);
            let evidence = Evidence::from(&found);
            item_of(Record::Trace(found), evidence)
        }
        Draft::TraceStep(draft) => {
            let found = TraceStepRecord::from_parts(tenant, draft, stored);
            let evidence = Evidence::from(&found);
            item_of(Record::TraceStep(found), evidence)
        }
        Draft::SystemRecord(draft) => {
            let found = SystemRecordSnapshot::from_parts(Some(tenant), draft, stored);
            let evidence = Evidence::from(&found);
            item_of(Record::SystemRecord(found), evidence)
        }
        Draft::AuditEntry(draft) => {
            let found = AuditLedgerSnapshot::from_parts(tenant, draft, stored);
            let evidence = Evidence::from(&found);
            item_of(Record::AuditEntry(found), evidence)
        }
        Draft::LogExport(draft) => {
            let found = LogExportSnapshot::from_parts(tenant, draft, stored, result);
            let evidence = Evidence::from(&found);
            item_of(Record::LogExport(found), evidence)
        }
        Draft::LogExportOutcome(_) => panic!("an outcome has no item of its own"),
    }
}

fn event(json: &str) -> Value {
    serde_json::to_value(OcsfEvent::from(&item(json, None))).unwrap()
}

/// The event without the record, which another test looks at, and without its derived id.
fn mapped(json: &str) -> Value {
    let mut event = event(json);
    let members = event.as_object_mut().unwrap();
    members.remove("unmapped").unwrap();
    members["metadata"].as_object_mut().unwrap().remove("uid");
    event
}

/// What the metadata of every event says, and these members.
fn metadata(more: &Value) -> Value {
    let mut metadata = json!({
        "version": "1.8.0",
        "product": {"name": "logs", "version": env!("CARGO_PKG_VERSION")},
        "original_time": "2026-03-02T10:00:00.000000Z",
        "logged_time": RECORDED,
        "tenant_uid": "acme",
    });
    let members = metadata.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    metadata
}

#[test]
fn a_run_is_a_call_of_a_model() {
    let expected = json!({
        "activity_id": 99, "activity_name": "Model Call",
        "category_uid": 6, "category_name": "Application Activity",
        "class_uid": 6003, "class_name": "API Activity",
        "type_uid": 600_399, "severity_id": 1,
        "time": TEN + 1_500, "start_time": TEN + 250, "end_time": TEN + 1_500, "duration": 1_250,
        "status_id": 1, "status": "Success", "status_detail": "SUCCEEDED",
        "actor": {"user": {"name": "unknown", "type_id": 0, "type": "Unknown"}},
        "api": {"operation": "llm_run", "service": {"name": "openai"}},
        "src_endpoint": {"svc_name": "shop"},
        "ai_model": {"ai_provider": "openai", "name": "gpt-4o"},
        "message_context": {
            "ai_role_id": 2, "ai_role": "Assistant", "service": {"name": "openai"}, "uid": "s",
            "prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150,
        },
        "trace": {"uid": "t"},
        "metadata": metadata(&json!({
            "log_name": "llm_run", "original_time": "2026-03-02T10:00:01.500000Z",
            "profiles": ["ai_operation", "trace"],
        })),
    });
    assert_eq!(mapped(RUN), expected);
}

#[test]
fn what_a_run_does_not_say_is_absent() {
    let least = r#"{"llm_run":{"run_id":"r","provider":"p","model":"m","source":"WORKER","execution_status":"ABORTED","started_at":"2026-03-02T10:00:00Z","input_tokens":0}}"#;
    let event = mapped(least);
    assert_eq!(event["time"], TEN);
    for absent in [
        "end_time",
        "duration",
        "trace",
        "message",
        "resources",
        "app",
    ] {
        assert_eq!(event.get(absent), None, "{absent}");
    }
    assert_eq!(event["src_endpoint"], json!({"svc_name": "WORKER"}));
    assert_eq!(event["metadata"]["profiles"], json!(["ai_operation"]));
    let context = json!({
        "ai_role_id": 2, "ai_role": "Assistant", "service": {"name": "p"}, "prompt_tokens": 0,
    });
    assert_eq!(event["message_context"], context);
}

#[test]
fn a_step_is_a_call_within_a_span() {
    let expected = json!({
        "activity_id": 99, "activity_name": "Step",
        "category_uid": 6, "category_name": "Application Activity",
        "class_uid": 6003, "class_name": "API Activity",
        "type_uid": 600_399, "severity_id": 1,
        "time": TEN, "start_time": TEN, "end_time": TEN + 75, "duration": 75,
        "status_id": 2, "status": "Failure", "status_detail": "TIMEOUT", "status_code": "504",
        "actor": {"user": {"name": "unknown", "type_id": 0, "type": "Unknown"}},
        "api": {"operation": "lookup"},
        "src_endpoint": {"svc_name": "unknown"},
        "trace": {
            "uid": "t",
            "span": {
                "uid": "00f067aa0ba902b7", "parent_uid": "b7ad6b7169203331",
                "start_time": TEN, "end_time": TEN + 75,
            },
        },
        "metadata": metadata(&json!({"log_name": "trace_step", "profiles": ["trace"]})),
    });
    assert_eq!(mapped(STEP), expected);
    let positioned = STEP.replace(r#"{"span":"00f067aa0ba902b7"}"#, r#"{"position":3}"#);
    assert_eq!(mapped(&positioned)["trace"], json!({"uid": "t"}));
}

#[test]
fn a_header_of_a_trace_is_a_base_event() {
    let expected = json!({
        "activity_id": 99, "activity_name": "Trace",
        "category_uid": 0, "category_name": "Uncategorized",
        "class_uid": 0, "class_name": "Base Event",
        "type_uid": 99, "severity_id": 1, "time": TEN, "start_time": TEN,
        "metadata": metadata(&json!({"log_name": "trace", "correlation_uid": "t"})),
    });
    assert_eq!(mapped(TRACE), expected);
}

#[test]
fn a_system_record_is_about_a_lifecycle_or_a_base_event() {
    let expected = json!({
        "activity_id": 8, "activity_name": "Update",
        "category_uid": 6, "category_name": "Application Activity",
        "class_uid": 6002, "class_name": "Application Lifecycle",
        "type_uid": 600_208, "severity_id": 2, "time": TEN,
        "message": "2.1 is out",
        "app": {"name": "api"},
        "metadata": metadata(&json!({
            "log_name": "system_record", "event_code": "DEPLOY", "correlation_uid": "c",
        })),
    });
    assert_eq!(mapped(SYSTEM), expected);
    for (event_type, class, type_uid, name) in [
        ("STARTUP", 6002, 600_203, "Start"),
        ("SHUTDOWN", 6002, 600_204, "Stop"),
        ("RESTART", 6002, 600_205, "Restart"),
        ("ERROR", 0, 99, "ERROR"),
        ("TENANT_MOVED", 0, 99, "TENANT_MOVED"),
    ] {
        let event = mapped(&SYSTEM.replace("DEPLOY", event_type));
        let found = (
            &event["class_uid"],
            &event["type_uid"],
            &event["activity_name"],
        );
        assert_eq!(found, (&json!(class), &json!(type_uid), &json!(name)));
        assert_eq!(event.get("app").is_some(), class == 6002, "{event_type}");
    }
    for (severity, number) in Severity::WORDS.iter().zip([1, 2, 5]) {
        let event = mapped(&SYSTEM.replace("WARN", severity));
        assert_eq!(event["severity_id"], number, "{severity}");
    }
}

#[test]
fn an_audit_entry_is_a_call_about_a_thing() {
    let expected = json!({
        "activity_id": 3, "activity_name": "Update",
        "category_uid": 6, "category_name": "Application Activity",
        "class_uid": 6003, "class_name": "API Activity",
        "type_uid": 600_303, "severity_id": 1, "time": TEN,
        "message": "too low",
        "actor": {"user": {"uid": "ada", "type_id": 1, "type": "User"}},
        "api": {"operation": "LimitUpdated"},
        "src_endpoint": {"svc_name": "unknown"},
        "resources": [{"type": "LIMIT", "uid": "l"}],
        "metadata": metadata(&json!({
            "log_name": "audit_entry", "event_code": "LimitUpdated", "correlation_uid": "c",
            "original_time": "2026-03-02T10:00:00.000001Z",
        })),
    });
    assert_eq!(mapped(AUDIT), expected);
}

#[test]
fn an_audit_entry_names_its_activity_by_the_last_word() {
    for (event_type, number, name) in [
        ("PolicyRuleCreated", 1, "Create"),
        ("ApiKeyIssued", 1, "Create"),
        ("LimitOverrideGranted", 1, "Create"),
        ("RecordsRead", 2, "Read"),
        ("RecordsExported", 2, "Read"),
        ("PolicyRuleModified", 3, "Update"),
        ("PermissionModeChanged", 3, "Update"),
        ("PolicyRuleRetired", 4, "Delete"),
        ("ApiKeyRevoked", 4, "Delete"),
        ("ToolRefused", 99, "ToolRefused"),
        ("a thread", 99, "a thread"),
    ] {
        let event = mapped(&AUDIT.replace("LimitUpdated", event_type));
        assert_eq!(event["activity_id"], number, "{event_type}");
        assert_eq!(event["activity_name"], name);
        assert_eq!(event["type_uid"], 600_300 + number);
    }
    for (actor_type, number, kind) in [("SYSTEM", 3, "System"), ("AGENT", 99, "AI Agent")] {
        let event = mapped(&AUDIT.replace("HUMAN", actor_type));
        let user = json!({"uid": "ada", "type_id": number, "type": kind});
        assert_eq!(event["actor"]["user"], user);
    }
}

#[test]
fn an_export_is_a_read_with_its_outcome() {
    let expected = json!({
        "activity_id": 2, "activity_name": "Read",
        "category_uid": 6, "category_name": "Application Activity",
        "class_uid": 6003, "class_name": "API Activity",
        "type_uid": 600_302, "severity_id": 1, "time": RECORDED,
        "status_id": 0, "status": "Unknown", "status_detail": "pending",
        "actor": {"user": {"uid": "ada", "type_id": 0, "type": "Unknown"}},
        "api": {"operation": "log_export"},
        "src_endpoint": {"svc_name": "unknown"},
        "resources": [{
            "type": "log_export", "uid": "00000000-0000-7000-8000-000000000021", "name": "audit",
        }],
        "metadata": metadata(&json!({
            "log_name": "log_export", "original_time": "2026-03-02T10:00:05.000000Z",
        })),
    });
    assert_eq!(mapped(EXPORT), expected);
    let completed = ExportResult::Completed {
        checksum: "sha256:9f86".parse().unwrap(),
        delivered_at: "2026-03-02T10:00:09Z".parse().unwrap(),
    };
    let failed = ExportResult::Failed {
        reason: "disk full".parse().unwrap(),
    };
    for (result, status, time) in [
        (completed, json!([1, "Success", "completed"]), TEN + 9_000),
        (failed, json!([2, "Failure", "disk full"]), RECORDED),
    ] {
        let event = serde_json::to_value(OcsfEvent::from(&item(EXPORT, Some(result)))).unwrap();
        let found = json!([event["status_id"], event["status"], event["status_detail"]]);
        assert_eq!((found, &event["time"]), (status, &json!(time)));
    }
}

#[test]
fn every_status_of_a_run_and_a_step_has_its_number() {
    for (word, number) in ExecutionStatus::WORDS.iter().zip([1, 2, 99, 2]) {
        for event in [
            mapped(&RUN.replace("SUCCEEDED", word)),
            mapped(&STEP.replace("TIMEOUT", word)),
        ] {
            assert_eq!(
                (&event["status_id"], &event["status_detail"]),
                (&json!(number), &json!(word))
            );
        }
    }
}

#[test]
fn every_kind_has_what_its_class_requires() {
    let kinds: Vec<_> = EVERY.iter().map(|json| item(json, None).kind).collect();
    assert_eq!(kinds, LogsFacade::FEEDS, "each kind once");
    for json in EVERY {
        let event = event(json);
        let number = |name: &str| {
            event[name]
                .as_i64()
                .unwrap_or_else(|| panic!("{name} {event}"))
        };
        assert_eq!(
            number("type_uid"),
            number("class_uid") * 100 + number("activity_id")
        );
        assert_eq!(number("category_uid"), number("class_uid") / 1_000);
        assert!((0..=6).contains(&number("severity_id")));
        assert!(number("time") >= TEN, "milliseconds");
        let metadata = &event["metadata"];
        assert_eq!(metadata["version"], "1.8.0");
        assert!(metadata["product"]["name"].is_string());
        let required: &[&str] = match number("class_uid") {
            0 => &[],
            6002 => &["/app/name"],
            6003 => &[
                "/actor/user/type_id",
                "/api/operation",
                "/src_endpoint/svc_name",
            ],
            other => panic!("the class {other}"),
        };
        for path in required {
            assert!(event.pointer(path).is_some(), "{path} {event}");
        }
        // One of these two must name a user.
        if let Some(user) = event.pointer("/actor/user") {
            assert!(
                user["uid"].is_string() || user["name"].is_string(),
                "{user}"
            );
        }
        // A profile that is named has its attributes, and only one that is named.
        let profiles = metadata["profiles"].as_array().cloned().unwrap_or_default();
        for (profile, attribute) in [("ai_operation", "ai_model"), ("trace", "trace")] {
            let is_named = profiles.iter().any(|named| named == profile);
            assert_eq!(
                event.get(attribute).is_some(),
                is_named,
                "{profile} {event}"
            );
        }
    }
}

#[test]
fn the_record_is_whole_to_the_last_digit() {
    for json in EVERY {
        let item = item(json, None);
        let event = serde_json::to_string(&OcsfEvent::from(&item)).unwrap();
        let line = serde_json::to_string(&item).unwrap();
        assert!(
            event.ends_with(&format!(",\"unmapped\":{line}}}")),
            "{event}"
        );
        let read: Value = serde_json::from_str(&event).unwrap();
        assert_eq!(read["metadata"]["uid"], read["unmapped"]["record"]["id"]);
    }
}

#[test]
fn times_before_1970_are_rounded_down_too() {
    let early = AUDIT.replace("2026-03-02T10:00:00.000001Z", "1969-12-31T23:59:59.999999Z");
    assert_eq!(event(&early)["time"], -1);
}
