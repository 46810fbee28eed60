//! What is too much, and what is deep.

use bytes::Bytes;
use prost::Message;

use super::bodies::{json, span, value};
use crate::Signal;
use crate::decode::{DecodeError, Encoding, traces};
use crate::limits::{MAX_BRACKETS, MAX_DEPTH, MAX_ITEMS, MAX_PARTS};
use crate::wire::trace::{ResourceSpans, ScopeSpans, Span, TraceRequest};

#[test]
fn more_items_than_the_limit_are_refused_before_they_cost_memory() {
    let many = |spans: usize| {
        let text = format!(
            r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}{{}}]}}]}}]}}"#,
            "{},".repeat(spans - 1)
        );
        (json(&text), text)
    };
    assert_eq!(many(MAX_ITEMS).0.unwrap().spans().count(), MAX_ITEMS);
    let too_many = DecodeError::TooMany {
        signal: Signal::Traces,
    };
    assert_eq!(many(MAX_ITEMS + 1).0.unwrap_err(), too_many);
    let scope = ScopeSpans {
        scope: None,
        spans: vec![
            Span {
                trace_id: vec![1; 16].into(),
                ..Span::default()
            };
            MAX_ITEMS / 2
        ],
    };
    let mut request = TraceRequest {
        resource_spans: vec![ResourceSpans {
            resource: None,
            scope_spans: vec![scope.clone(), scope],
        }],
    };
    assert!(traces(&request.encode_to_vec().into(), Encoding::Protobuf).is_ok());
    request.resource_spans.push(ResourceSpans {
        resource: None,
        scope_spans: vec![ScopeSpans {
            scope: None,
            spans: vec![Span::default()],
        }],
    });
    assert_eq!(
        traces(&request.encode_to_vec().into(), Encoding::Protobuf).unwrap_err(),
        too_many
    );
}

#[test]
fn items_are_counted_before_they_are_decoded() {
    let within = |field: u8, inner: &[u8]| {
        let mut message = vec![field << 3 | 2];
        prost::encoding::encode_varint(inner.len() as u64, &mut message);
        [message.as_slice(), inner].concat()
    };
    // Each span has a number in the place of its trace id, so none can be decoded.
    let spans = within(2, b"\x08\x01").repeat(MAX_ITEMS + 1);
    let body = Bytes::from(within(1, &within(2, &spans)));
    let error = traces(&body, Encoding::Protobuf).unwrap_err();
    assert_eq!(
        error,
        DecodeError::TooMany {
            signal: Signal::Traces
        }
    );
}

#[test]
fn many_small_parts_are_refused_before_they_are_decoded() {
    let refused = |body: Bytes, encoding| match traces(&body, encoding) {
        Err(DecodeError::TooManyParts { limit, .. }) => Some(limit),
        Ok(_) | Err(_) => None,
    };
    // A resource with attributes, and a span with events that have attributes: one part each, and four around them.
    let part = |field: u8, inner: &[u8]| {
        let mut message = vec![field << 3 | 2];
        prost::encoding::encode_varint(inner.len() as u64, &mut message);
        [message.as_slice(), inner].concat()
    };
    let body = |attributes: usize| {
        let resource = part(1, &part(1, b"").repeat(attributes / 2));
        let event = part(11, &part(3, b"").repeat(attributes - attributes / 2 - 5));
        let scope = part(2, &part(2, &[b"\x0a\x01x".as_slice(), &event].concat()));
        Bytes::from(part(1, &[resource, scope].concat()))
    };
    assert_eq!(refused(body(MAX_PARTS), Encoding::Protobuf), None);
    assert_eq!(
        refused(body(MAX_PARTS + 1), Encoding::Protobuf),
        Some(MAX_PARTS)
    );
    let text = |brackets: usize| {
        let text = "[{".repeat(brackets / 2 - 1);
        Bytes::from(format!(r#"{{"resourceSpans":[],"x":"{text}"}}"#))
    };
    assert_eq!(refused(text(MAX_BRACKETS), Encoding::Json), None);
    assert_eq!(
        refused(text(MAX_BRACKETS + 2), Encoding::Json),
        Some(MAX_BRACKETS)
    );
}

#[test]
fn a_value_ends_at_its_deepest_level() {
    let nested = |levels: usize| {
        let (open, close) = (r#"{"arrayValue":{"values":["#, "]}}");
        format!(
            "{}{{\"intValue\":1}}{}",
            open.repeat(levels - 1),
            close.repeat(levels - 1)
        )
    };
    assert!(value(&nested(MAX_DEPTH)).is_some());
    assert_eq!(value(&nested(MAX_DEPTH + 1)), None);
    assert_eq!(value(&nested(100_000)), None);
    let maps = r#"{"kvlistValue":{"values":[{"key":"a","value":"#.repeat(50_000);
    assert_eq!(value(&format!("{maps}null{}", "}]}}".repeat(50_000))), None);
}

#[test]
fn unknown_members_may_be_deep() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let found = span(&format!(
        r#""later":{deep},"name":"n","startTimeUnixNano":{deep}"#
    ));
    assert_eq!(
        (&*found.name, found.start_time_unix_nano),
        (b"n".as_slice(), 0)
    );
    assert_eq!(
        json(format!(r#"{{"later":{deep}}}"#))
            .unwrap_err()
            .to_string()
            .split(',')
            .next(),
        Some("body: got the member `later`")
    );
}
