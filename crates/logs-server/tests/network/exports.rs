//! Exports over sockets: what a client gets, and what the store says about it afterwards.

mod client;

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use flate2::read::GzDecoder;
use logs_domain::{
    AppendBatch, AuditFilter, AuditLedgerSnapshot, Draft, EntityType, ExportStatus,
    LogExportFilter, LogExportSnapshot, LogsReader, LogsWriter, OnConflict, PageRequest,
    StoreLifecycle, TenantId,
};
use logs_keys::Role;
use logs_memory::MemoryStore;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use self::client::{Answer, begin, request, send, send_text};
use super::support::{RUN, guarded, start, tenant};

const RUNS: &str = "/api/v1/exports?scope=llm_run";

/// Stores runs of a tenant and waits until they are settled.
async fn fill(store: &MemoryStore, tenant: &TenantId, runs: usize, bytes_each: usize) {
    let attributes = format!("\"attributes\":{{\"a\":\"{}\"}},", "x".repeat(bytes_each));
    let numbers: Vec<usize> = (0..runs).collect();
    for numbers in numbers.chunks(500) {
        let run = |number: &usize| {
            let run = RUN.replace(
                "\"run_id\":\"r\",",
                &format!("\"run_id\":\"r{number}\",{attributes}"),
            );
            Draft::from_json(&run).unwrap()
        };
        let batch = AppendBatch::new(numbers.iter().map(run).collect()).unwrap();
        store
            .append(tenant, &batch, OnConflict::RejectCall)
            .await
            .unwrap();
    }
    let begun = store.settled_before(tenant).await.unwrap();
    while store.settled_before(tenant).await.unwrap() <= begun {
        tokio::task::yield_now().await;
    }
}

/// More than the buffers of a connection hold.
async fn fill_much(store: &MemoryStore, tenant: &TenantId) {
    fill(store, tenant, 2_500, 8_000).await;
}

async fn exports(store: &MemoryStore, tenant: &TenantId) -> Vec<LogExportSnapshot> {
    let (filter, page) = (LogExportFilter::default(), PageRequest::default());
    let found = store.list_log_exports(tenant, &filter, &page).await;
    found.unwrap().items
}

async fn entries(store: &MemoryStore, tenant: &TenantId) -> Vec<AuditLedgerSnapshot> {
    let filter = AuditFilter::default().entity_type(EntityType::ACCESS);
    let page = PageRequest::default();
    let found = store.list_audit_entries(tenant, &filter, &page).await;
    found.unwrap().items
}

