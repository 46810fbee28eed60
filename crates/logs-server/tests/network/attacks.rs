//! Requests that want the server to work, wait or fail for nothing. After each, the server answers others.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use logs_server::ServerOptions;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;

use super::grpc::{TRACES, call, connect, export, field, text, traces_with};
use super::support::{RUN, Running, append, post, raw, start, status};

const JSON: (&str, &str) = ("content-type", "application/json");

async fn answers_others(server: &Running) {
    assert_eq!(status(&raw(server.address, append()).await), 200);
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn zstd(body: &[u8]) -> Vec<u8> {
    zstd::encode_all(body, 1).unwrap()
}

/// What a connection of HTTP/2 begins with.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A body of JSON with this many bytes, most of them blanks.
fn blanks(length: usize) -> Vec<u8> {
    let mut body = vec![b' '; length];
    body[0] = b'{';
    body[length - 1] = b'}';
    body
}

#[tokio::test]
async fn bombs_are_refused_by_what_they_become() {
    let server = start(|_| {}).await;
    let (huge, large) = (blanks(40 << 20), blanks(20 << 20));
    for (encoding, compress) in [("gzip", gzip as fn(&[u8]) -> Vec<u8>), ("zstd", zstd)] {
        for path in ["/v1/traces", "/api/v1/records"] {
            let headers = [JSON, ("content-encoding", encoding)];
            let answer = post(server.address, path, &headers, &compress(&huge)).await;
            assert_eq!(status(&answer), 413, "{encoding}: {answer}");
            assert!(
                answer.contains("33554432 bytes after decompression"),
                "{answer}"
            );
            let answer = post(server.address, path, &headers, &compress(&large)).await;
            assert_eq!(status(&answer), 413, "{encoding}: {answer}");
            assert!(answer.contains("100 times larger"), "{answer}");
        }
        // An honest body may be much smaller, too.
        let headers = [JSON, ("content-encoding", encoding)];
        let honest = compress(&blanks(900_000));
        let answer = post(server.address, "/v1/traces", &headers, &honest).await;
        assert_eq!(status(&answer), 200, "{encoding}: {answer}");
    }
    let refused = export(server.address, huge).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused}");
    assert!(refused.message().contains("33554432"), "{refused}");
    answers_others(&server).await;
    server.end().await;
}

#[tokio::test]
async fn a_compressed_body_has_a_limit_of_its_own() {
    let server = start(|options| options.compressed_bytes = 1_000).await;
    let mut body = Vec::new();
    let mut encoder = GzEncoder::new(&mut body, Compression::none());
    encoder.write_all(&blanks(2_000)).unwrap();
    encoder.finish().unwrap();
    let headers = [JSON, ("content-encoding", "gzip")];
    for path in ["/v1/traces", "/api/v1/records"] {
        let answer = post(server.address, path, &headers, &body).await;
        assert_eq!(status(&answer), 413, "{answer}");
        assert!(
            answer.contains("compressed body has more than 1000 bytes"),
            "{answer}"
        );
    }
    let plain = post(server.address, "/v1/traces", &[JSON], &blanks(2_000)).await;
    assert_eq!(status(&plain), 200, "{plain}");
    server.end().await;
}

/// Sends bytes and waits until the server closes the connection.
async fn cut(address: SocketAddr, sent: &[u8]) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(sent).await.unwrap();
    let mut answer = Vec::new();
    // A reset is as good as an end.
    let _ended = stream.read_to_end(&mut answer).await;
}

