//! Appends.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::service::{RECORDS, Service};

#[tokio::test]
async fn records_are_appended_once_and_each_has_an_outcome() {
    let service = Service::empty();
    let lines = ("application/x-ndjson", RECORDS);
    let first = service
        .send(Method::POST, "/api/v1/records", Some(lines))
        .await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text());
    let appended = first.json();
    assert_eq!(appended["stored"], 4);
    assert_eq!(appended["records"][0]["kind"], "llm_run");
    assert_eq!(appended["records"][0]["outcome"], "stored");

    let again = service
        .send(Method::POST, "/api/v1/records", Some(lines))
        .await
        .json();
    assert_eq!(
        (&again["stored"], &again["already_stored"]),
        (&json!(0), &json!(4))
    );
    assert_eq!(
        again["records"][0]["created_at"],
        appended["records"][0]["created_at"]
    );

    let changed = RECORDS
        .lines()
        .next()
        .unwrap()
        .replace("\"m\"", "\"other\"");
    let changed = ("application/json; charset=utf-8", changed.as_str());
    let refused = service
        .send(Method::POST, "/api/v1/records", Some(changed))
        .await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.json()["write_outcome"], "not_applied");
    let skip = "/api/v1/records?on_conflict=skip";
    let skipped = service.send(Method::POST, skip, Some(changed)).await.json();
    assert_eq!(skipped["conflict"], 1);
    assert_eq!(
        service.get("/api/v1/run?id=r%2F1").await.json()["record"]["model"],
        "m"
    );
}

#[tokio::test]
async fn a_body_that_holds_no_records_is_refused_by_its_place() {
    let service = Service::empty();
    let post = async |body| {
        service
            .send(Method::POST, "/api/v1/records", Some(body))
            .await
    };
    let wrong = post(("application/json", r#"[{"llm_run":{}},7]"#)).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert_eq!(wrong.json()["errors"][0]["field"], "records[0]");
    for (media_type, body, status) in [
        ("application/json", "", StatusCode::BAD_REQUEST),
        ("application/json", "[]", StatusCode::BAD_REQUEST),
        ("application/json", "[", StatusCode::BAD_REQUEST),
        ("application/x-ndjson", "\n\n", StatusCode::BAD_REQUEST),
        ("text/plain", "{}", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("", "{}", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let answer = post((media_type, body)).await;
        assert_eq!(answer.status, status, "{media_type} {body}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    let key = r#"{"audit_entry":{"id":"00000000-0000-7000-8000-000000000001","event_type":"ApiKeyIssued",
        "entity_type":"API_KEY","entity_id":"k","actor_type":"HUMAN"}}"#;
    assert_eq!(
        post(("application/json", key)).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        service.get("/api/v1/audit").await.json()["items"],
        json!([])
    );
}
