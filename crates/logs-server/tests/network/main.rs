//! A server on a real network, with real clients of HTTP/1.1, HTTP/2, gRPC and TLS.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod attacks;
mod browsers;
mod exports;
mod grpc;
mod limits;
mod senders;
mod support;
mod tenancy;
mod tls;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use logs_domain::{LogsStore, StoreOptions};
use logs_memory::MemoryStore;
use logs_server::{Authentication, Server, ServerOptions, Shutdown};
use support::{RUN, append, raw, start, tenant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn http_1_answers_and_slow_heads_are_cut() {
    let server = start(|options| options.header_timeout = Duration::from_millis(200)).await;
    let answer = raw(server.address, &append()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(server.runs().await, 1);
    let old = raw(server.address, "GET /api/v1/runs HTTP/1.0\r\n\r\n").await;
    assert!(old.starts_with("HTTP/1.0 200"), "{old}");
    // The head never ends: the server closes the connection by itself.
    raw(
        server.address,
        "GET /api/v1/runs HTTP/1.1\r\nhost: x\r\nx: ",
    )
    .await;
    server.end().await;
}

#[tokio::test]
async fn a_body_that_never_comes_is_cut() {
    let server = start(|options| options.body_timeout = Duration::from_millis(200)).await;
    let head = append().replace(RUN, "{");
    let answer = raw(server.address, &head).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(server.runs().await, 0);
    server.end().await;
}

#[tokio::test]
async fn a_request_in_flight_is_answered_after_the_shutdown_began() {
    let server = start(|_| {}).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = append();
    let (first, rest) = request.split_at(request.len() - 10);
    stream.write_all(first.as_bytes()).await.unwrap();
    // The server has the head when another request was answered on another connection.
    raw(server.address, "GET /api/v1/runs HTTP/1.0\r\n\r\n").await;
    server.shutdown.begin();
    stream.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(server.runs().await, 1);
    let (address, serving) = (server.address, server.serving);
    serving.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn without_keys_the_server_listens_for_this_machine_alone() {
    let store: Arc<dyn LogsStore> = Arc::new(MemoryStore::new(StoreOptions::default()));
    let all = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let refused = Server::bind(
        &[all],
        store,
        ServerOptions::new(Authentication::Open(tenant())),
    )
    .await;
    assert!(refused.unwrap_err().to_string().contains("loopback"));
}

#[tokio::test]
async fn operators_see_what_the_service_does_and_that_it_ends() {
    let store = Arc::new(MemoryStore::new(StoreOptions::default()));
    let mut options = ServerOptions::new(Authentication::Open(tenant()));
    options.notice = Duration::from_secs(3600);
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = Server::bind(&[any], store as Arc<dyn LogsStore>, options)
        .await
        .unwrap();
    let server = server.with_admin(any).await.unwrap();
    let (address, admin) = (
        server.addresses().unwrap()[0],
        server.admin_address().unwrap().unwrap(),
    );
    let shutdown = Shutdown::new();
    let serving = tokio::spawn(server.run(shutdown.clone()));
    let ask = async |path: &str| raw(admin, &format!("GET {path} HTTP/1.0\r\n\r\n")).await;
    assert!(ask("/livez").await.starts_with("HTTP/1.0 200"));
    assert!(ask("/readyz").await.starts_with("HTTP/1.0 200"));
    raw(address, &append()).await;
    raw(address, "GET /no/such/path HTTP/1.0\r\n\r\n").await;
    let metrics = ask("/metrics").await;
    for line in [
        "logs_append_records_total{kind=\"llm_run\",outcome=\"stored\"} 1",
        "logs_http_requests_total{method=\"POST\",route=\"/api/v1/records\",status=\"200\"} 1",
        "logs_http_requests_total{method=\"GET\",route=\"other\",status=\"404\"} 1",
        "logs_commits_total 1",
        "logs_queue_requests 0",
        "logs_commit_records_bucket{le=\"1.0\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    assert!(!metrics.contains("no/such") && !metrics.contains("default"));
    // The routes for operators are on their port alone, and those of records are not.
    assert!(
        raw(address, "GET /metrics HTTP/1.0\r\n\r\n")
            .await
            .starts_with("HTTP/1.0 404")
    );
    assert!(ask("/api/v1/runs").await.starts_with("HTTP/1.0 404"));
    shutdown.begin();
    while ask("/readyz").await.starts_with("HTTP/1.0 200") {
        tokio::task::yield_now().await;
    }
    // The notice lasts: requests are still answered.
    assert!(raw(address, &append()).await.starts_with("HTTP/1.1 200"));
    serving.abort();
}
