//! Both decoders against the messages of opentelemetry-proto.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1 as common;
use opentelemetry_proto::tonic::logs::v1 as their_logs;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1 as their_trace;
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;

use crate::decode::{Encoding, logs, traces};
use crate::wire::common::{AnyValue, KeyValue, decoded};
use crate::wire::logs::LogRecord;
use crate::wire::trace::Span;

fn any_value() -> impl Strategy<Value = common::AnyValue> {
    use common::any_value::Value;
    let leaf = prop_oneof![
        ".{0,8}".prop_map(Value::StringValue),
        any::<bool>().prop_map(Value::BoolValue),
        any::<i64>().prop_map(Value::IntValue),
        (-1e15..1e15_f64).prop_map(Value::DoubleValue),
        vec(any::<u8>(), 0..5).prop_map(Value::BytesValue),
    ];
    let leaf = leaf.prop_map(|value| common::AnyValue { value: Some(value) });
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4)
                .prop_map(|values| Value::ArrayValue(common::ArrayValue { values })),
            vec((".{0,4}", inner), 0..4).prop_map(|members| {
                let values = members
                    .into_iter()
                    .map(|(key, value)| key_value(key, Some(value)));
                Value::KvlistValue(common::KeyValueList {
                    values: values.collect(),
                })
            }),
        ]
        .prop_map(|value| common::AnyValue { value: Some(value) })
    })
}

fn key_value(key: String, value: Option<common::AnyValue>) -> common::KeyValue {
    common::KeyValue {
        key,
        value,
        ..Default::default()
    }
}

fn attributes() -> impl Strategy<Value = Vec<common::KeyValue>> {
    vec(
        (".{0,8}", any_value()).prop_map(|(key, value)| key_value(key, Some(value))),
        0..4,
    )
}

fn id(length: usize) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![3 => vec(any::<u8>(), length), 1 => Just(Vec::new())]
}

fn their_span() -> impl Strategy<Value = their_trace::Span> {
    let ids = (vec(any::<u8>(), 16), id(8), id(8));
    let status = proptest::option::of((".{0,6}", 0..3_i32));
    let events = vec((".{0,6}", attributes()), 0..3);
    (
        ids,
        ".{0,10}",
        0..6_i32,
        any::<(u64, u64)>(),
        attributes(),
        events,
        status,
    )
        .prop_map(
            |(
                (trace_id, span_id, parent_span_id),
                name,
                kind,
                (start, end),
                attributes,
                events,
                status,
            )| {
                their_trace::Span {
                    trace_id,
                    span_id,
                    parent_span_id,
                    name,
                    kind,
                    start_time_unix_nano: start,
                    end_time_unix_nano: end,
                    attributes,
                    events: events
                        .into_iter()
                        .map(|(name, attributes)| their_trace::span::Event {
                            name,
                            attributes,
                            ..Default::default()
                        })
                        .collect(),
                    status: status.map(|(message, code)| their_trace::Status { message, code }),
                    ..Default::default()
                }
            },
        )
}

fn their_record() -> impl Strategy<Value = their_logs::LogRecord> {
    let ids = (id(16), id(8));
    (
        ids,
        any::<(u64, u64)>(),
        0..25_i32,
        proptest::option::of(any_value()),
        attributes(),
        ".{0,6}",
    )
        .prop_map(
            |(
                (trace_id, span_id),
                (time, observed),
                severity_number,
                body,
                attributes,
                event_name,
            )| {
                their_logs::LogRecord {
                    time_unix_nano: time,
                    observed_time_unix_nano: observed,
                    severity_number,
                    body,
                    attributes,
                    trace_id,
                    span_id,
                    event_name,
                    ..Default::default()
                }
            },
        )
}

fn resource(attributes: Vec<common::KeyValue>) -> Resource {
    Resource {
        attributes,
        ..Default::default()
    }
}

/// Theirs as ours, attribute by attribute.
fn assert_attributes(ours: &[KeyValue], theirs: &[common::KeyValue]) {
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!(ours.key, theirs.key.as_bytes());
        let value = theirs.value.as_ref().map(as_ours);
        assert_eq!(ours.decoded(), value.and_then(|value| value.value));
    }
}

fn as_ours(value: &common::AnyValue) -> AnyValue {
    AnyValue::decode(value.encode_to_vec().as_slice()).unwrap()
}

