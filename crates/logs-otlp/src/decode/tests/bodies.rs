//! Bodies as senders write them, right and wrong.

use bytes::Bytes;
use prost::Message;

use crate::Signal;
use crate::decode::{DecodeError, Encoding, logs, metrics, traces};
use crate::wire::common::Value;
use crate::wire::trace::{ResourceSpans, ScopeSpans, Span, TraceRequest};

pub(super) fn json(text: impl AsRef<[u8]>) -> Result<TraceRequest, DecodeError> {
    traces(&Bytes::copy_from_slice(text.as_ref()), Encoding::Json).map(|traces| traces.0)
}

pub(super) fn span(members: &str) -> Span {
    let text = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{members}}}]}}]}}]}}"#);
    json(text).unwrap().spans().next().unwrap().clone()
}

pub(super) fn value(text: &str) -> Option<Value> {
    span(&format!(r#""attributes":[{{"key":"k","value":{text}}}]"#)).attributes[0].decoded()
}

#[test]
fn no_items_are_no_error() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        assert!(traces(&Bytes::new(), encoding).unwrap().is_empty());
        assert!(logs(&Bytes::new(), encoding).unwrap().is_empty());
        assert!(metrics(&Bytes::new(), encoding).unwrap().is_empty());
    }
    for text in [
        "{}",
        r#"{"resourceSpans":[]}"#,
        r#"{"resourceSpans":null}"#,
        r#"{"resourceSpans":{}}"#,
    ] {
        assert_eq!(json(text).unwrap().spans().count(), 0, "{text}");
    }
}

#[test]
fn ids_are_hexadecimal_and_any_other_text_is_longer_than_an_id() {
    let found = span(
        r#""traceId":"0aF7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","parentSpanId":"""#,
    );
    assert_eq!(found.trace_id[..3], [0x0a, 0xf7, 0x65]);
    assert_eq!(
        (
            found.trace_id.len(),
            found.span_id.len(),
            found.parent_span_id.len()
        ),
        (16, 8, 0)
    );
    for text in [
        "CvdlGRbNQ92ESOshHIAxnA==",
        "zzzzzzzzzzzzzzzz",
        "0af76",
        "é",
        "abcdefg",
    ] {
        let found = span(&format!(r#""traceId":"{text}""#));
        assert!(found.trace_id.len() > 16, "{text}");
        assert!(found.trace_id.ends_with(text.as_bytes()), "{text}");
    }
}

#[test]
fn numbers_are_numbers_or_texts_and_enumerations_numbers_or_names() {
    for text in [
        "1544712660300000000",
        "\"1544712660300000000\"",
        "1.5447126603e18",
    ] {
        let found = span(&format!(r#""startTimeUnixNano":{text}"#));
        assert_eq!(
            found.start_time_unix_nano, 1_544_712_660_300_000_000,
            "{text}"
        );
    }
    for text in [
        "null",
        "\"\"",
        "\"x\"",
        "-1",
        "1.5",
        "[1]",
        "{\"a\":1}",
        "true",
        "1e300",
    ] {
        let found = span(&format!(r#""startTimeUnixNano":{text}"#));
        assert_eq!(found.start_time_unix_nano, 0, "{text}");
    }
    for text in ["2", "\"STATUS_CODE_ERROR\"", "\"2\""] {
        let found = span(&format!(
            r#""status":{{"code":{text}}},"kind":"SPAN_KIND_CLIENT""#
        ));
        assert_eq!((found.status.unwrap().code, found.kind), (2, 3), "{text}");
    }
    assert_eq!(
        span(r#""status":{"code":"STATUS_CODE_LATER"}"#)
            .status
            .unwrap()
            .code,
        0
    );
}

#[test]
fn severities_have_names_too() {
    for (text, number) in [
        ("9", 9),
        ("\"SEVERITY_NUMBER_INFO\"", 9),
        ("\"SEVERITY_NUMBER_TRACE4\"", 4),
        ("\"SEVERITY_NUMBER_FATAL2\"", 22),
        ("\"SEVERITY_NUMBER_UNSPECIFIED\"", 0),
        ("\"SEVERITY_NUMBER_INFO22\"", 0),
    ] {
        let body = format!(
            r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"severityNumber":{text}}}]}}]}}]}}"#
        );
        let found = logs(&Bytes::from(body), Encoding::Json).unwrap().0;
        assert_eq!(
            found.log_records().next().unwrap().severity_number,
            number,
            "{text}"
        );
    }
}

