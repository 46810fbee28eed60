use bytes::Bytes;
use serde_json::{Value, json};

use super::{event, mapped, mapped_logs, mapped_with, request, span, tenant, with};
use crate::decode::{self, Encoding};
use crate::limits::{MAX_ATTRIBUTES, MAX_TEXT_BYTES};
use crate::map::{Settings, traces};

fn chat() -> Value {
    span(json!({"gen_ai.operation.name": "chat"}))
}

/// The field and the shown value of the refusal of one span.
fn refusal(span: Value) -> (String, String) {
    let mapped = mapped(&[span]);
    assert!(mapped.drafts.is_empty() && mapped.is_wholly_refused());
    let why = &mapped.refused[0].why;
    (why.field().to_owned(), why.value().to_owned())
}

#[test]
fn ids_and_times_that_are_none_refuse_their_span_and_no_other() {
    for (member, value, shown) in [
        (
            "traceId",
            json!("CvdlGRbNQ92ESOshHIAxnA=="),
            "CvdlGRbNQ92ESOshHIAxnA==",
        ),
        (
            "traceId",
            json!("0".repeat(32)),
            "00000000000000000000000000000000",
        ),
        ("traceId", json!(""), ""),
        ("traceId", json!("zzzzzzzzzzzzzzzz"), "zzzzzzzzzzzzzzzz"),
        ("spanId", json!("b7ad"), "b7ad"),
        ("spanId", json!(null), ""),
        ("parentSpanId", json!("xyz"), "xyz"),
        ("startTimeUnixNano", json!(0), "0"),
        ("endTimeUnixNano", json!("0"), "0"),
        (
            "endTimeUnixNano",
            json!("1699999999999999999"),
            "1699999999999999999",
        ),
    ] {
        let wrong = with(chat(), json!({member: value}));
        assert_eq!(
            refusal(wrong.clone()),
            (member.to_owned(), shown.to_owned())
        );
        let both = mapped(&[wrong, chat()]);
        assert_eq!((both.refused.len(), both.drafts.len()), (1, 2), "{member}");
        assert_eq!((both.refused[0].item, both.drafts[0].item), (0, 1));
        assert!(!both.is_wholly_refused());
    }
}

#[test]
fn an_upper_case_id_is_the_same_id() {
    let upper = with(chat(), json!({"traceId": super::TRACE.to_uppercase()}));
    assert_eq!(
        super::runs(&mapped(&[upper])),
        super::runs(&mapped(&[chat()]))
    );
}

#[test]
fn texts_that_no_store_keeps_refuse_their_span_if_somebody_reads_them() {
    let nul = span(json!({"gen_ai.operation.name": "chat", "gen_ai.request.model": "a\0b"}));
    assert_eq!(
        refusal(nul),
        (
            "attributes.gen_ai.request.model".to_owned(),
            "a\\u{0}b".to_owned()
        )
    );
    let unread = span(json!({"gen_ai.operation.name": "chat", "gen_ai.prompt": "a\0b"}));
    assert_eq!(mapped(&[unread]).refused, []);
    let body = request(
        &json!({}),
        &[
            with(chat(), json!({"name": "@"})),
            with(chat(), json!({"spanId": "0000000000000001"})),
        ],
    );
    let broken: Vec<u8> = body
        .iter()
        .map(|byte| if *byte == b'@' { 0xff } else { *byte })
        .collect();
    let decoded = decode::traces(&Bytes::from(broken), Encoding::Json).unwrap();
    let mapped = traces(&decoded, &tenant(), &Settings::default());
    assert_eq!((mapped.refused.len(), mapped.drafts.len()), (1, 2));
    assert_eq!(
        (
            mapped.refused[0].why.field(),
            mapped.refused[0].why.expected()
        ),
        ("attributes.name", "UTF-8")
    );
}

