//! Feeds, and the entries about reads.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::service::{self, RECORDS, Service};

#[tokio::test]
async fn a_feed_goes_on_where_its_reader_stopped() {
    let service = Service::empty();
    let mut names = Vec::new();
    let mut from = String::new();
    for round in 0..4 {
        for number in 0..3 {
            service
                .append(&service::run(&format!("r{round}{number}")))
                .await;
        }
        service.settle().await;
        loop {
            let answer = service
                .get(&format!("/api/v1/feed?kind=llm_run&limit=2{from}"))
                .await;
            assert_eq!(answer.header("content-type"), "application/x-ndjson");
            let text = answer.text();
            for line in text.lines() {
                let item: Value = serde_json::from_str(line).unwrap();
                names.push(item["record"]["run_id"].as_str().unwrap().to_owned());
                from = format!("&from={}", item["cursor"].as_str().unwrap());
            }
            if text.is_empty() {
                let link = service::link(answer.header("link"), "next").unwrap();
                assert!(link.ends_with(&from), "{link}");
                break;
            }
        }
    }
    let all = (0..4).flat_map(|round| (0..3).map(move |number| format!("r{round}{number}")));
    assert!(names.iter().cloned().eq(all), "{names:?}");
    for kind in ["trace", "trace_step", "system_record", "log_export"] {
        let answer = service.get(&format!("/api/v1/feed?kind={kind}")).await;
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (StatusCode::OK, ""),
            "{kind}"
        );
    }
    // Each read of a feed is an audit entry, but that of nothing but such entries is not: the feed ends.
    service.settle().await;
    let own = service.get("/api/v1/feed?kind=audit_entry").await.text();
    assert_eq!(own.lines().count(), 8, "two answers with runs a round");
    service.settle().await;
    assert_eq!(
        service.get("/api/v1/feed?kind=audit_entry").await.text(),
        own
    );
    let outcome = service.get("/api/v1/feed?kind=log_export_outcome").await;
    assert_eq!(outcome.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_feed_gives_events_of_ocsf_with_the_same_lines_inside() {
    let service = Service::filled().await;
    service.settle().await;
    for (kind, type_uid) in [
        ("llm_run", 600_399),
        ("trace", 99),
        ("system_record", 600_208),
        ("audit_entry", 600_399),
    ] {
        let path = format!("/api/v1/feed?kind={kind}&limit=1");
        let own = service.get(&path).await.text();
        assert_eq!(
            service.get(&format!("{path}&format=ndjson")).await.text(),
            own
        );
        let answer = service.get(&format!("{path}&format=ocsf")).await;
        assert_eq!(answer.header("content-type"), "application/x-ndjson");
        let event = answer.text();
        assert!(event.ends_with(&format!(",\"unmapped\":{}}}\n", own.trim_end())));
        let event: Value = serde_json::from_str(&event).unwrap();
        assert_eq!(event["type_uid"], type_uid, "{kind}");
        // The reader goes on behind a line in either format.
        let cursor = event["unmapped"]["cursor"].as_str().unwrap();
        let link = service::link(answer.header("link"), "next").unwrap();
        assert!(
            link.ends_with(&format!("format=ocsf&from={cursor}")),
            "{link}"
        );
        let rest = service
            .get(&format!("{path}&format=ocsf&from={cursor}"))
            .await;
        assert!(
            !rest
                .text()
                .contains(event["metadata"]["uid"].as_str().unwrap())
        );
    }
    let refused = service.get("/api/v1/feed?kind=trace&format=cef").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let error = json!([{"field": "format", "value": "cef", "expected": "one of ndjson, ocsf"}]);
    assert_eq!(refused.json()["errors"], error);
}

#[tokio::test]
async fn who_read_what_is_an_audit_entry_each() {
    let service = Service::filled().await;
    let accesses = async || service.get("/api/v1/audit/access?limit=1000").await.json();
    let headers = [("x-request-id", "q-7")];
    service.get_with("/api/v1/run?id=r%2F1", &headers).await;
    let noted = accesses().await;
    assert_eq!(
        noted["items"].as_array().unwrap().len(),
        1,
        "before the answer"
    );
    let entry = &noted["items"][0]["record"];
    assert_eq!(entry["event_type"], "RecordsRead");
    assert_eq!(entry["entity_id"], "/run");
    let expected =
        json!({"path": "/run", "parameters": {"id": "r/1"}, "items": 1, "request_id": "q-7"});
    assert_eq!(entry["after_state"], expected);

    service.get("/api/v1/runs?model=m").await;
    service.get("/api/v1/feed?kind=llm_run").await;
    // What was not found, refused, appended or described is no read of a record.
    service.get("/api/v1/run?id=other").await;
    service.get("/api/v1/runs?limit=0").await;
    service.get("/api/v1/openapi.json").await;
    service.append(RECORDS).await;
    service.close().await;
    let noted = accesses().await;
    let paths: Vec<&str> = noted["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["record"]["entity_id"].as_str().unwrap())
        .collect();
    // Newest first. The list of entries before was a list too.
    assert_eq!(paths, ["/runs", "/audit/access", "/feed", "/run"]);
    let feed = &noted["items"][2]["record"]["after_state"];
    assert_eq!(feed["items"], 1);
}
