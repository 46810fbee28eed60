//! The API over the memory store, request by request.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests fail as tests do"
)]

mod exports;
mod keys;
mod otlp;
mod reads;
mod records;
mod service;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use service::Service;

#[tokio::test]
async fn a_list_goes_both_ways_by_its_links() {
    let service = Service::empty();
    for number in 0..5 {
        service.append(&service::run(&format!("r{number}"))).await;
    }
    let first = service.get("/api/v1/runs?limit=2&provider=p").await;
    let page = first.json();
    let ids = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| item["record"]["run_id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(&page), ["r4", "r3"]);
    assert_eq!(page["total"], json!({"exact": 5}));
    assert_eq!(page["previous"], Value::Null);
    assert!(page["complete_until"].is_string());
    assert_eq!(first.header("cache-control"), "no-store");

    let next = service::link(first.header("link"), "next").unwrap();
    let second = service.get(&next).await;
    assert_eq!(ids(&second.json()), ["r2", "r1"]);
    let back = service::link(second.header("link"), "prev").unwrap();
    assert_eq!(ids(&service.get(&back).await.json()), ["r4", "r3"]);

    let other = page["next"].as_str().unwrap();
    let foreign = service.get(&format!("/api/v1/traces?after={other}")).await;
    assert_eq!(foreign.status, StatusCode::BAD_REQUEST);
    let oldest = service
        .get("/api/v1/runs?limit=1&order=oldest_first")
        .await
        .json();
    assert_eq!(ids(&oldest), ["r0"]);
}

#[tokio::test]
async fn every_filter_of_a_list_is_a_parameter() {
    let service = Service::filled().await;
    for (path, found) in [
        (
            "/api/v1/runs?run_id=r%2F1&model=m&is_synthetic=false&created_from=2020-01-01T00:00:00Z",
            1,
        ),
        ("/api/v1/runs?execution_status=FAILED", 0),
        ("/api/v1/traces?trace_id=t", 1),
        ("/api/v1/steps?trace_id=t", 0),
        ("/api/v1/system?component=api", 1),
        ("/api/v1/audit?entity_type=LIMIT&actor_type=HUMAN", 1),
        ("/api/v1/governance?run_id=r%2F1", 1),
        ("/api/v1/exports?status=pending", 0),
        ("/api/v1/audit/access", 0),
        ("/api/v1/run/governance?id=r%2F1", 1),
        ("/api/v1/system/correlated?correlation_id=c", 1),
    ] {
        let answer = service.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        let count = answer.json()["items"].as_array().unwrap().len();
        assert_eq!(count, found, "{path}");
    }
    let wrong = service.get("/api/v1/runs?execution_status=ok").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let error = &wrong.json()["errors"][0];
    assert_eq!(error["field"], "execution_status");
    assert_eq!(error["value"], "ok");
    let unknown = service.get("/api/v1/runs?modle=m").await;
    assert_eq!(unknown.json()["errors"][0]["value"], "modle");
}

#[tokio::test]
async fn single_records_are_tagged_and_what_is_missing_is_not_found() {
    let service = Service::filled().await;
    let path = "/api/v1/audit/entry?id=00000000-0000-7000-8000-000000000011";
    let entry = service.get(path).await;
    assert_eq!(entry.json()["evidence"]["actor"]["actor_id"], "ada");
    assert!(entry.header("cache-control").ends_with("immutable"));
    let tag = entry.header("etag").to_owned();
    let again = service
        .get_with(path, &[("if-none-match", &format!("\"x\", W/{tag}"))])
        .await;
    assert_eq!(
        (again.status, again.text().as_str()),
        (StatusCode::NOT_MODIFIED, "")
    );
    assert_eq!(
        service
            .get_with(path, &[("if-none-match", "\"x\"")])
            .await
            .status,
        StatusCode::OK
    );

    let run = service.get("/api/v1/run?id=r%2F1").await;
    assert_eq!(run.header("cache-control"), "private, no-cache");
    for path in [
        "/api/v1/run?id=..",
        "/api/v1/run/trace?id=x",
        "/api/v1/run/replay?id=x",
        "/api/v1/run/environment?id=x",
        "/api/v1/run/telemetry?id=x",
        "/api/v1/trace?id=x",
        "/api/v1/system/record?id=00000000-0000-7000-8000-000000000099",
        "/api/v1/system/attribution?id=00000000-0000-7000-8000-000000000099",
        "/api/v1/audit/entry?id=00000000-0000-7000-8000-000000000099",
        "/api/v1/export?id=00000000-0000-7000-8000-000000000099",
        "/api/v1/nothing",
        "/",
    ] {
        let answer = service.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.json()["status"], 404, "{path}");
    }
    let without = service.get("/api/v1/run").await;
    assert_eq!(without.status, StatusCode::BAD_REQUEST);
    let deleted = service.send(Method::DELETE, "/api/v1/run?id=r", None).await;
    assert_eq!(deleted.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn what_belongs_to_a_run_is_a_route_each() {
    let service = Service::filled().await;
    let id = "id=r%2F1";
    let run = service.get(&format!("/api/v1/run?{id}")).await.json();
    assert_eq!(run["trace_id"], "t");
    let trace = service.get(&format!("/api/v1/run/trace?{id}")).await.json();
    assert_eq!(trace["header"]["record"]["run_id"], "r/1");
    let replay = service
        .get(&format!("/api/v1/run/replay?{id}&seconds=3600"))
        .await
        .json();
    assert_eq!(replay["items"].as_array().unwrap().len(), 2);
    assert_eq!(replay["moment"], "2026-03-02T10:00:00.000000Z");
    let wide = service
        .get(&format!("/api/v1/run/replay?{id}&seconds=3601"))
        .await;
    assert_eq!(wide.status, StatusCode::BAD_REQUEST);
    let around = service
        .get(&format!("/api/v1/run/environment?{id}"))
        .await
        .json();
    assert_eq!(around["last_changes"].as_array().unwrap().len(), 1);
    let known = service
        .get(&format!("/api/v1/run/telemetry?{id}"))
        .await
        .json();
    assert!(
        known["unknown"]
            .as_array()
            .unwrap()
            .contains(&json!("input_tokens"))
    );
    let usage = service
        .get("/api/v1/usage?by=model,day&provider=p")
        .await
        .json();
    assert_eq!(usage["groups"][0]["runs"], 1);
    assert_eq!(usage["groups"][0]["key"]["model"], "m");
    for wrong in ["colour", "", "day,", ",day"] {
        let refused = service.get(&format!("/api/v1/usage?by={wrong}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert_eq!(refused.json()["errors"][0]["field"], "by", "{wrong}");
    }
}

#[tokio::test]
async fn every_answer_has_the_id_of_its_request() {
    let service = Service::empty();
    let own = service
        .get_with("/api/v1/runs", &[("x-request-id", "my-request")])
        .await;
    assert_eq!(own.header("x-request-id"), "my-request");
    for unusable in ["", "two words", &"x".repeat(129)] {
        let made = service
            .get_with("/api/v1/nothing", &[("x-request-id", unusable)])
            .await;
        assert_eq!(made.header("x-request-id").len(), 36, "{unusable}");
    }
}

#[tokio::test]
async fn bodies_and_answers_may_be_compressed() {
    let service = Service::filled().await;
    let answer = service
        .get_with("/api/v1/openapi.json", &[("accept-encoding", "gzip")])
        .await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    let headers = [
        ("content-type", "application/json"),
        ("content-encoding", "br"),
    ];
    let body = service
        .send_with(Method::POST, "/api/v1/records", &headers, b"x".to_vec())
        .await;
    assert_eq!(body.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let headers = [
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
    ];
    let body = service
        .send_with(Method::POST, "/api/v1/records", &headers, b"x".to_vec())
        .await;
    assert_eq!(body.status, StatusCode::BAD_REQUEST);
    assert!(
        body.json()["detail"]
            .as_str()
            .unwrap()
            .contains("decompressed")
    );
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_with_the_limit() {
    let service = Service::with(|options| options.body_bytes = 1_000);
    let large = format!("[{}]", " ".repeat(1_000));
    let body = Some(("application/json", large.as_str()));
    let answer = service.send(Method::POST, "/api/v1/records", body).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(
        answer.json()["detail"]
            .as_str()
            .unwrap()
            .contains("1000 bytes")
    );
}

/// Compares the description with the committed file; `LOGS_WRITE_DOCUMENT=1` writes it.
#[test]
fn the_committed_description_is_that_of_the_routes() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let text = serde_json::to_string_pretty(&logs_server::openapi()).unwrap() + "\n";
    if std::env::var_os("LOGS_WRITE_DOCUMENT").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap();
    assert!(
        committed == text,
        "write it again with LOGS_WRITE_DOCUMENT=1"
    );
}

#[test]
fn the_description_holds_every_route_with_its_parameters() {
    let document = logs_server::openapi();
    let parameters = |path: &str| -> Vec<String> {
        let listed = document["paths"][path]["get"]["parameters"]
            .as_array()
            .unwrap()
            .iter();
        listed
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let runs = parameters("/api/v1/runs");
    for name in logs_domain::LlmRunFilter::NAMES {
        assert!(runs.iter().any(|known| known == name), "{name}");
    }
    assert_eq!(parameters("/api/v1/run"), ["id"]);
    assert!(document["paths"]["/api/v1/records"]["post"]["requestBody"].is_object());
    let run = &document["components"]["schemas"]["llm_run"]["properties"];
    assert_eq!(run["execution_status"]["enum"].as_array().unwrap().len(), 4);
    let step = &document["components"]["schemas"]["trace_step"]["properties"];
    assert!(step["key"].is_object() && step["parent"].is_object() && step["span_id"].is_null());
}
