//! A call of a route.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Uri};
use bytes::Bytes;
use logs_domain::{InvalidValue, PageRequest};
use logs_ingest::Admission;

use super::answered::Conditions;
use super::page;
use super::parameters::Parameters;
use crate::app::App;
use crate::authentication::Caller;
use crate::body::{self, Compressed};
use crate::problem::Problem;
use crate::request_id::RequestId;

/// A call of a route by somebody.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) app: App,
    pub(crate) caller: Caller,
    pub(crate) parameters: Parameters,
    pub(crate) headers: HeaderMap,
    pub(crate) request_id: Option<RequestId>,
    uri: Uri,
    compressed: Option<Compressed>,
    body: Body,
}

impl Call {
    pub(crate) fn new(app: App, caller: Caller, parameters: Parameters, request: Request) -> Self {
        let (parts, body) = request.into_parts();
        Self {
            app,
            caller,
            parameters,
            request_id: parts.extensions.get::<RequestId>().cloned(),
            compressed: Compressed::of(&parts.extensions),
            headers: parts.headers,
            uri: parts.uri,
            body,
        }
    }

    /// What the answer depends on beside its content.
    pub(crate) fn conditions(&self) -> Conditions {
        Conditions::new(&self.headers, &self.uri)
    }

    /// The page that is asked for.
    pub(crate) fn page(&self) -> Result<PageRequest, InvalidValue> {
        page::request(&self.parameters)
    }

    /// The body of the request, for which there is room.
    pub(crate) async fn body(&mut self, admission: &mut Admission) -> Result<Bytes, Problem> {
        let body = std::mem::take(&mut self.body);
        let (compressed, options) = (self.compressed.as_ref(), &self.app.options);
        body::read(body, compressed, 0, options, admission).await
    }

    /// How many bytes the body may have after decompression: a guess, until it is read.
    pub(crate) fn expected_bytes(&self) -> usize {
        body::expected_bytes(&self.headers, self.compressed.as_ref(), &self.app.options)
    }
}