fn assert_span(ours: &Span, theirs: &their_trace::Span) {
    assert_eq!(ours.trace_id, theirs.trace_id);
    assert_eq!(ours.span_id, theirs.span_id);
    assert_eq!(ours.parent_span_id, theirs.parent_span_id);
    assert_eq!(ours.name, theirs.name.as_bytes());
    assert_eq!(ours.kind, theirs.kind);
    assert_eq!(ours.start_time_unix_nano, theirs.start_time_unix_nano);
    assert_eq!(ours.end_time_unix_nano, theirs.end_time_unix_nano);
    assert_attributes(&ours.attributes, &theirs.attributes);
    assert_eq!(ours.events.len(), theirs.events.len());
    for (ours, theirs) in ours.events.iter().zip(&theirs.events) {
        assert_eq!(ours.name, theirs.name.as_bytes());
        assert_attributes(&ours.attributes, &theirs.attributes);
    }
    let status = |message: &[u8], code| (message.to_vec(), code);
    assert_eq!(
        ours.status
            .as_ref()
            .map(|found| status(&found.message, found.code)),
        theirs
            .status
            .as_ref()
            .map(|found| status(found.message.as_bytes(), found.code)),
    );
}

fn assert_record(ours: &LogRecord, theirs: &their_logs::LogRecord) {
    assert_eq!(ours.time_unix_nano, theirs.time_unix_nano);
    assert_eq!(ours.observed_time_unix_nano, theirs.observed_time_unix_nano);
    assert_eq!(ours.severity_number, theirs.severity_number);
    let their_body = theirs.body.as_ref().map(as_ours);
    assert_eq!(
        ours.body.as_ref().and_then(decoded),
        their_body.and_then(|body| body.value)
    );
    assert_eq!(ours.trace_id, theirs.trace_id);
    assert_eq!(ours.span_id, theirs.span_id);
    assert_eq!(ours.event_name, theirs.event_name.as_bytes());
    assert_attributes(&ours.attributes, &theirs.attributes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn spans_are_what_the_oracle_wrote(spans in vec(their_span(), 0..4), about in attributes()) {
        let scope = common::InstrumentationScope { name: "s".to_owned(), version: "1".to_owned(), ..Default::default() };
        let theirs = ExportTraceServiceRequest {
            resource_spans: vec![their_trace::ResourceSpans {
                resource: Some(resource(about)),
                scope_spans: vec![their_trace::ScopeSpans { scope: Some(scope), spans, ..Default::default() }],
                ..Default::default()
            }],
        };
        let protobuf = traces(&theirs.encode_to_vec().into(), Encoding::Protobuf).unwrap();
        let json = serde_json::to_vec(&theirs).unwrap();
        let json = traces(&Bytes::from(json), Encoding::Json).unwrap();
        prop_assert!(protobuf == json);
        let ours = &protobuf.0.resource_spans[0];
        let theirs = &theirs.resource_spans[0];
        assert_attributes(&ours.resource.as_ref().unwrap().attributes, &theirs.resource.as_ref().unwrap().attributes);
        let scope = ours.scope_spans[0].scope.as_ref().unwrap();
        prop_assert_eq!((&*scope.name, &*scope.version), (b"s".as_slice(), b"1".as_slice()));
        for (ours, theirs) in ours.scope_spans[0].spans.iter().zip(&theirs.scope_spans[0].spans) {
            assert_span(ours, theirs);
        }
    }

    #[test]
    fn log_records_are_what_the_oracle_wrote(records in vec(their_record(), 0..4), about in attributes()) {
        let theirs = ExportLogsServiceRequest {
            resource_logs: vec![their_logs::ResourceLogs {
                resource: Some(resource(about)),
                scope_logs: vec![their_logs::ScopeLogs { log_records: records, ..Default::default() }],
                ..Default::default()
            }],
        };
        let protobuf = logs(&theirs.encode_to_vec().into(), Encoding::Protobuf).unwrap();
        let json = serde_json::to_vec(&theirs).unwrap();
        let json = logs(&Bytes::from(json), Encoding::Json).unwrap();
        prop_assert!(protobuf == json);
        let ours = &protobuf.0.resource_logs[0].scope_logs[0].log_records;
        let theirs = &theirs.resource_logs[0].scope_logs[0].log_records;
        prop_assert_eq!(ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert_record(ours, theirs);
        }
    }
}
