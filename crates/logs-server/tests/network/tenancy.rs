//! Tenants and roles over gRPC.

use logs_domain::TenantId;
use logs_keys::Role;
use tonic::Code;

use super::grpc::{TRACES, call, connect, field, traces};
use super::support::guarded;

const METHODS: [&str; 3] = [
    TRACES,
    "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
];

#[tokio::test]
async fn each_role_at_each_service() {
    let server = guarded(|_| {}).await;
    // A key is known to the service within a second, so all are issued before the first request.
    let mut keys = Vec::new();
    for role in Role::ALL {
        keys.push((*role, server.key("acme", &[*role]).await));
    }
    let channel = connect(server.running.address).await;
    for method in METHODS {
        let anonymous = call(channel.clone(), method, &[], Vec::new()).await;
        assert_eq!(
            anonymous.unwrap_err().code(),
            Code::Unauthenticated,
            "{method}"
        );
        let wrong = [("authorization", "Bearer lgs_0_0_0")];
        let wrong = call(channel.clone(), method, &wrong, Vec::new()).await;
        assert_eq!(wrong.unwrap_err().code(), Code::Unauthenticated, "{method}");
        for (role, key) in &keys {
            let metadata = [("authorization", key.as_str())];
            let answer = call(channel.clone(), method, &metadata, Vec::new()).await;
            match role {
                Role::Ingest => assert!(answer.is_ok(), "{method}: {answer:?}"),
                Role::Read | Role::AuditRead | Role::Export => {
                    let refused = answer.unwrap_err();
                    assert_eq!(refused.code(), Code::PermissionDenied, "{method} {role}");
                    assert!(refused.message().contains("no role `ingest`"), "{refused}");
                }
            }
        }
    }
    server.running.end().await;
}

#[tokio::test]
async fn nothing_but_the_key_chooses_the_tenant() {
    let server = guarded(|_| {}).await;
    let channel = connect(server.running.address).await;
    let tenant = |name: &str| TenantId::new(name).unwrap();
    let key = server.key("acme", &[Role::Ingest]).await;
    let victim = server.key("victim", &[Role::Ingest]).await;
    for header in ["x-logs-tenant", "x-scope-orgid"] {
        let metadata = [("authorization", key.as_str()), (header, "victim")];
        let forged = call(channel.clone(), TRACES, &metadata, traces()).await;
        assert_eq!(
            forged.unwrap_err().code(),
            Code::PermissionDenied,
            "{header}"
        );
    }
    // A resource that claims another tenant: its spans are refused, all of them here.
    let value = field(2, &field(1, b"victim"));
    let attribute = field(1, &[field(1, b"tenant.id"), value].concat());
    let resource_spans = traces().split_off(2);
    let claimed = field(1, &[field(1, &attribute), resource_spans].concat());
    let metadata = [("authorization", key.as_str())];
    let refused = call(channel.clone(), TRACES, &metadata, claimed).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
    assert!(refused.message().contains("tenant.id"), "{refused}");
    for name in ["acme", "victim"] {
        assert_eq!(server.running.runs_of(&tenant(name)).await, 0, "{name}");
    }
    // The same span by two keys is a record of two tenants.
    for (key, stored) in [
        (&victim, ["victim"].as_slice()),
        (&key, &["victim", "acme"]),
    ] {
        let metadata = [("authorization", key.as_str())];
        call(channel.clone(), TRACES, &metadata, traces())
            .await
            .unwrap();
        for name in ["acme", "victim"] {
            let expected = usize::from(stored.contains(&name));
            assert_eq!(
                server.running.runs_of(&tenant(name)).await,
                expected,
                "{name}"
            );
        }
    }
    server.running.end().await;
}
