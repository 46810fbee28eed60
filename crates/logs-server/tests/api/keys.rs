//! Who is let in, and for which tenant.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::{Method, StatusCode};
use logs_domain::{LogsStore, StoreOptions, TenantId, UuidV7Generator};
use logs_keys::{Grant, KeyRing, KeyVault, Pepper, Role, Tenants};
use logs_memory::MemoryStore;
use logs_server::Authentication;
use serde_json::{Value, json};

use super::service::{Answer, RECORDS, Service, run};

struct Guarded {
    service: Service,
    vault: KeyVault,
}

fn tenant(name: &str) -> TenantId {
    TenantId::new(name).unwrap()
}

fn guarded() -> Guarded {
    let store = Arc::new(MemoryStore::new(StoreOptions::default()));
    let pepper = Pepper::random().unwrap();
    let shared = Arc::clone(&store) as Arc<dyn LogsStore>;
    let vault = KeyVault::new(shared, tenant(KeyVault::TENANT), pepper);
    let ring = Arc::new(KeyRing::new(vault.clone()));
    let service = Service::over(store, Authentication::Keys(ring), |_| {});
    Guarded { service, vault }
}

impl Guarded {
    async fn key(&self, tenants: Tenants, roles: &[Role]) -> String {
        let roles = roles.iter().copied().collect();
        let grant = Grant::new(tenants, roles);
        let key = self
            .vault
            .issue(&grant, &UuidV7Generator, None)
            .await
            .unwrap();
        key.reveal()
    }

    async fn key_of(&self, name: &str) -> String {
        self.key(Tenants::Only(BTreeSet::from([tenant(name)])), Role::ALL)
            .await
    }

    async fn get(&self, path: &str, key: &str) -> Answer {
        self.get_as(path, key, &[]).await
    }

    async fn get_as(&self, path: &str, key: &str, headers: &[(&str, &str)]) -> Answer {
        let authorization = format!("Bearer {key}");
        let mut all = vec![("authorization", authorization.as_str())];
        all.extend(headers);
        self.service.get_with(path, &all).await
    }

    async fn append(&self, key: &str, body: &str) -> Answer {
        let authorization = format!("Bearer {key}");
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/x-ndjson"),
        ];
        let body = body.as_bytes().to_vec();
        self.service
            .send_with(Method::POST, "/api/v1/records", &headers, body)
            .await
    }
}

/// Every route with its method and its role, as the description tells.
fn routes() -> Vec<(Method, String, String)> {
    let document = logs_server::openapi();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let role = operation["security"][0]["key"][0]
                .as_str()
                .unwrap()
                .to_owned();
            let method = method.to_ascii_uppercase().parse().unwrap();
            routes.push((method, path.clone(), role));
        }
    }
    for signal in ["traces", "logs", "metrics"] {
        routes.push((Method::POST, format!("/v1/{signal}"), "ingest".to_owned()));
    }
    routes
}

#[tokio::test]
async fn each_role_opens_its_routes_and_no_other() {
    let guarded = guarded();
    let only = || Tenants::Only(BTreeSet::from([tenant("acme")]));
    let mut keys = Vec::new();
    for role in Role::ALL {
        keys.push((role.as_str(), guarded.key(only(), &[*role]).await));
    }
    let routes = routes();
    assert!(routes.len() > 20);
    for (method, path, needed) in routes {
        let send = async |key: Option<&str>| {
            let authorization = key.map(|key| format!("Bearer {key}"));
            let mut headers = vec![("content-type", "application/json")];
            headers.extend(
                authorization
                    .as_deref()
                    .map(|value| ("authorization", value)),
            );
            let body = b"{}".to_vec();
            guarded
                .service
                .send_with(method.clone(), &path, &headers, body)
                .await
        };
        let without = send(None).await;
        assert_eq!(without.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        for (role, key) in &keys {
            let status = send(Some(key)).await.status;
            let is_let_in = status != StatusCode::FORBIDDEN && status != StatusCode::UNAUTHORIZED;
            assert_eq!(
                is_let_in,
                *role == needed,
                "{method} {path} {role}: {status}"
            );
        }
    }
    let document = guarded.service.get("/api/v1/openapi.json").await;
    assert_eq!(
        document.status,
        StatusCode::OK,
        "the description is for everybody"
    );
}

#[tokio::test]
async fn a_key_is_taken_in_the_ways_that_exporters_know() {
    let guarded = guarded();
    let key = guarded.key_of("acme").await;
    let basic = |text: String| {
        use base64::Engine;
        format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode(text)
        )
    };
    for (name, value) in [
        ("authorization", format!("Bearer {key}")),
        ("authorization", format!("bearer {key}")),
        ("authorization", basic(format!("anybody:{key}"))),
        ("x-api-key", key.clone()),
    ] {
        let answer = guarded
            .service
            .get_with("/api/v1/runs", &[(name, &value)])
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{name} {value}");
    }
    let changed = key.replace("lgs_", "lgt_");
    for (name, value) in [
        ("authorization", format!("Bearer {changed}")),
        ("authorization", format!("Bearer {}", &key[..80])),
        ("authorization", basic(key.clone())),
        ("authorization", "Basic !".to_owned()),
        ("authorization", format!("Digest {key}")),
        ("x-api-key", String::new()),
        ("x-other", key.clone()),
    ] {
        let answer = guarded
            .service
            .get_with("/api/v1/runs", &[(name, &value)])
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert!(
            !answer.text().contains(&key[17..60]),
            "no secret in an answer"
        );
    }
}