#[tokio::test]
async fn connections_that_make_no_request_are_cut() {
    let server = start(|options| options.header_timeout = Duration::from_millis(200)).await;
    for sent in [
        &b""[..],
        b"P",
        b"PRI * HT",
        PREFACE,
        &[PREFACE, &frame(4, 0, 0, &[])].concat(),
        b"GET /api/v1/runs HTTP/1.1\r\nhost: x\r\nx: ",
    ] {
        cut(server.address, sent).await;
    }
    // A connection that was used, and is silent now.
    cut(
        server.address,
        b"GET /api/v1/runs HTTP/1.1\r\nhost: x\r\n\r\n",
    )
    .await;
    answers_others(&server).await;
    server.end().await;
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_cut() {
    let server = start(|options| options.header_timeout = Duration::from_millis(300)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream
        .write_all(b"GET /api/v1/runs HTTP/1.1\r\nx: ")
        .await
        .unwrap();
    let drip = async {
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), drip)
        .await
        .unwrap();
    answers_others(&server).await;
    server.end().await;
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_ends_with_the_time_of_the_request() {
    let server = start(|options| options.request_timeout = Duration::from_millis(300)).await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let head = append()
        .replace(RUN, "")
        .replace("connection: close\r\n", "");
    writer.write_all(head.as_bytes()).await.unwrap();
    let drip = tokio::spawn(async move {
        while writer.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut answer = [0; 12];
    reader.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 503");
    drip.abort();
    assert_eq!(server.runs().await, 0);
    answers_others(&server).await;
    server.end().await;
}

#[tokio::test]
async fn bodies_that_never_end_take_no_more_memory_than_there_is_room_for() {
    const MIB: usize = 1 << 20;
    let set = |options: &mut ServerOptions| {
        options.ingest = options.ingest.clone().queue(64, 3 * MIB);
    };
    let server = start(set).await;
    let chunk = [&b"200000\r\n"[..], &vec![b' '; 2 * MIB], b"\r\n"].concat();
    let head = append().replace(RUN, "");
    let head = head.replace(
        &format!("content-length: {}", RUN.len()),
        "transfer-encoding: chunked",
    );
    let mut first = TcpStream::connect(server.address).await.unwrap();
    first.write_all(head.as_bytes()).await.unwrap();
    first.write_all(&chunk).await.unwrap();
    let held = async {
        while !server
            .metrics()
            .await
            .contains("logs_queue_bytes 2097152\n")
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), held)
        .await
        .unwrap();
    // The second one is refused although its end did not come.
    let mut second = TcpStream::connect(server.address).await.unwrap();
    second.write_all(head.as_bytes()).await.unwrap();
    // The server need not read all of it.
    let _sent = second.write_all(&chunk).await;
    let mut answer = [0; 12];
    second.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 503");
    first.write_all(b"0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    first.read_to_string(&mut answer).await.unwrap();
    assert_eq!(status(&answer), 400, "it has no records: {answer}");
    answers_others(&server).await;
    server.end().await;
}

#[tokio::test]
async fn an_item_of_100_000_attributes_is_refused() {
    let server = start(|_| {}).await;
    let attribute = text("k", "v");
    let span = traces_with(&attribute.repeat(100_000));
    let protobuf = [("content-type", "application/x-protobuf")];
    let answer = post(server.address, "/v1/traces", &protobuf, &span).await;
    assert_eq!(status(&answer), 400, "{answer}");
    assert!(answer.contains("attributes"), "{answer}");
    let refused = export(server.address, span).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
    let attributes = vec![r#"{"key":"k","value":{"stringValue":"v"}}"#; 100_000].join(",");
    let span = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"{}","spanId":"{}","attributes":[{attributes}]}}]}}]}}]}}"#,
        "7".repeat(32),
        "8".repeat(16)
    );
    let answer = post(server.address, "/v1/traces", &[JSON], span.as_bytes()).await;
    assert_eq!(status(&answer), 400, "{answer}");
    assert!(answer.contains("attributes"), "{answer}");
    assert_eq!(server.runs().await, 0);
    answers_others(&server).await;
    server.end().await;
}

#[tokio::test]
async fn deep_values_end_at_a_level_and_not_the_server() {
    let server = start(|_| {}).await;
    const LEVELS: usize = 100_000;
    // Lists in lists: the value counts as absent, and its span is stored.
    let mut value = field(1, b"v");
    for _ in 0..LEVELS / 20 {
        value = field(5, &field(1, &value));
    }
    let deep = field(9, &[field(1, b"k"), field(2, &value)].concat());
    export(server.address, traces_with(&deep)).await.unwrap();
    assert_eq!(server.runs().await, 1);
    let (open, close) = (r#"{"arrayValue":{"values":["#, "]}}");
    let value = open.repeat(LEVELS) + r#"{"stringValue":"v"}"# + &close.repeat(LEVELS);
    let body = format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"k","value":{value}}}]}}}}]}}"#
    );
    let answer = post(server.address, "/v1/traces", &[JSON], body.as_bytes()).await;
    assert_eq!(status(&answer), 200, "{answer}");
    // Records, as well as bare brackets.
    let nested = "{\"a\":".repeat(LEVELS) + "1" + &"}".repeat(LEVELS);
    for body in [
        RUN.replace("\"run_id\"", &format!("\"attributes\":{nested},\"run_id\"")),
        "[".repeat(LEVELS),
        "[".repeat(LEVELS) + &"]".repeat(LEVELS),
    ] {
        let answer = post(server.address, "/api/v1/records", &[JSON], body.as_bytes()).await;
        assert_eq!(status(&answer), 400, "{answer}");
    }
    answers_others(&server).await;
    server.end().await;
}

