use logs_domain::ExecutionStatus::{self, Aborted, Failed, Succeeded, Timeout};
use serde_json::{Value, json};

use super::{mapped, runs, span, with};

fn status(plain: Value, members: Value) -> ExecutionStatus {
    let mut plain = plain;
    plain["gen_ai.operation.name"] = json!("chat");
    runs(&mapped(&[with(span(plain), members)]))[0].execution_status
}

#[test]
fn a_span_succeeds_unless_something_says_otherwise() {
    assert_eq!(status(json!({}), json!({})), Succeeded);
    assert_eq!(status(json!({}), json!({"status": {"code": 1}})), Succeeded);
    assert_eq!(
        status(
            json!({"http.response.status_code": 200}),
            json!({"status": null})
        ),
        Succeeded
    );
    assert_eq!(
        status(
            json!({"gen_ai.response.finish_reasons": ["length"]}),
            json!({})
        ),
        Succeeded
    );
    assert_eq!(status(json!({"success": "true"}), json!({})), Succeeded);
}

#[test]
fn each_sign_of_a_failure_counts() {
    for (plain, members) in [
        (json!({}), json!({"status": {"code": "STATUS_CODE_ERROR"}})),
        (json!({"error.type": "RateLimitError"}), json!({})),
        (json!({"error_type": "tool_error"}), json!({})),
        (json!({"success": "false"}), json!({})),
        (json!({"success": false}), json!({})),
        (
            json!({"gen_ai.response.finish_reasons": "[\"error\"]"}),
            json!({}),
        ),
        (json!({"http.response.status_code": 429}), json!({})),
        (json!({"status_code": "500"}), json!({})),
        (json!({"http.status_code": 400}), json!({})),
        (json!({}), json!({"events": [{"name": "exception"}]})),
        (
            json!({}),
            json!({"events": [{"name": "gen_ai.client.operation.exception"}]}),
        ),
    ] {
        assert_eq!(
            status(plain.clone(), members.clone()),
            Failed,
            "{plain} {members}"
        );
    }
    let caught = json!({"status": {"code": 1}, "events": [{"name": "exception"}]});
    assert_eq!(
        status(json!({}), caught),
        Succeeded,
        "an exception that was caught"
    );
}

#[test]
fn a_deadline_and_a_cancellation_have_words_and_codes() {
    let failed = |message: &str| {
        status(
            json!({}),
            json!({"status": {"code": 2, "message": message}}),
        )
    };
    assert_eq!(failed("Request timed out."), Timeout);
    assert_eq!(failed("The operation was aborted due to timeout"), Timeout);
    assert_eq!(failed("DEADLINE_EXCEEDED"), Timeout);
    assert_eq!(failed("The user cancelled"), Aborted);
    assert_eq!(failed("AbortError"), Aborted);
    assert_eq!(failed("boom"), Failed);
    for (code, expected) in [
        (408, Timeout),
        (504, Timeout),
        (499, Aborted),
        (503, Failed),
    ] {
        assert_eq!(
            status(json!({"http.response.status_code": code}), json!({})),
            expected,
            "{code}"
        );
        assert_eq!(
            status(json!({"error.type": code.to_string()}), json!({})),
            expected,
            "{code}"
        );
    }
    assert_eq!(
        status(
            json!({"gen_ai.response.finish_reasons": ["cancelled"]}),
            json!({})
        ),
        Aborted
    );
    let exception =
        json!([{"key": "exception.type", "value": {"stringValue": "openai.APITimeoutError"}}]);
    assert_eq!(
        status(
            json!({}),
            json!({"events": [{"name": "exception", "attributes": exception}]})
        ),
        Timeout
    );
    assert_eq!(
        status(
            json!({}),
            json!({"status": {"code": 1, "message": "timeout of 5 s kept"}})
        ),
        Succeeded
    );
}

#[test]
fn what_is_only_looked_at_need_not_be_text_and_may_be_long() {
    let message = |text: String| {
        let members = json!({"status": {"code": 2, "message": text}});
        status(json!({}), members)
    };
    assert_eq!(message("timeout\0".to_owned()), Timeout);
    assert_eq!(
        message("timeout ".to_owned() + &"x".repeat(100_000)),
        Timeout
    );
    assert_eq!(
        message("x".repeat(100_000) + " timeout"),
        Failed,
        "only the beginning is"
    );
}
