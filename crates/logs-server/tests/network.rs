//! A server on a real network, with real clients of HTTP/1.1 and gRPC.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes};
use logs_domain::{LlmRunFilter, LogsReader, LogsStore, PageRequest, StoreOptions, TenantId};
use logs_memory::MemoryStore;
use logs_server::{Authentication, Server, ServerOptions, Shutdown};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Code, Status};

fn tenant() -> TenantId {
    TenantId::new("default").unwrap()
}

struct Running {
    address: SocketAddr,
    store: Arc<MemoryStore>,
    shutdown: Shutdown,
    serving: JoinHandle<()>,
}

async fn start(set: impl FnOnce(&mut ServerOptions)) -> Running {
    let store = Arc::new(MemoryStore::new(StoreOptions::default()));
    let mut options = ServerOptions::new(Authentication::Open(tenant()));
    set(&mut options);
    let any = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
    let server = Server::bind(&any, Arc::clone(&store) as Arc<dyn LogsStore>, options);
    let server = server.await.unwrap();
    let address = server.addresses().unwrap()[0];
    let shutdown = Shutdown::new();
    let serving = tokio::spawn(server.run(shutdown.clone()));
    Running {
        address,
        store,
        shutdown,
        serving,
    }
}

impl Running {
    async fn runs(&self) -> usize {
        let (filter, page) = (LlmRunFilter::default(), PageRequest::default());
        let found = self.store.list_llm_runs(&tenant(), &filter, &page).await;
        found.unwrap().items.len()
    }

    async fn end(self) {
        self.shutdown.begin();
        self.serving.await.unwrap();
    }
}

/// Sends a request as it is, and reads until the server closes.
async fn raw(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

const RUN: &str = r#"{"llm_run":{"run_id":"r","provider":"p","model":"m","source":"SDK","execution_status":"SUCCEEDED","started_at":"2026-03-02T10:00:00Z"}}"#;

fn append() -> String {
    format!(
        "POST /api/v1/records HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{RUN}",
        RUN.len()
    )
}

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

/// Messages as bytes.
#[derive(Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

/// A field of protobuf that holds bytes.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut message = vec![number << 3 | 2];
    let mut length = content.len();
    while length >= 0x80 {
        message.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
        length >>= 7;
    }
    message.push(u8::try_from(length).unwrap());
    message.extend_from_slice(content);
    message
}

/// A field of protobuf that holds 64 bits.
fn fixed(number: u8, content: u64) -> Vec<u8> {
    [&[number << 3 | 1][..], &content.to_le_bytes()].concat()
}

/// A request with the span of one call.
fn traces() -> Vec<u8> {
    let text = |name: &str, value: &str| {
        let value = field(2, &field(1, value.as_bytes()));
        field(9, &[field(1, name.as_bytes()), value].concat())
    };
    let span = [
        field(1, &[7; 16]),
        field(2, &[8; 8]),
        field(5, b"chat m"),
        fixed(7, 1_772_445_600_000_000_000),
        fixed(8, 1_772_445_601_000_000_000),
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.request.model", "m"),
    ]
    .concat();
    field(1, &field(2, &field(2, &span)))
}

async fn export(address: SocketAddr, message: Vec<u8>) -> Result<Bytes, Status> {
    let channel = Channel::from_shared(format!("http://{address}")).unwrap();
    let channel = channel.connect().await.unwrap();
    let mut client = tonic::client::Grpc::new(channel).send_compressed(CompressionEncoding::Gzip);
    client.ready().await.unwrap();
    let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    let request = tonic::Request::new(message);
    let answer = client.unary(request, path.parse().unwrap(), Raw).await?;
    Ok(answer.into_inner())
}

#[tokio::test]
async fn grpc_takes_what_http_takes() {
    let server = start(|_| {}).await;
    for _ in 0..2 {
        let answer = export(server.address, traces()).await.unwrap();
        assert!(answer.is_empty(), "no partial success");
        assert_eq!(server.runs().await, 1);
    }
    let malformed = export(server.address, vec![0xff, 0xff]).await.unwrap_err();
    assert_eq!(malformed.code(), Code::InvalidArgument);
    assert!(malformed.message().contains("spans"), "{malformed}");
    server.end().await;
}

#[tokio::test]
async fn grpc_without_room_is_told_to_come_back() {
    let server = start(|options| options.ingest = options.ingest.clone().queue(1, 10)).await;
    let refused = export(server.address, traces()).await.unwrap_err();
    assert_eq!(
        refused.code(),
        Code::InvalidArgument,
        "it never fits: {refused}"
    );
    server.end().await;
    let server = start(|options| options.body_bytes = 100).await;
    let refused = export(server.address, traces()).await.unwrap_err();
    assert_eq!(refused.code(), Code::OutOfRange, "{refused}");
    server.end().await;
}