#[test]
fn values_of_every_type_and_of_none() {
    assert_eq!(
        value(r#"{"stringValue":"a\u00e9"}"#),
        Some(Value::Text("aé".into()))
    );
    assert_eq!(value(r#"{"stringValue":""}"#), Some(Value::Text("".into())));
    assert_eq!(value(r#"{"boolValue":false}"#), Some(Value::Bool(false)));
    for text in ["25", "\"25\"", "25.0"] {
        assert_eq!(
            value(&format!(r#"{{"intValue":{text}}}"#)),
            Some(Value::Int(25)),
            "{text}"
        );
    }
    assert_eq!(value(r#"{"doubleValue":2}"#), Some(Value::Double(2.0)));
    assert_eq!(value(r#"{"doubleValue":"0.5"}"#), Some(Value::Double(0.5)));
    assert!(matches!(value(r#"{"doubleValue":"NaN"}"#), Some(Value::Double(nan)) if nan.is_nan()));
    assert_eq!(
        value(r#"{"bytesValue":"AQI="}"#),
        Some(Value::Bytes(vec![1, 2].into()))
    );
    for nothing in [
        "null",
        "{}",
        r#"{"doubleValue":null}"#,
        r#"{"intValue":"x"}"#,
        r#"{"intValue":9223372036854775808}"#,
        r#"{"later":[{"a":1}]}"#,
    ] {
        assert_eq!(value(nothing), None, "{nothing}");
    }
    for empty in [
        r#"{"arrayValue":{}}"#,
        r#"{"arrayValue":{"values":[]}}"#,
        r#"{"arrayValue":{"values":null}}"#,
    ] {
        assert!(
            matches!(value(empty), Some(Value::Array(list)) if list.values.is_empty()),
            "{empty}"
        );
    }
    assert!(matches!(
        value(r#"{"arrayValue":{"values":[{"stringValue":"a"},null]}}"#),
        Some(Value::Array(list)) if list.values.len() == 2 && list.values[1].value.is_none()
    ));
    assert!(matches!(
        value(r#"{"kvlistValue":{"values":[{"key":"a","value":{"intValue":1}}]}}"#),
        Some(Value::Map(map)) if map.values[0].key == "a"
    ));
}

#[test]
fn a_text_that_is_not_utf_8_is_no_error() {
    let body = [
        br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":""#.as_slice(),
        b"\xff",
        br#""},{"name":"b"}]}]}]}"#,
    ]
    .concat();
    let request = json(body).unwrap();
    let names: Vec<&[u8]> = request.spans().map(|span| &*span.name).collect();
    assert_eq!(names, [b"\xff".as_slice(), b"b"]);
    let request = TraceRequest {
        resource_spans: vec![ResourceSpans {
            scope_spans: vec![ScopeSpans {
                spans: request
                    .spans()
                    .cloned()
                    .map(|span| Span {
                        trace_id: vec![1; 16].into(),
                        ..span
                    })
                    .collect(),
                scope: None,
            }],
            resource: None,
        }],
    };
    let again = traces(&request.encode_to_vec().into(), Encoding::Protobuf).unwrap();
    assert!(again.0 == request);
}

#[test]
fn what_is_no_request_of_the_route_names_the_right_one() {
    let logs_json =
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}}]}]}]}"#;
    let wrong = DecodeError::WrongSignal {
        expected: Signal::Traces,
        found: Signal::Logs,
    };
    assert_eq!(json(logs_json).unwrap_err(), wrong);
    assert_eq!(
        wrong.to_string(),
        "body: got log records, expected spans. Send log records to /v1/logs"
    );
    // Without a time and with a body alone, a log record is a span on the wire.
    for members in [
        r#""body":{"stringValue":"x"}"#,
        r#""eventName":"x""#,
        r#""timeUnixNano":1,"severityNumber":9"#,
    ] {
        let text =
            format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{{members}}}]}}]}}]}}"#);
        let body: Bytes = logs(&text.into(), Encoding::Json)
            .unwrap()
            .0
            .encode_to_vec()
            .into();
        assert_eq!(
            traces(&body, Encoding::Protobuf).unwrap_err(),
            wrong,
            "{members}"
        );
        assert!(metrics(&body, Encoding::Protobuf).is_err(), "{members}");
    }
    let text = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","name":"x"}]}]}]}"#;
    let body: Bytes = json(text).unwrap().encode_to_vec().into();
    assert_eq!(
        logs(&body, Encoding::Protobuf).unwrap_err(),
        DecodeError::WrongSignal {
            expected: Signal::Logs,
            found: Signal::Traces
        }
    );
    let text = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","sum":{"dataPoints":[{"asInt":"1"},{}]}}]}]}]}"#;
    let found = metrics(&text.into(), Encoding::Json).unwrap();
    assert_eq!((found.len(), found.points()), (1, 2));
    let body: Bytes = found.0.encode_to_vec().into();
    assert!(matches!(
        traces(&body, Encoding::Protobuf),
        Err(DecodeError::WrongSignal {
            found: Signal::Metrics,
            ..
        })
    ));
}

#[test]
fn json_without_the_items_is_no_success() {
    let error = json(r#"{"resource_spans":[{"scope_spans":[]}]}"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "body: got the member `resource_spans`, expected `resourceSpans`. The JSON form of OTLP writes names in lowerCamelCase"
    );
    let error = json(format!(r#"{{"{}\n":1}}"#, "é".repeat(200))).unwrap_err();
    assert!(error.to_string().len() < 250, "{error}");
    for text in [
        "[]",
        "null",
        "1",
        "\"\"",
        "{",
        "",
        " ",
        "{}{}",
        "\u{feff}{}",
    ] {
        assert_eq!(json(text).is_err(), !text.is_empty(), "{text}");
    }
    assert!(json(r#"{"resourceSpans":[{"scopeSpans":[{"spans":{"a":1}}]}]}"#).is_err());
    assert!(matches!(
        traces(&Bytes::from_static(b"\x0a\x05ab"), Encoding::Protobuf),
        Err(DecodeError::Malformed { .. })
    ));
    assert!(matches!(
        traces(
            &Bytes::from_static(b"{\"resourceSpans\":[]}"),
            Encoding::Protobuf
        ),
        Err(DecodeError::Malformed { .. })
    ));
}
