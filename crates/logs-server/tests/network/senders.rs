//! Spans as senders write them, or as other services misread them. `docs/public-bugs.md` names the cases.

use std::io::Write;
use std::net::SocketAddr;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Value, json};
use tonic::Code;

use super::grpc::{export, field, text, traces, traces_with};
use super::support::{post, raw, start, status};

const JSON: (&str, &str) = ("content-type", "application/json");

fn attribute(key: &str, value: Value) -> Value {
    json!({"key": key, "value": value})
}

fn int(key: &str, number: i64) -> Value {
    attribute(key, json!({"intValue": number.to_string()}))
}

fn words(key: &str, text: &str) -> Value {
    attribute(key, json!({"stringValue": text}))
}

/// A span of a call of a model, without a kind, and with these attributes.
fn call(attributes: Vec<Value>) -> Value {
    let mut all = vec![
        words("gen_ai.operation.name", "chat"),
        words("gen_ai.provider.name", "openai"),
        words("gen_ai.response.model", "m"),
    ];
    all.extend(attributes);
    json!({
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "00000000000000a1",
        "name": "chat m",
        "startTimeUnixNano": "1772445600000000000",
        "endTimeUnixNano": "1772445601000000000",
        "attributes": all,
    })
}

async fn send(address: SocketAddr, spans: Vec<Value>) -> String {
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string();
    post(address, "/v1/traces", &[JSON], body.as_bytes()).await
}

/// The runs of a server, and the sums of their usage.
async fn runs(address: SocketAddr) -> (Vec<Value>, Value) {
    let ask = async |path: &str| -> Value {
        let answer = raw(address, format!("GET {path} HTTP/1.0\r\n\r\n")).await;
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap()
    };
    let page = ask("/api/v1/runs").await;
    let records = page["items"].as_array().unwrap().iter();
    let records = records.map(|item| item["record"].clone()).collect();
    (records, ask("/api/v1/usage").await["groups"][0].clone())
}

#[tokio::test]
async fn tokens_are_those_that_the_sender_counted() {
    let input = "gen_ai.usage.input_tokens";
    let cached = "gen_ai.usage.cache_read.input_tokens";
    let malformed = attribute(input, json!({"stringValue": "many"}));
    let absent = attribute(input, json!({"doubleValue": null}));
    for (case, attributes, expected) in [
        (
            "inclusive",
            vec![int(input, 130_213), int(cached, 130_048)],
            json!(130_213),
        ),
        (
            "a written cache",
            vec![
                int(input, 100),
                int("gen_ai.usage.cache_write.input_tokens", 30),
            ],
            json!(100),
        ),
        (
            "exclusive",
            vec![int(input, 10), int(cached, 1_000)],
            json!(1_010),
        ),
        (
            "a number",
            vec![attribute(input, json!({"intValue": 25}))],
            json!(25),
        ),
        (
            "a text",
            vec![attribute(input, json!({"stringValue": "25"}))],
            json!(25),
        ),
        (
            "malformed",
            vec![malformed, int("gen_ai.usage.prompt_tokens", 7)],
            json!(7),
        ),
        ("zero", vec![int(input, 0)], json!(0)),
        ("not a number", vec![absent], Value::Null),
        (
            "no value",
            vec![json!({"key": input}), json!({"key": input, "value": {}})],
            Value::Null,
        ),
    ] {
        let server = start(|_| {}).await;
        let answer = send(server.address, vec![call(attributes)]).await;
        assert!(
            status(&answer) == 200 && answer.ends_with("{}"),
            "{case}: {answer}"
        );
        let (runs, _) = runs(server.address).await;
        assert_eq!(runs[0]["input_tokens"], expected, "{case}: {}", runs[0]);
        server.end().await;
    }
}

