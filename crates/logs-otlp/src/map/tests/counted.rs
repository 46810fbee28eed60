use serde_json::json;

use super::{event, mapped, mapped_logs, span};
use crate::decode::{self, Encoding};
use crate::map::metrics;

#[test]
fn what_is_not_stored_is_counted_by_its_reason() {
    let other = span(json!({"http.request.method": "GET"}));
    assert_eq!(mapped(&[other]).counts.ignored, [("other", 1)].into());
    let records = [
        event("claude_code.user_prompt", json!({"prompt": "secret"})),
        event("gemini_cli.user_prompt", json!({})),
        event("gen_ai.content.prompt", json!({})),
        event("claude_code.tool_started", json!({})),
        event("gen_ai.client.inference.operation.details", json!({})),
        event("app.started", json!({})),
        json!({"body": {"stringValue": "a line"}, "severityNumber": 17}),
    ];
    let mapped = mapped_logs(&records);
    assert_eq!(mapped.drafts, []);
    assert_eq!(
        mapped.counts.ignored,
        [("content", 3), ("detail", 2), ("other", 2)].into()
    );
    assert!(!mapped.is_wholly_refused());
}

#[test]
fn metrics_are_counted_and_become_nothing() {
    let body =
        r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"a"},{"name":"b"}]}]}]}"#;
    let mapped = metrics(&decode::metrics(&body.into(), Encoding::Json).unwrap());
    assert_eq!(
        (mapped.items, mapped.drafts.len(), mapped.refused.len()),
        (2, 0, 0)
    );
    assert_eq!(mapped.counts.ignored, [("metric", 2)].into());
}
