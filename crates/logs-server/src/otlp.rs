//! OTLP: the telemetry of applications becomes records. This file has the routes of HTTP, `grpc` those of gRPC.
//!
//! An answer is in the encoding of its request, errors too, as the specification asks for.

mod encoding;
pub(crate) mod grpc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use logs_domain::{InvalidValue, OnConflict, RecordOutcome, RecordReceipt};
use logs_ingest::{Admission, IngestError};
use logs_keys::Role;
use logs_otlp::Signal;
use logs_otlp::answer::{Code, success};
use logs_otlp::decode::{self, DecodeError, Encoding};
use logs_otlp::map::{self, Mapped, Refused};

use crate::app::App;
use crate::authentication::Caller;
use crate::body::{self, Compressed};
use crate::problem::Problem;

/// Paths before those of the signals: that of the specification, and one that exporters of Langfuse have.
const PREFIXES: [&str; 2] = ["", "/api/public/otel"];

/// The router of all signals.
pub(crate) fn router(app: &App) -> Router {
    let mut router = Router::new();
    for prefix in PREFIXES {
        for signal in Signal::ALL {
            let route = format!("{prefix}{}", signal.route());
            let take = move |State(app): State<App>, request: Request| take(app, signal, request);
            router = router.route(&route, post(take));
            // Exporters add the path of the signal to an endpoint that has it already.
            let doubled = format!("{route}{}", signal.route());
            router = router.route(&doubled, post(move || async move { twice(signal) }));
        }
    }
    router.with_state(app.clone())
}

fn twice(signal: Signal) -> Problem {
    let route = signal.route();
    Problem::not_found(format!(
        "the path ends with {route} twice: name the endpoint without {route}, because exporters add it"
    ))
}

/// Takes a request of a signal: the answer says success after its records are durable, and never before.
async fn take(app: App, signal: Signal, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let encoding = match encoding::of(&parts.headers) {
        Ok(encoding) => encoding,
        Err(problem) => return problem.into_response(),
    };
    match read(&app, signal, encoding, &parts, body).await {
        Ok(refused) => answer(
            StatusCode::OK,
            encoding,
            success(signal, &refused, encoding),
        ),
        Err(failure) => failure.respond(encoding),
    }
}

/// Why nothing of a request is acknowledged.
struct Failure {
    status: StatusCode,
    code: Code,
    message: String,
    /// After how many seconds the request may be sent again; `None` if it is no use.
    retry_after_seconds: Option<u64>,
}

impl Failure {
    fn invalid(message: impl ToString) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: Code::InvalidArgument,
            message: message.to_string(),
            retry_after_seconds: None,
        }
    }

    fn respond(self, encoding: Encoding) -> Response {
        let retry_after = self.retry_after_seconds;
        let body = logs_otlp::answer::error(self.code, &self.message, retry_after, encoding);
        let mut response = answer(self.status, encoding, body);
        if let Some(seconds) = retry_after {
            let seconds = HeaderValue::from(seconds);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        let mut failure = Self::invalid(&error);
        if matches!(error, DecodeError::TooMany { .. }) {
            failure.status = StatusCode::PAYLOAD_TOO_LARGE;
        }
        failure
    }
}

impl From<IngestError> for Failure {
    fn from(error: IngestError) -> Self {
        let (status, code) = if matches!(error, IngestError::TooLarge { .. }) {
            (StatusCode::PAYLOAD_TOO_LARGE, Code::InvalidArgument)
        } else if error.is_retryable() {
            (StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable)
        } else {
            (StatusCode::INTERNAL_SERVER_ERROR, Code::Internal)
        };
        let is_temporary = status == StatusCode::SERVICE_UNAVAILABLE;
        Self {
            status,
            code,
            message: error.to_string(),
            retry_after_seconds: is_temporary.then_some(1),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self {
            status: problem.status(),
            code: match problem.status() {
                StatusCode::UNAUTHORIZED => Code::Unauthenticated,
                StatusCode::FORBIDDEN => Code::PermissionDenied,
                StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
                StatusCode::TOO_MANY_REQUESTS => Code::ResourceExhausted,
                _ => Code::InvalidArgument,
            },
            message: problem.detail().to_owned(),
            retry_after_seconds: problem.retry_after_seconds(),
        }
    }
}

fn answer(status: StatusCode, encoding: Encoding, body: Vec<u8>) -> Response {
    let media_type = [(header::CONTENT_TYPE, encoding.media_type())];
    (status, media_type, body).into_response()
}

/// Reads a body that there is room for, and stores what it says.
async fn read(
    app: &App,
    signal: Signal,
    encoding: Encoding,
    head: &Parts,
    body: Body,
) -> Result<Vec<Refused>, Failure> {
    let caller = app.caller(&head.headers, &head.extensions, Role::Ingest);
    let caller = caller.await?;
    let compressed = Compressed::of(&head.extensions);
    let expected = body::expected_bytes(&head.headers, compressed.as_ref(), &app.options);
    let mut admission = app.ingest.admit(&caller.tenant, expected)?;
    let (compressed, options) = (compressed.as_ref(), &app.options);
    let body = body::read(body, compressed, 0, options, &mut admission).await?;
    store(app, &caller, admission, signal, encoding, body).await
}

/// Stores what a body says, and tells which of its items were refused.
async fn store(
    app: &App,
    caller: &Caller,
    admission: Admission,
    signal: Signal,
    encoding: Encoding,
    body: Bytes,
) -> Result<Vec<Refused>, Failure> {
    let (tenant, settings) = (&caller.tenant, &app.options.mapping);
    let mapped = match signal {
        Signal::Traces => map::traces(&decode::traces(&body, encoding)?, tenant, settings),
        Signal::Logs => map::logs(&decode::logs(&body, encoding)?, tenant, settings),
        Signal::Metrics => map::metrics(&decode::metrics(&body, encoding)?),
    };
    drop(body);
    app.metrics.mapped(&mapped);
    if mapped.is_wholly_refused() {
        return Err(Failure::invalid(mapped.refusals()));
    }
    app.limiter.items(caller, mapped.items)?;
    let Mapped {
        drafts,
        mut refused,
        ..
    } = mapped;
    let (items, drafts): (Vec<usize>, Vec<_>) =
        drafts.into_iter().map(|one| (one.item, one.draft)).unzip();
    let receipts = admission.submit(drafts, OnConflict::SkipRecord).await?;
    app.metrics.appended(&receipts);
    conflicts(signal, &items, &receipts, &mut refused);
    Ok(refused)
}

/// Adds the items of which the store has other content, each once.
fn conflicts(
    signal: Signal,
    items: &[usize],
    receipts: &[RecordReceipt],
    refused: &mut Vec<Refused>,
) {
    for (item, receipt) in items.iter().zip(receipts) {
        let is_known = refused.iter().any(|known| known.item == *item);
        if receipt.outcome == RecordOutcome::Conflict && !is_known {
            let expected = "what is stored under this key: the first content stays";
            let why = InvalidValue::new("record", &receipt.key, expected);
            refused.push(Refused {
                item: *item,
                signal,
                why,
            });
        }
    }
}
