use logs_domain::ActorType;
use serde_json::{Value, json};

use super::{entries, event, kept, mapped_logs, steps};

#[test]
fn decisions_about_tools_are_audit_entries() {
    let claude = |decision: &str, source: &str| {
        let plain = json!({"decision": decision, "source": source, "tool_name": "Bash", "tool_use_id": "t-1", "prompt.id": "p", "session.id": "s", "user.id": "u"});
        entries(&mapped_logs(&[event("claude_code.tool_decision", plain)])).remove(0)
    };
    let allowed = claude("accept", "config");
    assert_eq!(
        (
            allowed.event_type.as_str(),
            allowed.entity_type.as_str(),
            allowed.entity_id.as_str()
        ),
        ("ToolAllowed", "TOOL_CALL", "t-1")
    );
    assert_eq!(
        (allowed.actor_type, allowed.actor_id),
        (ActorType::System, None)
    );
    assert_eq!(
        (
            allowed.action_reason.unwrap().as_str(),
            allowed.correlation_id.unwrap().as_str()
        ),
        ("config", "p")
    );
    assert_eq!(
        kept(&allowed.after_state),
        json!({"tool_name": "Bash", "decision": "accept", "session_id": "s"})
    );
    let refused = claude("reject", "user_reject");
    assert_eq!(
        (refused.event_type.as_str(), refused.actor_type),
        ("ToolRefused", ActorType::Human)
    );
    assert_eq!(refused.actor_id.unwrap().as_str(), "u");
    let codex = |decision: &str, source: &str| {
        let plain =
            json!({"decision": decision, "source": source, "tool_name": "exec", "call_id": "c-1"});
        entries(&mapped_logs(&[event("codex.tool_decision", plain)])).remove(0)
    };
    assert_eq!(
        codex("approved_for_session", "User").event_type.as_str(),
        "ToolAllowed"
    );
    assert_eq!(codex("approved", "User").actor_type, ActorType::Human);
    assert_eq!(codex("approved", "Config").actor_type, ActorType::System);
    assert_eq!(codex("denied", "User").event_type.as_str(), "ToolRefused");
    let sandbox = event(
        "codex.sandbox_outcome",
        json!({"outcome": "denied", "call_id": "c-1"}),
    );
    assert_eq!(
        entries(&mapped_logs(&[sandbox]))[0].event_type.as_str(),
        "ToolRefused"
    );
}

#[test]
fn a_tool_of_gemini_is_a_step_and_a_decision_with_one_key() {
    let call = |plain: Value| mapped_logs(&[event("gemini_cli.tool_call", plain)]);
    let mapped = call(
        json!({"function_name": "read", "duration_ms": 87.4, "success": true, "decision": "auto_accept", "prompt_id": "p", "interactive": false}),
    );
    let (step, entry) = (&steps(&mapped)[0], &entries(&mapped)[0]);
    assert_eq!(
        step.key.span_id().unwrap().as_str(),
        entry.entity_id.as_str()
    );
    assert_eq!(
        (step.skill_name.as_str(), step.duration_ms.get()),
        ("read", 87)
    );
    assert_eq!(
        (entry.event_type.as_str(), entry.actor_type),
        ("ToolAllowed", ActorType::System)
    );
    let by_user = &entries(&call(json!({"decision": "reject", "interactive": true})))[0];
    assert_eq!(
        (by_user.event_type.as_str(), by_user.actor_type),
        ("ToolRefused", ActorType::Human)
    );
    assert_eq!(kept(&by_user.attributes)["assumed"], json!(["actor_type"]));
    for interactive in [false, true] {
        let plain = json!({"raw:decision": {}, "success": false, "interactive": interactive});
        let withheld = &entries(&call(plain))[0];
        assert_eq!(
            (withheld.event_type.as_str(), withheld.actor_type),
            ("ToolRefused", ActorType::System)
        );
    }
}

#[test]
fn a_changed_permission_mode_is_an_audit_entry_about_the_session() {
    let plain = json!({"from_mode": "default", "to_mode": "plan", "trigger": "shift_tab", "session.id": "s"});
    let entry = &entries(&mapped_logs(&[event(
        "claude_code.permission_mode_changed",
        plain,
    )]))[0];
    assert_eq!(
        (
            entry.event_type.as_str(),
            entry.entity_type.as_str(),
            entry.entity_id.as_str()
        ),
        ("PermissionModeChanged", "SESSION", "s")
    );
    assert_eq!(entry.actor_type, ActorType::Human);
    assert_eq!(kept(&entry.before_state), json!({"mode": "default"}));
    assert_eq!(
        kept(&entry.after_state),
        json!({"mode": "plan", "session_id": "s"})
    );
}