#[tokio::test]
async fn empty_bodies_and_wrong_media_types_have_answers() {
    let server = start(|_| {}).await;
    for (path, media_type, expected) in [
        ("/v1/traces", "application/x-protobuf", 200),
        ("/v1/logs", "application/x-protobuf", 200),
        ("/v1/metrics", "application/x-protobuf", 200),
        ("/v1/traces", "application/json", 200),
        ("/v1/traces", "text/plain", 415),
        ("/v1/traces", "application/grpc", 415),
        ("/v1/traces", "", 415),
        ("/api/v1/records", "application/json", 400),
        ("/api/v1/records", "application/x-ndjson", 400),
        ("/api/v1/records", "application/xml", 415),
    ] {
        let headers = [("content-type", media_type)];
        let answer = post(server.address, path, &headers, b"").await;
        assert_eq!(status(&answer), expected, "{path} {media_type}: {answer}");
    }
    let compressed = [JSON, ("content-encoding", "gzip")];
    let answer = post(server.address, "/v1/traces", &compressed, b"").await;
    assert_eq!(status(&answer), 200, "{answer}");
    let channel = connect(server.address).await;
    call(channel, TRACES, &[], Vec::new()).await.unwrap();
    // A method of gRPC without its frames.
    let answer = post(server.address, TRACES, &[JSON], b"{}").await;
    assert!(answer.contains("grpc-status: "), "{answer}");
    server.end().await;
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let stream = stream.to_be_bytes();
    [&length[1..], &[kind, flags], &stream, payload].concat()
}

/// As CVE-2023-44487: a reset follows each request at once.
#[tokio::test]
async fn rapid_resets_end_a_connection_and_not_the_server() {
    const ENHANCE_YOUR_CALM: u8 = 11;
    let server = start(|_| {}).await;
    // GET / of the authority x, in HPACK.
    let head = b"\x82\x86\x84\x41\x01x";
    let mut sent = [PREFACE, &frame(4, 0, 0, &[])].concat();
    for number in 0..100 {
        let stream = 2 * number + 1;
        sent.extend(frame(1, 0x5, stream, head));
        sent.extend(frame(3, 0, stream, &[0, 0, 0, 8]));
    }
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&sent).await.unwrap();
    let mut heard = Vec::new();
    while let Ok(1..) = stream.read_buf(&mut heard).await {}
    let mut frames = heard.as_slice();
    let mut reason = None;
    while let [a, b, c, kind, _, _, _, _, _, rest @ ..] = frames {
        let length = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
        if *kind == 7 {
            reason = Some(rest[7]);
        }
        frames = &rest[length..];
    }
    assert_eq!(reason, Some(ENHANCE_YOUR_CALM), "{heard:?}");
    answers_others(&server).await;
    server.end().await;
}

#[tokio::test]
async fn idle_connections_leave_room_for_others_and_end() {
    const IDLE: usize = 1_000;
    // The test has both ends of each connection.
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum.map(|most| most.min(8_192)),
        ..limit
    };
    setrlimit(Resource::Nofile, raised).unwrap();
    let server = start(|options| options.header_timeout = Duration::from_secs(2)).await;
    let mut idle = Vec::with_capacity(IDLE);
    for _ in 0..IDLE {
        idle.push(TcpStream::connect(server.address).await.unwrap());
    }
    answers_others(&server).await;
    for stream in &mut idle {
        assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
    }
    server.end().await;
}

#[tokio::test]
async fn connections_beyond_the_limit_wait() {
    let server = start(|options| {
        options.connections = 1;
        options.header_timeout = Duration::from_millis(200);
    })
    .await;
    let first = TcpStream::connect(server.address).await.unwrap();
    // It is answered when the first one, which is silent, was cut.
    answers_others(&server).await;
    drop(first);
    server.end().await;
}