#[tokio::test]
async fn an_agent_and_its_call_are_counted_once() {
    let server = start(|_| {}).await;
    let usage = || vec![int("gen_ai.usage.input_tokens", 25)];
    let mut agent = call(usage());
    agent["attributes"][0] = words("gen_ai.operation.name", "invoke_agent");
    agent["spanId"] = json!("00000000000000b1");
    let mut inner = call(usage());
    inner["parentSpanId"] = agent["spanId"].clone();
    let answer = send(server.address, vec![agent, inner]).await;
    assert!(answer.ends_with("{}"), "{answer}");
    let (runs, sums) = runs(server.address).await;
    assert_eq!((runs.len(), &sums["input_tokens"]), (1, &json!(25)));
    server.end().await;
}

#[tokio::test]
async fn litellm_names_its_calls_in_its_own_way() {
    let server = start(|_| {}).await;
    let mut span = call(vec![words("gen_ai.request.model", "gpt-4o")]);
    span["attributes"][0] = words("gen_ai.operation.name", "acompletion");
    span["attributes"][2] = words("gen_ai.response.model", "");
    let answer = send(server.address, vec![span]).await;
    assert!(answer.ends_with("{}"), "{answer}");
    let (runs, _) = runs(server.address).await;
    assert_eq!(runs[0]["model"], "gpt-4o");
    server.end().await;
}

#[tokio::test]
async fn a_span_that_is_wrong_takes_no_other_with_it() {
    let server = start(|_| {}).await;
    let mut killed = call(Vec::new());
    killed["endTimeUnixNano"] = json!("0");
    killed["spanId"] = json!("00000000000000b1");
    let mut encoded = call(Vec::new());
    encoded["spanId"] = json!("AAAAAAAAAKE=");
    let mut nul = call(vec![words("gen_ai.conversation.id", "a\u{0}b")]);
    nul["spanId"] = json!("00000000000000b2");
    let answer = send(server.address, vec![killed, encoded, nul, call(Vec::new())]).await;
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(answer.contains("\"rejectedSpans\":\"3\""), "{answer}");
    assert!(
        answer.contains("endTimeUnixNano") && answer.contains("16 hex"),
        "{answer}"
    );
    // Bytes that are no UTF-8, where nobody reads them.
    let odd = traces_with(&field(
        9,
        &[field(1, b"k"), field(2, &field(1, b"\xff\xfe"))].concat(),
    ));
    export(server.address, odd).await.unwrap();
    server.end().await;
}

#[tokio::test]
async fn bodies_come_in_every_encoding_of_exporters() {
    let server = start(|_| {}).await;
    let mut deflate = ZlibEncoder::new(Vec::new(), Compression::default());
    deflate.write_all(&traces()).unwrap();
    let deflated = deflate.finish().unwrap();
    let protobuf = ("content-type", "application/x-protobuf");
    for (encoding, body, expected) in [
        ("identity", traces(), 200),
        ("deflate", deflated, 200),
        (
            "zstd",
            zstd::encode_all(traces().as_slice(), 0).unwrap(),
            200,
        ),
        ("br", traces(), 415),
        ("gzip, gzip", traces(), 415),
    ] {
        let headers = [protobuf, ("content-encoding", encoding)];
        let answer = post(server.address, "/v1/traces", &headers, &body).await;
        assert_eq!(status(&answer), expected, "{encoding}: {answer}");
    }
    assert_eq!(server.runs().await, 1);
    server.end().await;
}

#[tokio::test]
async fn both_doors_take_32_mebibytes_and_name_the_limit_beyond() {
    let server = start(|_| {}).await;
    let attribute = text("padding", &"x".repeat(1 << 20));
    let large = traces_with(&attribute.repeat(31));
    let huge = traces_with(&attribute.repeat(32));
    export(server.address, large.clone()).await.unwrap();
    let refused = export(server.address, huge.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused}");
    assert!(refused.message().contains("33554432"), "{refused}");
    let protobuf = [("content-type", "application/x-protobuf")];
    let answer = post(server.address, "/v1/traces", &protobuf, &large).await;
    assert_eq!(status(&answer), 200, "{answer}");
    let answer = post(server.address, "/v1/traces", &protobuf, &huge).await;
    assert!(
        status(&answer) == 413 && answer.contains("33554432"),
        "{answer}"
    );
    assert_eq!(server.runs().await, 1);
    server.end().await;
}
