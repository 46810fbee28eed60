//! What one caller may ask for: beyond it the answer is 429, and what was acknowledged before is there.

use std::num::NonZeroU32;

use logs_domain::TenantId;
use logs_keys::Role;
use logs_server::Rates;
use tonic::Code;

use super::grpc::{TRACES, call, connect, traces};
use super::support::{RUN, guarded, header, post, raw, status};

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

/// A run with another id.
fn run(id: usize) -> String {
    RUN.replace("\"r\"", &format!("\"r{id}\""))
}

#[tokio::test]
async fn a_key_beyond_its_rate_is_told_when_to_come_back() {
    let rates = Rates {
        key_requests: number(1),
        key_burst: number(3),
        ..Rates::DEFAULT
    };
    let server = guarded(|options| options.rates = rates).await;
    let address = server.running.address;
    let key = server.key("acme", &[Role::Ingest]).await;
    let other = server.key("acme", &[Role::Ingest]).await;
    let append = async |key: &str, id: usize| {
        let headers = [("authorization", key), ("content-type", "application/json")];
        post(address, "/api/v1/records", &headers, run(id).as_bytes()).await
    };
    let mut acknowledged = 0;
    let mut refused = String::new();
    // The allowance grows by one a second, so a slow machine may get some more.
    for id in 0..1_000 {
        let answer = append(&key, id).await;
        if status(&answer) != 200 {
            refused = answer;
            break;
        }
        acknowledged += 1;
    }
    assert!(acknowledged >= 3);
    assert_eq!(status(&refused), 429, "{refused}");
    let seconds = header(&refused, "retry-after").unwrap();
    assert!((1..=2).contains(&seconds.parse().unwrap()), "{seconds}");
    assert!(refused.contains("key_requests") && refused.contains("too-many-requests"));
    // Another key of the tenant has a rate of its own, and everything that was acknowledged is there.
    assert_eq!(status(&append(&other, 5_000).await), 200);
    let acme = TenantId::new("acme").unwrap();
    assert_eq!(server.running.runs_of(&acme).await, acknowledged + 1);
    let metrics = server.running.metrics().await;
    let line = "logs_limited_requests_total{limit=\"KeyRequests\"} 1";
    assert!(metrics.contains(line), "{metrics}");
    server.running.end().await;
}

#[tokio::test]
async fn grpc_beyond_the_rate_is_told_when_to_come_back() {
    let rates = Rates {
        key_requests: number(1),
        key_burst: number(1),
        ..Rates::DEFAULT
    };
    let server = guarded(|options| options.rates = rates).await;
    let key = server.key("acme", &[Role::Ingest]).await;
    let channel = connect(server.running.address).await;
    let export = async || {
        let metadata = [("authorization", key.as_str())];
        call(channel.clone(), TRACES, &metadata, traces()).await
    };
    export().await.unwrap();
    let mut refused = None;
    while refused.is_none() {
        refused = export().await.err();
    }
    let refused = refused.unwrap();
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused}");
    let details = String::from_utf8_lossy(refused.details());
    assert!(
        details.contains("type.googleapis.com/google.rpc.RetryInfo"),
        "{details}"
    );
    server.running.end().await;
}

#[tokio::test]
async fn a_tenant_beyond_its_rate_stores_nothing_more() {
    let rates = Rates {
        tenant_items: number(1),
        ..Rates::DEFAULT
    };
    let server = guarded(|options| options.rates = rates).await;
    let address = server.running.address;
    let key = server.key("acme", &[Role::Ingest]).await;
    let other = server.key("other", &[Role::Ingest]).await;
    let send = async |key: &str, path: &str, media_type: &str, body: &[u8]| {
        let headers = [("authorization", key), ("content-type", media_type)];
        post(address, path, &headers, body).await
    };
    // The largest request takes the whole allowance. Seconds pass, so send what uses it up.
    let lines: Vec<String> = (0..10_000).map(run).collect();
    let lines = lines.join("\n");
    let ndjson = "application/x-ndjson";
    let stored = send(&key, "/api/v1/records", ndjson, lines.as_bytes()).await;
    assert_eq!(status(&stored), 200, "{stored}");
    let again = send(&key, "/api/v1/records", ndjson, lines.as_bytes()).await;
    assert_eq!(status(&again), 429, "{again}");
    assert!(again.contains("tenant_items"), "{again}");
    // Another tenant has an allowance of its own.
    let protobuf = "application/x-protobuf";
    let stored = send(&other, "/v1/traces", protobuf, &traces()).await;
    assert_eq!(status(&stored), 200, "{stored}");
    server.running.end().await;
}

#[tokio::test]
async fn guesses_of_keys_are_slowed_down_and_valid_keys_are_not() {
    let rates = Rates {
        failed_keys: number(2),
        ..Rates::DEFAULT
    };
    let server = guarded(|options| options.rates = rates).await;
    let address = server.running.address;
    let key = server.key("acme", &[Role::Read]).await;
    let ask = async |key: &str| {
        raw(
            address,
            format!("GET /api/v1/runs HTTP/1.0\r\nauthorization: {key}\r\n\r\n"),
        )
        .await
    };
    let mut answers = Vec::new();
    while answers.last() != Some(&429) && answers.len() < 100 {
        answers.push(status(&ask("Bearer guess").await));
    }
    assert!(answers.len() > 2, "{answers:?}");
    let (last, before) = answers.split_last().unwrap();
    assert!(
        *last == 429 && before.iter().all(|status| *status == 401),
        "{answers:?}"
    );
    // The key of another client behind the same address works, and so do routes without keys.
    assert_eq!(status(&ask(&key).await), 200);
    let document = raw(address, "GET /api/v1/openapi.json HTTP/1.0\r\n\r\n").await;
    assert_eq!(status(&document), 200);
    server.running.end().await;
}