/// The only export of the tenant, as soon as it has an outcome.
async fn ended(store: &MemoryStore, tenant: &TenantId) -> LogExportSnapshot {
    loop {
        let found = exports(store, tenant).await;
        assert_eq!(found.len(), 1);
        if found[0].status != ExportStatus::Pending {
            return found[0].clone();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_export_is_whole_recorded_and_the_same_again() {
    let server = start(|_| {}).await;
    let (store, address) = (Arc::clone(&server.store), server.address);
    // Several chunks of 64 KiB.
    fill(&store, &tenant(), 300, 1_000).await;
    let window = store.settled_before(&tenant()).await.unwrap();
    let path = format!("{RUNS}&to={window}");
    let first = send(address, "POST", &path, None).await;
    assert_eq!((first.status(), first.is_whole), (200, true));
    assert!(first.head.contains("content-type: application/x-ndjson"));
    assert!(first.head.contains("cache-control: no-store"));
    let ids = |answer: &Answer| -> Vec<String> {
        let lines = answer
            .body
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        let lines = lines.map(|line| serde_json::from_slice::<Value>(line).unwrap());
        lines
            .map(|line| line["llm_run"]["run_id"].as_str().unwrap().to_owned())
            .collect()
    };
    let mut found = ids(&first);
    assert_eq!(found.len(), 300);
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 300, "each once");

    // The outcome was stored before the body ended.
    let digest = Sha256::digest(&first.body);
    let sum: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let record = send(address, "GET", first.record(), None).await;
    let record: Value = serde_json::from_slice(&record.body).unwrap();
    assert_eq!(record["record"]["status"], "completed");
    assert_eq!(record["record"]["checksum"], format!("sha256:{sum}"));
    assert_eq!(
        (&record["record"]["scope"], &record["record"]["format"]),
        (&json!("llm_run"), &json!("json"))
    );

    let second = send(address, "POST", &path, None).await;
    assert!(
        second.body == first.body,
        "the same window has the same bytes"
    );
    assert_ne!(
        second.record(),
        first.record(),
        "each download is a fact of its own"
    );
    let recorded = exports(&store, &tenant()).await;
    assert_eq!(recorded.len(), 2);
    assert_eq!(recorded[0].checksum, recorded[1].checksum);
    server.end().await;
}

#[tokio::test]
async fn a_compressed_export_has_the_same_bytes_and_an_end() {
    let server = start(|_| {}).await;
    fill(&server.store, &tenant(), 300, 1_000).await;
    let window = server.store.settled_before(&tenant()).await.unwrap();
    let path = format!("{RUNS}&to={window}");
    let plain = send(server.address, "POST", &path, None).await;
    let compressed = request("POST", &path, None);
    let compressed = compressed.replace("host: x", "host: x\r\naccept-encoding: gzip");
    let compressed = send_text(server.address, &compressed).await;
    assert_eq!((compressed.status(), compressed.is_whole), (200, true));
    assert!(compressed.head.contains("content-encoding: gzip"));
    assert!(compressed.body.len() < plain.body.len() / 10);
    let mut body = Vec::new();
    GzDecoder::new(compressed.body.as_slice())
        .read_to_end(&mut body)
        .unwrap();
    assert!(body == plain.body);
    let recorded = exports(&server.store, &tenant()).await;
    assert_eq!(recorded[0].checksum, recorded[1].checksum);
    server.end().await;
}

#[tokio::test]
async fn who_exported_what_is_an_entry_with_the_export() {
    let server = guarded(|_| {}).await;
    let (store, address) = (Arc::clone(&server.running.store), server.running.address);
    let (acme, other) = (
        TenantId::new("acme").unwrap(),
        TenantId::new("other").unwrap(),
    );
    let key = server.key("acme", &[Role::Export]).await;
    let key_of_other = server.key("other", &[Role::Export]).await;
    // A key is known to the service within a second, so all are issued before the first request.
    let mut without_role = Vec::new();
    for role in [Role::Ingest, Role::Read, Role::AuditRead] {
        without_role.push(server.key("acme", &[role]).await);
    }
    fill(&store, &acme, 3, 1).await;
    let answer = send(address, "POST", RUNS, Some(&key)).await;
    assert_eq!((answer.status(), answer.is_whole), (200, true));
    let export = ended(&store, &acme).await;
    assert!(
        export.requested_by.as_str().starts_with("key:"),
        "{export:?}"
    );
    let entries_of_acme = entries(&store, &acme).await;
    let [entry] = entries_of_acme.as_slice() else {
        panic!("{entries_of_acme:?}");
    };
    assert_eq!(entry.event_type.as_str(), "RecordsExported");
    assert_eq!(entry.actor_id.as_ref(), Some(&export.requested_by));
    assert_eq!(entry.created_at, export.created_at, "one append");
    let state = serde_json::to_value(entry.after_state.as_ref().unwrap()).unwrap();
    assert_eq!(state["export_id"], export.id.to_string());
    assert_eq!(state["parameters"], json!({"scope": "llm_run"}));
    assert_eq!(state["path"], "/exports");

    // Another tenant gets nothing of it, and nobody chooses the tenant but the key.
    let empty = send(address, "POST", RUNS, Some(&key_of_other)).await;
    assert_eq!(
        (empty.status(), empty.is_whole, empty.body.len()),
        (200, true, 0)
    );
    let completed = ended(&store, &other).await;
    let of_nothing = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(completed.checksum.unwrap().as_str(), of_nothing);
    let forged = format!("{key_of_other}\r\nx-logs-tenant: acme");
    let forged = send(address, "POST", RUNS, Some(&forged)).await;
    assert_eq!(forged.status(), 403);
    for key in &without_role {
        assert_eq!(send(address, "POST", RUNS, Some(key)).await.status(), 403);
    }
    assert_eq!(exports(&store, &acme).await.len(), 1);
    server.running.end().await;
}

#[tokio::test]
async fn what_is_refused_is_no_export() {
    let server = start(|_| {}).await;
    fill(&server.store, &tenant(), 1, 1).await;
    for (parameters, field) in [
        ("", "scope"),
        ("?scope=compliance", "scope"),
        ("?scope=audit&to=2999-01-01T00:00:00Z", "to"),
        ("?scope=audit&from=2999-01-01T00:00:00Z", "from"),
        ("?scope=audit&to=yesterday", "to"),
        ("?scope=audit&format=csv", "parameter"),
    ] {
        let path = format!("/api/v1/exports{parameters}");
        let answer = send(server.address, "POST", &path, None).await;
        assert_eq!(answer.status(), 400, "{parameters}");
        let problem: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    assert!(exports(&server.store, &tenant()).await.is_empty());
    assert!(entries(&server.store, &tenant()).await.is_empty());
    server.end().await;
}

#[tokio::test]
async fn a_client_that_goes_away_makes_a_failed_export() {
    let server = start(|_| {}).await;
    fill_much(&server.store, &tenant()).await;
    let stream = begin(server.address, RUNS, None).await;
    drop(stream);
    let export = ended(&server.store, &tenant()).await;
    assert_eq!(export.status, ExportStatus::Failed);
    let reason = export.failure_reason.unwrap();
    assert_eq!(reason.as_str(), "the client ended the download");
    server.end().await;
}

#[tokio::test]
async fn a_client_that_takes_nothing_makes_a_failed_export_and_is_cut_off() {
    let server = start(|options| options.body_timeout = Duration::from_millis(200)).await;
    fill_much(&server.store, &tenant()).await;
    let mut stream = begin(server.address, RUNS, None).await;
    let export = ended(&server.store, &tenant()).await;
    let reason = export.failure_reason.unwrap();
    assert_eq!(reason.as_str(), "the client took nothing for 0.2 s");
    // What still comes has no end, so the client does not take it for the whole.
    let mut bytes = b"HTTP/1.1 200".to_vec();
    let _ = stream.read_to_end(&mut bytes).await;
    assert!(!client::read(&bytes).is_whole);
    server.end().await;
}

#[tokio::test]
async fn a_tenant_has_one_export_at_a_time() {
    let server = guarded(|_| {}).await;
    let (store, address) = (Arc::clone(&server.running.store), server.running.address);
    let acme = TenantId::new("acme").unwrap();
    let key = server.key("acme", &[Role::Export]).await;
    let key_of_other = server.key("other", &[Role::Export]).await;
    fill_much(&store, &acme).await;
    let stream = begin(address, RUNS, Some(&key)).await;
    let refused = send(address, "POST", RUNS, Some(&key)).await;
    assert_eq!(refused.status(), 429, "{}", refused.head);
    assert!(
        refused.head.contains("retry-after: 5\r\n"),
        "{}",
        refused.head
    );
    assert_eq!(
        exports(&store, &acme).await.len(),
        1,
        "a refused one is no export"
    );
    let other = send(address, "POST", RUNS, Some(&key_of_other)).await;
    assert_eq!((other.status(), other.is_whole), (200, true));
    let metrics = server.running.metrics().await;
    assert!(metrics.contains("logs_limited_requests_total{limit=\"TenantExports\"} 1"));
    drop(stream);
    ended(&store, &acme).await;
    // The place is free a moment after the outcome is stored.
    let small = format!("/api/v1/exports?scope=system&to={}", "2026-01-01T00:00:00Z");
    while send(address, "POST", &small, Some(&key)).await.status() == 429 {}
    assert_eq!(exports(&store, &acme).await.len(), 2);
    server.running.end().await;
}

#[tokio::test]
async fn an_export_that_a_shutdown_cuts_is_a_failed_one() {
    let server = start(|options| options.drain = Duration::from_millis(200)).await;
    fill_much(&server.store, &tenant()).await;
    let stream = begin(server.address, RUNS, None).await;
    let store = Arc::clone(&server.store);
    server.end().await;
    let found = exports(&store, &tenant()).await;
    assert_eq!(
        found[0].status,
        ExportStatus::Failed,
        "it is stored when the server has ended"
    );
    let reason = found[0].failure_reason.as_ref().unwrap();
    assert_eq!(reason.as_str(), "the service ended before the download");
    drop(stream);
}
