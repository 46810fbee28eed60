//! A service without a network.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use logs_domain::{LogsStore, StoreLifecycle, StoreOptions, TenantId};
use logs_memory::MemoryStore;
use logs_server::{Authentication, ServerOptions};
use serde_json::Value;
use tower::ServiceExt;

/// Records as a client sends them, a line each.
pub(crate) const RECORDS: &str = r#"{"llm_run":{"run_id":"r/1","provider":"p","model":"m","source":"SDK","execution_status":"SUCCEEDED","started_at":"2026-03-02T10:00:00Z"}}
{"trace":{"trace_id":"t","run_id":"r/1"}}
{"system_record":{"id":"00000000-0000-7000-8000-000000000001","component":"api","event_type":"DEPLOY","severity":"INFO","summary":"s","correlation_id":"c","occurred_at":"2026-03-02T09:59:00Z"}}
{"audit_entry":{"id":"00000000-0000-7000-8000-000000000011","event_type":"LimitBreached","entity_type":"LIMIT","entity_id":"l","actor_type":"HUMAN","actor_id":"ada","after_state":{"run_id":"r/1"},"occurred_at":"2026-03-02T10:00:30Z"}}
"#;

/// A run as a client sends it.
pub(crate) fn run(id: &str) -> String {
    RECORDS.lines().next().unwrap().replace("r/1", id)
}

/// The target of a link with this relation.
pub(crate) fn link(header: &str, relation: &str) -> Option<String> {
    let wanted = format!("rel=\"{relation}\"");
    let found = header.split(", ").find(|link| link.ends_with(&wanted))?;
    let (target, _) = found.trim_start_matches('<').split_once('>')?;
    Some(target.to_owned())
}

/// A service over a memory store.
pub(crate) struct Service {
    service: logs_server::Service,
    router: Router,
    store: Arc<MemoryStore>,
}

impl Service {
    pub(crate) fn empty() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(set: impl FnOnce(&mut ServerOptions)) -> Self {
        let store = Arc::new(MemoryStore::new(StoreOptions::default()));
        let tenant = TenantId::new("default").unwrap();
        Self::over(store, Authentication::Open(tenant), set)
    }

    pub(crate) fn over(
        store: Arc<MemoryStore>,
        authentication: Authentication,
        set: impl FnOnce(&mut ServerOptions),
    ) -> Self {
        let mut options = ServerOptions::new(authentication);
        set(&mut options);
        let service = logs_server::Service::new(Arc::clone(&store) as Arc<dyn LogsStore>, options);
        Self {
            router: service.router(),
            service,
            store,
        }
    }

    pub(crate) async fn filled() -> Self {
        let service = Self::empty();
        service.append(RECORDS).await;
        service
    }

    pub(crate) async fn append(&self, lines: &str) {
        let body = Some(("application/x-ndjson", lines));
        let answer = self.send(Method::POST, "/api/v1/records", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    }

    /// Waits until everything that is stored is settled.
    pub(crate) async fn settle(&self) {
        let tenant = TenantId::new("default").unwrap();
        let begun = self.store.settled_before(&tenant).await.unwrap();
        while self.store.settled_before(&tenant).await.unwrap() <= begun {
            tokio::task::yield_now().await;
        }
    }

    /// Stores what the service still holds.
    pub(crate) async fn close(&self) {
        self.service.close().await;
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send_with(Method::GET, path, headers, Vec::new()).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, &str)>,
    ) -> Answer {
        let (media_type, body) = body.unwrap_or_default();
        let headers = [("content-type", media_type)];
        let headers = if media_type.is_empty() {
            &[]
        } else {
            &headers[..]
        };
        self.send_with(method, path, headers, body.as_bytes().to_vec())
            .await
    }

    pub(crate) async fn send_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

/// An answer of the service.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("an answer in JSON")
    }
}
