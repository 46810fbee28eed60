use logs_domain::InvalidValue;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use serde_json::{Value, json};

use super::{Code, Status, error, success};
use crate::Signal;
use crate::decode::Encoding;
use crate::map::Refused;

fn refused(count: usize) -> Vec<Refused> {
    let one = |item| Refused {
        item,
        signal: Signal::Traces,
        why: InvalidValue::new("traceId", "x", "32 hexadecimal digits"),
    };
    (0..count).map(one).collect()
}

#[test]
fn a_success_is_an_empty_message_and_an_empty_object() {
    for signal in Signal::ALL {
        assert!(success(signal, &[], Encoding::Protobuf).is_empty());
        assert_eq!(success(signal, &[], Encoding::Json), b"{}");
    }
}

#[test]
fn refused_items_are_a_partial_success_that_names_the_first() {
    let expected = "span 0: traceId: got `x`, expected 32 hexadecimal digits";
    let answer = success(Signal::Traces, &refused(1), Encoding::Protobuf);
    let answer = ExportTraceServiceResponse::decode(answer.as_slice()).unwrap();
    let partial = answer.partial_success.unwrap();
    assert_eq!(
        (partial.rejected_spans, partial.error_message.as_str()),
        (1, expected)
    );
    let answer = success(Signal::Logs, &refused(5), Encoding::Protobuf);
    let answer = ExportLogsServiceResponse::decode(answer.as_slice()).unwrap();
    let partial = answer.partial_success.unwrap();
    assert_eq!(partial.rejected_log_records, 5);
    assert!(
        partial.error_message.ends_with("; and 2 more"),
        "{}",
        partial.error_message
    );
    let answer = success(Signal::Traces, &refused(3), Encoding::Json);
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["partialSuccess"]["rejectedSpans"], "3");
    let message = answer["partialSuccess"]["errorMessage"].as_str().unwrap();
    assert!(
        message.starts_with(expected) && !message.contains("more"),
        "{message}"
    );
}

#[test]
fn an_error_is_a_status_in_either_encoding() {
    let answer = error(Code::Unavailable, "later", None, Encoding::Protobuf);
    let status = Status::decode(answer.as_slice()).unwrap();
    assert_eq!(
        status,
        Status {
            code: 14,
            message: "later".to_owned(),
            details: Vec::new(),
        }
    );
    assert_eq!(answer, b"\x08\x0e\x12\x05later");
    let answer: Value =
        serde_json::from_slice(&error(Code::InvalidArgument, "\"", None, Encoding::Json)).unwrap();
    assert_eq!(answer, json!({"code": 3, "message": "\""}));
}

#[test]
fn an_error_says_when_to_send_again() {
    let answer = error(Code::ResourceExhausted, "x", Some(3), Encoding::Protobuf);
    let type_url = b"type.googleapis.com/google.rpc.RetryInfo";
    let detail = [b"\x0a\x28", &type_url[..], b"\x12\x04\x0a\x02\x08\x03"].concat();
    assert_eq!(answer, [b"\x08\x08\x12\x01x\x1a\x30", &detail[..]].concat());
    let answer = error(Code::ResourceExhausted, "x", Some(3), Encoding::Json);
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let detail = json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s"});
    assert_eq!(answer["details"], json!([detail]));
}