#[test]
fn a_text_beyond_the_limit_is_absent_and_too_many_attributes_refuse() {
    let model = |bytes: usize| {
        let plain = json!({"gen_ai.conversation.id": "s".repeat(bytes), "session.id": "next"});
        super::run(plain).session_id.unwrap().as_str().to_owned()
    };
    assert_eq!(model(256).len(), 256);
    assert_eq!(model(MAX_TEXT_BYTES), "next");
    assert_eq!(model(MAX_TEXT_BYTES + 1), "next");
    let many = |count: usize| {
        let one = |place| json!({"key": format!("k{place}"), "value": {"intValue": 1}});
        let mut list: Vec<Value> = (1..count).map(one).collect();
        list.push(json!({"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}));
        with(chat(), json!({"attributes": list}))
    };
    assert_eq!(mapped(&[many(MAX_ATTRIBUTES)]).drafts.len(), 2);
    assert_eq!(
        mapped(&[many(MAX_ATTRIBUTES + 1)]).refused[0].why.field(),
        "attributes"
    );
}

#[test]
fn of_an_attribute_that_stands_there_twice_the_first_counts() {
    let twice = json!([
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.operation.name", "value": {"stringValue": "plan"}},
    ]);
    assert_eq!(
        super::runs(&mapped(&[with(chat(), json!({"attributes": twice}))])).len(),
        1
    );
}

#[test]
fn a_resource_may_only_agree_about_the_tenant() {
    let other = with(chat(), json!({"spanId": "0000000000000001"}));
    for name in ["tenant.id", "tenant_id"] {
        let of = |value: Value| {
            mapped_with(
                &json!({name: value}),
                &[chat(), other.clone()],
                &Settings::default(),
            )
        };
        assert_eq!(of(json!("acme")).refused, []);
        assert_eq!(of(json!("")).refused, []);
        let refused = of(json!("globex"));
        assert_eq!((refused.drafts.len(), refused.refused.len()), (0, 2));
        assert_eq!(
            refused.refused[1].why.field(),
            format!("resource.attributes.{name}")
        );
        assert_eq!(of(json!(7)).refused.len(), 2, "no text agrees with nothing");
        assert_eq!(of(json!("Acme")).refused.len(), 2);
    }
}

#[test]
fn a_span_twice_is_one_and_another_span_with_its_ids_is_refused() {
    let mapped_twice = mapped(&[chat(), chat()]);
    assert_eq!(
        (mapped_twice.drafts.len(), mapped_twice.refused.len()),
        (2, 0)
    );
    assert_eq!(mapped_twice.counts.ignored, [("repeated", 1)].into());
    let other = with(chat(), json!({"name": "other"}));
    let refused = mapped(&[chat(), other]);
    assert_eq!((refused.drafts.len(), refused.refused.len()), (2, 1));
    assert_eq!(
        refused.refused[0].to_string().split(',').next(),
        Some("span 1: spanId: got `b7ad6b7169203331`")
    );
}

#[test]
fn what_is_too_long_for_a_required_field_refuses() {
    let long = with(
        span(json!({"gen_ai.operation.name": "plan"})),
        json!({"name": "n".repeat(300)}),
    );
    assert_eq!(refusal(long).0, "skill_name");
    let log = event(
        "claude_code.api_request",
        json!({"duration_ms": 5, "prompt.id": "p"}),
    );
    let mut log = log;
    log["timeUnixNano"] = json!(0);
    assert_eq!(
        mapped_logs(&[log]).refused[0].why.field(),
        "observedTimeUnixNano"
    );
}

#[test]
fn of_two_events_with_one_key_the_later_is_refused_if_it_differs() {
    let result = |success: bool| {
        let plain =
            json!({"tool_use_id": "t", "prompt.id": "p", "tool_name": "Bash", "success": success});
        event("claude_code.tool_result", plain)
    };
    let mapped = mapped_logs(&[result(true), result(true), result(false)]);
    assert_eq!((mapped.drafts.len(), mapped.refused.len()), (1, 1));
    assert_eq!(
        (mapped.refused[0].item, mapped.refused[0].why.field()),
        (2, "key")
    );
    assert_eq!(mapped.counts.ignored, [("repeated", 1)].into());
}