#[tokio::test]
async fn no_key_reaches_another_tenant() {
    let guarded = guarded();
    let (acme, beta) = (guarded.key_of("acme").await, guarded.key_of("beta").await);
    assert_eq!(guarded.append(&acme, RECORDS).await.status, StatusCode::OK);
    let cursor = {
        guarded.append(&acme, &run("second")).await;
        let page = guarded.get("/api/v1/runs?limit=1", &acme).await.json();
        page["next"].as_str().unwrap().to_owned()
    };
    for path in [
        "/api/v1/run?id=r%2F1",
        "/api/v1/run/trace?id=r%2F1",
        "/api/v1/run/replay?id=r%2F1",
        "/api/v1/run/environment?id=r%2F1",
        "/api/v1/run/telemetry?id=r%2F1",
        "/api/v1/trace?id=t",
        "/api/v1/system/record?id=00000000-0000-7000-8000-000000000001",
        "/api/v1/audit/entry?id=00000000-0000-7000-8000-000000000011",
    ] {
        assert_eq!(
            guarded.get(path, &acme).await.status,
            StatusCode::OK,
            "{path}"
        );
        assert_eq!(
            guarded.get(path, &beta).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    for path in [
        "/api/v1/runs",
        "/api/v1/traces",
        "/api/v1/system",
        "/api/v1/governance",
    ] {
        assert_eq!(
            guarded.get(path, &beta).await.json()["items"],
            json!([]),
            "{path}"
        );
    }
    let foreign = guarded
        .get(&format!("/api/v1/runs?after={cursor}"), &beta)
        .await;
    assert_eq!(foreign.status, StatusCode::BAD_REQUEST);
    for header in ["x-logs-tenant", "x-scope-orgid"] {
        let forged = guarded
            .get_as("/api/v1/runs", &beta, &[(header, "acme")])
            .await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN, "{header}");
        let own = guarded
            .get_as("/api/v1/runs", &beta, &[(header, "beta")])
            .await;
        assert_eq!(own.status, StatusCode::OK, "{header}");
    }
    let keys = guarded
        .get_as(
            "/api/v1/audit",
            &beta,
            &[("x-logs-tenant", KeyVault::TENANT)],
        )
        .await;
    assert_eq!(keys.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_gateway_names_the_tenant_of_each_request() {
    let guarded = guarded();
    let some = BTreeSet::from([tenant("acme"), tenant("beta")]);
    let some = guarded.key(Tenants::Only(some), Role::ALL).await;
    let any = guarded.key(Tenants::Any, Role::ALL).await;
    let status = async |key: &str, headers: &[(&str, &str)]| {
        guarded.get_as("/api/v1/runs", key, headers).await.status
    };
    for key in [&some, &any] {
        assert_eq!(status(key, &[]).await, StatusCode::BAD_REQUEST);
        assert_eq!(
            status(key, &[("x-logs-tenant", "acme")]).await,
            StatusCode::OK
        );
        assert_eq!(
            status(key, &[("x-scope-orgid", "beta")]).await,
            StatusCode::OK
        );
        let twice = [("x-logs-tenant", "acme"), ("x-logs-tenant", "beta")];
        assert_eq!(status(key, &twice).await, StatusCode::BAD_REQUEST);
        assert_eq!(
            status(key, &[("x-logs-tenant", "~platform")]).await,
            StatusCode::BAD_REQUEST
        );
    }
    let of_keys = [("x-logs-tenant", KeyVault::TENANT)];
    assert_eq!(status(&any, &of_keys).await, StatusCode::FORBIDDEN);
    assert_eq!(
        status(&some, &[("x-logs-tenant", "other")]).await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        status(&any, &[("x-logs-tenant", "other")]).await,
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_entry_about_a_read_names_the_key() {
    let guarded = guarded();
    let key = guarded.key_of("acme").await;
    guarded.append(&key, RECORDS).await;
    guarded.get("/api/v1/run?id=r%2F1", &key).await;
    let noted = guarded.get("/api/v1/audit/access", &key).await.json();
    let entry: &Value = &noted["items"][0]["record"];
    assert_eq!(entry["actor_id"], format!("key:{}", &key[4..16]));
    // Whoever may act for a tenant is evidence in that tenant.
    let issued = guarded
        .get("/api/v1/audit?entity_type=API_KEY", &key)
        .await
        .json();
    assert_eq!(issued["items"][0]["record"]["event_type"], "ApiKeyIssued");
    assert!(!issued.to_string().contains(&key[17..81]));
}
