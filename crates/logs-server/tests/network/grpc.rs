//! OTLP over gRPC, and a client of it that sends bytes.

use std::net::SocketAddr;

use axum::http::uri::PathAndQuery;
use bytes::{Buf, BufMut, Bytes};
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Code, Status};

use super::support::start;

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
pub(crate) fn field(number: u8, content: &[u8]) -> Vec<u8> {
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
pub(crate) fn fixed(number: u8, content: u64) -> Vec<u8> {
    [&[number << 3 | 1][..], &content.to_le_bytes()].concat()
}

/// An attribute of a span.
pub(crate) fn text(name: &str, value: &str) -> Vec<u8> {
    let value = field(2, &field(1, value.as_bytes()));
    field(9, &[field(1, name.as_bytes()), value].concat())
}

/// A request with the span of one call.
pub(crate) fn traces() -> Vec<u8> {
    traces_with(&[])
}

/// A request with the span of one call, and more of its fields.
pub(crate) fn traces_with(more: &[u8]) -> Vec<u8> {
    let span = [
        &field(1, &[7; 16])[..],
        &field(2, &[8; 8]),
        &field(5, b"chat m"),
        &fixed(7, 1_772_445_600_000_000_000),
        &fixed(8, 1_772_445_601_000_000_000),
        &text("gen_ai.operation.name", "chat"),
        &text("gen_ai.request.model", "m"),
        more,
    ]
    .concat();
    field(1, &field(2, &field(2, &span)))
}

pub(crate) const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

pub(crate) async fn connect(address: SocketAddr) -> Channel {
    let channel = Channel::from_shared(format!("http://{address}")).unwrap();
    channel.connect().await.unwrap()
}

/// Exports spans without a key.
pub(crate) async fn export(address: SocketAddr, message: Vec<u8>) -> Result<Bytes, Status> {
    call(connect(address).await, TRACES, &[], message).await
}

/// Calls a method with metadata.
pub(crate) async fn call(
    channel: Channel,
    method: &'static str,
    metadata: &[(&'static str, &str)],
    message: Vec<u8>,
) -> Result<Bytes, Status> {
    let mut client = tonic::client::Grpc::new(channel).send_compressed(CompressionEncoding::Gzip);
    client.ready().await.unwrap();
    let mut request = tonic::Request::new(message);
    for (name, value) in metadata {
        request.metadata_mut().insert(*name, value.parse().unwrap());
    }
    let answer = client
        .unary(request, PathAndQuery::from_static(method), Raw)
        .await?;
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
    // Exporters would send it again and again for OUT_OF_RANGE.
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
    server.end().await;
}
