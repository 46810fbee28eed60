//! OTLP over gRPC: the same requests in frames of HTTP/2.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use bytes::{Buf, BufMut, Bytes};
use futures_util::future::BoxFuture;
use http_body_util::Full;
use logs_ingest::Admission;
use logs_keys::Role;
use logs_otlp::Signal;
use logs_otlp::answer::{error, success};
use logs_otlp::decode::Encoding;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{Grpc, UnaryService};
use tonic::{Code, Status};

use super::{Failure, store};
use crate::app::App;
use crate::authentication::Caller;
use crate::body;

/// What gRPC writes before a message.
const FRAME_BYTES: usize = 5;

/// The method that exports a signal.
const fn method(signal: Signal) -> &'static str {
    match signal {
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    }
}

/// The router of all signals.
pub(crate) fn router(app: &App) -> Router {
    let mut router = Router::new();
    for signal in Signal::ALL {
        let take = move |State(app): State<App>, request: Request| take(app, signal, request);
        router = router.route(method(signal), post(take));
    }
    router.with_state(app.clone())
}

async fn take(app: App, signal: Signal, request: Request) -> Response {
    match answer(app, signal, request).await {
        Ok(response) => response,
        Err(failure) => Status::from(failure).into_http(),
    }
}

/// Answers a request by a caller, for whose message there is room.
async fn answer(app: App, signal: Signal, request: Request) -> Result<Response, Failure> {
    let (head, body) = request.into_parts();
    let caller = app.caller(&head.headers, &head.extensions, Role::Ingest);
    let caller = caller.await?;
    let expected = body::expected_bytes(&head.headers, None, &app.options);
    let mut admission = app.ingest.admit(&caller.tenant, expected)?;
    let limit = app.options.body_bytes;
    let body = body::read(body, None, FRAME_BYTES, &app.options, &mut admission).await?;
    let request = Request::from_parts(head, Full::new(body));
    let mut grpc = Grpc::new(Undecoded)
        .accept_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Zstd)
        .max_decoding_message_size(limit);
    let export = Export {
        app,
        caller,
        signal,
        admission: Some(admission),
    };
    Ok(grpc.unary(export, request).await.map(Body::new))
}

/// One export of a signal.
struct Export {
    app: App,
    caller: Caller,
    signal: Signal,
    /// The room for its message, until it is stored.
    admission: Option<Admission>,
}

impl UnaryService<Bytes> for Export {
    type Response = Vec<u8>;
    type Future = BoxFuture<'static, Result<tonic::Response<Vec<u8>>, Status>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        let (app, caller, signal) = (self.app.clone(), self.caller.clone(), self.signal);
        let admission = self.admission.take();
        Box::pin(async move {
            let message = request.into_inner();
            let mut admission =
                admission.ok_or_else(|| Status::internal("there is one message"))?;
            admission.resize(message.len()).map_err(Failure::from)?;
            let stored = store(
                &app,
                &caller,
                admission,
                signal,
                Encoding::Protobuf,
                message,
            );
            let refused = stored.await?;
            let answer = success(signal, &refused, Encoding::Protobuf);
            Ok(tonic::Response::new(answer))
        })
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        let code = Code::from_i32(failure.code.number());
        let Some(seconds) = failure.retry_after_seconds else {
            return Self::new(code, failure.message);
        };
        let details = error(
            failure.code,
            &failure.message,
            Some(seconds),
            Encoding::Protobuf,
        );
        Self::with_details(code, failure.message, details.into())
    }
}

/// Leaves messages as bytes: the mapping decodes them.
#[derive(Clone, Copy, Debug)]
struct Undecoded;

impl Codec for Undecoded {
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

impl Encoder for Undecoded {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&message);
        Ok(())
    }
}

impl Decoder for Undecoded {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
