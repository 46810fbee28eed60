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
    let answer = error(Code::Unavailable, "later", Encoding::Protobuf);
    let status = Status::decode(answer.as_slice()).unwrap();
    assert_eq!(
        status,
        Status {
            code: 14,
            message: "later".to_owned()
        }
    );
    assert_eq!(answer, b"\x08\x0e\x12\x05later");
    let answer: Value =
        serde_json::from_slice(&error(Code::InvalidArgument, "\"", Encoding::Json)).unwrap();
    assert_eq!(answer, json!({"code": 3, "message": "\""}));
}
