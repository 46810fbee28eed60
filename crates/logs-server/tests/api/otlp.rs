//! OTLP over HTTP.

use std::path::{Path, PathBuf};

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::service::{Answer, Service};

const TRACES: &str = "/v1/traces";
const JSON: &str = "application/json";

/// A span of a call of a model, as an exporter writes it.
fn span(span_id: &str, input_tokens: u32) -> Value {
    json!({
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": span_id,
        "name": "chat m",
        "kind": 3,
        "startTimeUnixNano": "1772445600000000000",
        "endTimeUnixNano": "1772445601000000000",
        "attributes": [
            {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
            {"key": "gen_ai.provider.name", "value": {"stringValue": "openai"}},
            {"key": "gen_ai.response.model", "value": {"stringValue": "m"}},
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": input_tokens.to_string()}},
            {"key": "gen_ai.usage.output_tokens", "value": {"intValue": 7}},
        ],
    })
}

fn request(spans: &[Value]) -> String {
    json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string()
}

async fn export(service: &Service, path: &str, body: &str) -> Answer {
    service.send(Method::POST, path, Some((JSON, body))).await
}

async fn usage(service: &Service) -> Value {
    service
        .get("/api/v1/usage?by=provider,model,status")
        .await
        .json()
}

#[tokio::test]
async fn spans_become_records_and_a_second_sending_changes_nothing() {
    let service = Service::empty();
    let body = request(&[span("00000000000000a1", 25), span("00000000000000a2", 5)]);
    for path in [TRACES, "/api/public/otel/v1/traces", TRACES] {
        let answer = export(&service, path, &body).await;
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (StatusCode::OK, "{}"),
            "{path}"
        );
        assert_eq!(answer.header("content-type"), JSON);
        let sums = &usage(&service).await["groups"][0];
        assert_eq!(
            (&sums["runs"], &sums["input_tokens"]),
            (&json!(2), &json!(30)),
            "{path}"
        );
    }
    let id = "5b8efff798038103d269b633813fc60c";
    let tree = service.get(&format!("/api/v1/trace?id={id}")).await.json();
    assert_eq!(tree["steps"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn other_content_of_a_span_is_refused_and_the_rest_is_stored() {
    let service = Service::empty();
    export(&service, TRACES, &request(&[span("00000000000000a1", 25)])).await;
    let changed = request(&[span("00000000000000a1", 99), span("00000000000000a2", 5)]);
    let answer = export(&service, TRACES, &changed).await;
    assert_eq!(answer.status, StatusCode::OK);
    let partial = &answer.json()["partialSuccess"];
    assert_eq!(partial["rejectedSpans"], "1");
    assert!(
        partial["errorMessage"].as_str().unwrap().contains("span 0"),
        "{partial}"
    );
    assert_eq!(usage(&service).await["groups"][0]["input_tokens"], 30);
}

#[tokio::test]
async fn a_request_of_which_nothing_is_right_is_refused_in_its_encoding() {
    let service = Service::empty();
    let mut wrong = span("00000000000000a1", 25);
    wrong["traceId"] = json!("W47/95gDgQPSabYzgT/GDA==");
    for (path, body, status, word) in [
        (TRACES, request(&[wrong]), StatusCode::BAD_REQUEST, "32"),
        (
            TRACES,
            "{\"resource_spans\":[]}".to_owned(),
            StatusCode::BAD_REQUEST,
            "resourceSpans",
        ),
        (
            TRACES,
            "{\"resourceLogs\":[]}".to_owned(),
            StatusCode::BAD_REQUEST,
            "/v1/logs",
        ),
        (TRACES, "{".to_owned(), StatusCode::BAD_REQUEST, "OTLP"),
        (
            "/v1/logs",
            request(&[span("00000000000000a1", 1)]),
            StatusCode::BAD_REQUEST,
            "/v1/traces",
        ),
    ] {
        let answer = export(&service, path, &body).await;
        assert_eq!(answer.status, status, "{body}");
        assert_eq!(answer.header("content-type"), JSON);
        let error = answer.json();
        assert_eq!(error["code"], 3);
        assert!(
            error["message"].as_str().unwrap().contains(word),
            "{error} {word}"
        );
    }
    let protobuf = [("content-type", "application/x-protobuf")];
    let answer = service
        .send_with(Method::POST, TRACES, &protobuf, b"\xff\xff".to_vec())
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.header("content-type"), "application/x-protobuf");
    assert_eq!(usage(&service).await["groups"], json!([]));
}

#[tokio::test]
async fn an_exporter_that_is_set_up_wrongly_learns_why() {
    let service = Service::empty();
    let doubled = export(&service, "/v1/traces/v1/traces", "{}").await;
    assert_eq!(doubled.status, StatusCode::NOT_FOUND);
    assert!(doubled.json()["detail"].as_str().unwrap().contains("twice"));
    let text = service
        .send(Method::POST, TRACES, Some(("text/plain", "{}")))
        .await;
    assert_eq!(text.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let get = service.get(TRACES).await;
    assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED);
    // An empty export is fine, and so is a media type with parameters.
    for (path, media_type, body) in [
        (TRACES, "application/json; charset=utf-8", "{}"),
        (TRACES, "application/x-protobuf", ""),
        ("/v1/metrics", JSON, "{}"),
        ("/v1/logs", JSON, "{}"),
    ] {
        let answer = service
            .send(Method::POST, path, Some((media_type, body)))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{path} {media_type}");
    }
}

#[tokio::test]
async fn a_service_without_room_says_when_to_come_back() {
    let service = Service::with(|options| options.ingest = options.ingest.clone().queue(1, 10));
    let answer = export(&service, TRACES, &request(&[span("00000000000000a1", 25)])).await;
    assert_eq!(
        answer.status,
        StatusCode::PAYLOAD_TOO_LARGE,
        "it never fits"
    );
    let service = Service::with(|options| options.body_bytes = 100);
    let answer = export(&service, TRACES, &request(&[span("00000000000000a1", 25)])).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    service.close().await;
    let answer = export(&service, TRACES, "{}").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.json()["code"], 14);
}

/// Bodies that real clients sent, where they are at hand.
fn bodies() -> Vec<(PathBuf, Value)> {
    fn gather(folder: &Path, found: &mut Vec<(PathBuf, Value)>) {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return;
        };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                gather(&path, found);
            } else if name.contains(".body.") {
                let (stem, _) = name.split_once(".body.").unwrap();
                let head = path.with_file_name(format!("{stem}.request.json"));
                let head = serde_json::from_slice(&std::fs::read(head).unwrap()).unwrap();
                found.push((path, head));
            }
        }
    }
    let mut found = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/otlp");
    gather(&folder, &mut found);
    found
}

#[tokio::test]
async fn what_real_clients_sent_is_taken_and_taken_again() {
    let bodies = bodies();
    if bodies.is_empty() {
        println!("skipped: the bodies of real clients are not at hand");
        return;
    }
    let service = Service::empty();
    let mut before = Value::Null;
    for round in 0..2 {
        for (file, head) in &bodies {
            if head["transport"] == "grpc" {
                continue;
            }
            let headers = head["headers"].as_object().unwrap().iter();
            let headers: Vec<(&str, &str)> = headers
                .filter(|(name, _)| name.to_ascii_lowercase().starts_with("content-"))
                .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
                .collect();
            let body = std::fs::read(file).unwrap();
            let path = head["path"].as_str().unwrap();
            let answer = service.send_with(Method::POST, path, &headers, body).await;
            assert_eq!(
                answer.status,
                StatusCode::OK,
                "{} round {round}",
                file.display()
            );
        }
        let sums = usage(&service).await;
        assert!(sums["groups"].as_array().unwrap().len() > 10);
        if round > 0 {
            assert_eq!(sums, before, "a second sending changes nothing");
        }
        before = sums;
    }
}
