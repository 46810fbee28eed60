//! A route: what it takes, what it answers, and who answers.

use std::pin::Pin;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use logs_domain::RecordKind;
use serde_json::Value;

use super::answered::Answered;
use super::call::Call;
use super::page;
use super::parameters::{Parameter, Parameters};
use super::schema::Schema;
use logs_keys::Role;

use crate::access::{Read, When};
use crate::app::App;
use crate::problem::Problem;
use crate::request_id::RequestId;

type Answering = Pin<Box<dyn Future<Output = Result<Answered, Problem>> + Send>>;

/// A route of the API. The router and the description are made of it.
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) method: Method,
    /// The path behind the prefix.
    pub(crate) path: &'static str,
    /// The group in the description.
    pub(crate) tag: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) parameters: Vec<Parameter>,
    /// The body of the request in the description, if the route takes one.
    pub(crate) body: Option<fn() -> Value>,
    pub(crate) answer: Schema,
    /// The role that its callers need.
    pub(crate) role: Role,
    /// When the entry about a read is stored; `None` where the route itself stores what there is to store.
    access: Option<When>,
    answer_with: Arc<dyn Fn(Call) -> Answering + Send + Sync>,
}

impl Route {
    /// A route that reads.
    pub(crate) fn get<F>(
        tag: &'static str,
        path: &'static str,
        summary: &'static str,
        answer: Schema,
        answer_with: fn(Call) -> F,
    ) -> Self
    where
        F: Future<Output = Result<Answered, Problem>> + Send + 'static,
    {
        Self {
            method: Method::GET,
            path,
            tag,
            summary,
            parameters: Vec::new(),
            role: Role::Read,
            access: Some(When::BeforeAnswer),
            body: None,
            answer,
            answer_with: Arc::new(move |call| Box::pin(answer_with(call))),
        }
    }

    /// The same with the method POST: it appends, and stores an entry about what it reads itself.
    pub(crate) fn post(mut self) -> Self {
        self.method = Method::POST;
        self.role = Role::Ingest;
        self.access = None;
        self
    }

    /// The same for callers with another role.
    pub(crate) fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Also takes a body of this form.
    pub(crate) fn taking(mut self, body: fn() -> Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Also takes this parameter.
    pub(crate) fn with(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Also takes the conditions of a filter.
    pub(crate) fn filtered_by(mut self, names: &'static [&'static str], kind: RecordKind) -> Self {
        let conditions = names.iter().map(|name| Parameter::condition(name, kind));
        self.parameters.extend(conditions);
        self
    }

    /// Also takes the parameters of a page.
    pub(crate) fn paged(mut self) -> Self {
        self.parameters.extend(page::parameters());
        self.access = Some(When::Soon);
        self
    }

    /// What the router runs for a request.
    pub(crate) fn handler(
        self,
        app: App,
    ) -> impl Fn(Request) -> Pin<Box<dyn Future<Output = Response> + Send>> + Clone + Send + Sync + 'static
    {
        let route = Arc::new(self);
        move |request| {
            let (route, app) = (Arc::clone(&route), app.clone());
            Box::pin(async move {
                match route.answer(app, request).await {
                    Ok(response) => response,
                    Err(problem) => problem.into_response(),
                }
            })
        }
    }

    async fn answer(&self, app: App, request: Request) -> Result<Response, Problem> {
        // Who may not call learns nothing of the parameters.
        let caller = app.caller(request.headers(), request.extensions(), self.role);
        let caller = caller.await?;
        let is_read = self.access.is_some();
        let _reading = is_read.then(|| app.limiter.read(&caller)).transpose()?;
        let parameters = Parameters::of(request.uri().query(), &self.parameters)?;
        let noted = parameters.clone();
        let call = Call::new(app.clone(), caller.clone(), parameters, request);
        let (conditions, request_id) = (call.conditions(), call.request_id.clone());
        let answered = (self.answer_with)(call).await?;
        if let Some(when) = self.access.filter(|_| answered.is_noted()) {
            let read = Read {
                path: self.path,
                parameters: &noted.to_json(),
                items: answered.items(),
                request_id: request_id.as_ref().map_or("-", RequestId::as_str),
            };
            let entry = read.entry(app.options.ids.next_id(), &caller)?;
            app.access.note(&caller.tenant, entry, when).await?;
        }
        Ok(answered.respond(&conditions))
    }
}
