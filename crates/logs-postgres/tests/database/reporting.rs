//! The views for reporting: one tenant, or nothing; and nothing of the tables behind.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;

use logs_domain::{
    AppendBatch, Draft, LogsWriter, OnConflict, PlatformBatch, PlatformWriter, RecordKind, TenantId,
};
use logs_postgres::PostgresStore;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use test_postgres::{Database, Durability, Server};

use crate::records::{as_superuser, at};
use crate::support;

const VIEWS: &[&str] = &[
    "llm_run",
    "trace",
    "trace_step",
    "audit_entry",
    "system_record",
    "log_export",
];

/// Records of every kind, of two tenants and of the platform.
async fn filled(database: &Database) {
    let url = database.url_as(support::APPLICATION);
    let store = PostgresStore::connect(&url, at("2025-06-15T00:00:00Z"))
        .await
        .unwrap();
    for tenant in ["acme", "other"] {
        let lines = include_str!("../../../../examples/sample/agent-run.ndjson");
        let exports = (1..=3).map(|n| {
            format!(
                r#"{{"log_export":{{"id":"019cae2f-1c00-7000-8000-00000000000{n}","scope":"audit",
                    "format":"json","requested_by":"ada"}}}}"#
            )
        });
        let sum = "0".repeat(64);
        let outcomes = [
            format!(
                r#"{{"log_export_outcome":{{"export_id":"019cae2f-1c00-7000-8000-000000000001",
                    "result":{{"completed":{{"checksum":"{sum}",
                    "delivered_at":"2025-06-15T00:00:00Z"}}}}}}}}"#
            ),
            r#"{"log_export_outcome":{"export_id":"019cae2f-1c00-7000-8000-000000000002",
                "result":{"failed":{"reason":"no space"}}}}"#
                .to_owned(),
        ];
        let drafts: Vec<Draft> = lines
            .lines()
            .map(str::to_owned)
            .chain(exports)
            .chain(outcomes)
            .map(|draft| Draft::from_json(&draft).unwrap())
            .collect();
        let tenant = TenantId::new(tenant).unwrap();
        let batch = AppendBatch::new(drafts.clone()).unwrap();
        store
            .append(&tenant, &batch, OnConflict::RejectCall)
            .await
            .unwrap();
        if tenant.as_str() == "other" {
            let of_platform = drafts.into_iter().find_map(|draft| {
                let Draft::SystemRecord(record) = draft else {
                    return None;
                };
                Some(record)
            });
            let batch = PlatformBatch::new(vec![of_platform.unwrap()]).unwrap();
            store
                .append_platform(&batch, OnConflict::RejectCall)
                .await
                .unwrap();
        }
    }
}

async fn tenants(connection: &mut PgConnection, view: &str) -> Vec<String> {
    let sql = format!("SELECT COALESCE(tenant_id, 'platform') FROM logs.reporting_{view}");
    sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_all(connection)
        .await
        .unwrap()
}

async fn set(connection: &mut PgConnection, tenant: &str) {
    let set = sqlx::query("SELECT set_config('app.tenant_id', $1, false)");
    set.bind(tenant).execute(connection).await.unwrap();
}

#[tokio::test]
async fn a_report_is_of_one_tenant_or_of_none() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    filled(&database).await;
    let url = database.url_as_member("logs_reporting").unwrap();
    let mut reporter = PgConnection::connect(&url).await.unwrap();
    for view in VIEWS {
        assert_eq!(
            tenants(&mut reporter, view).await,
            [""; 0],
            "{view} without a tenant"
        );
    }
    for nobody in ["", "nobody", "Acme", "~platform"] {
        set(&mut reporter, nobody).await;
        for view in VIEWS {
            let found: BTreeSet<String> = tenants(&mut reporter, view).await.into_iter().collect();
            // Whoever is some tenant sees what the platform tells everyone.
            let platform = *view == "system_record" && !nobody.is_empty();
            let expected = match nobody {
                "~platform" => "~platform",
                _ => "platform",
            };
            assert_eq!(found.contains(expected), platform, "{view} as {nobody:?}");
            assert_eq!(
                found.len(),
                usize::from(platform),
                "{view} as {nobody:?}: {found:?}"
            );
        }
    }
    let mut superuser = as_superuser(&database).await;
    for tenant in ["acme", "other"] {
        set(&mut reporter, tenant).await;
        for view in VIEWS {
            let found = tenants(&mut reporter, view).await;
            let (platform, own): (Vec<String>, Vec<String>) =
                found.into_iter().partition(|tenant| tenant == "platform");
            let count = format!("SELECT COUNT(*) FROM logs.{view} WHERE tenant_id = '{tenant}'");
            let count = sqlx::query_scalar(AssertSqlSafe(count));
            let expected: i64 = count.fetch_one(&mut superuser).await.unwrap();
            assert!(expected > 0, "nothing is tested about {view}");
            assert_eq!(own.len() as i64, expected, "{view} of {tenant}");
            assert!(
                own.iter().all(|found| found == tenant),
                "{view} of {tenant}"
            );
            assert_eq!(platform.len(), usize::from(*view == "system_record"));
        }
    }
    let status = "SELECT status FROM logs.reporting_log_export ORDER BY id";
    let status: Vec<String> = sqlx::query_scalar(status)
        .fetch_all(&mut reporter)
        .await
        .unwrap();
    assert_eq!(status, ["completed", "failed", "pending"]);
}

#[tokio::test]
async fn a_reporter_reads_views_and_nothing_else() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    filled(&database).await;
    let url = database.url_as_member("logs_reporting").unwrap();
    let mut reporter = PgConnection::connect(&url).await.unwrap();
    set(&mut reporter, "acme").await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'logs'::regnamespace \
         AND relkind IN ('r', 'p')",
    )
    .fetch_all(&mut as_superuser(&database).await)
    .await
    .unwrap();
    assert!(tables.len() > 20, "{tables:?}");
    let mut refused = Vec::new();
    for table in &tables {
        refused.push(format!("SELECT 1 FROM logs.{table}"));
        refused.push(format!("INSERT INTO logs.{table} DEFAULT VALUES"));
        refused.push(format!("TRUNCATE logs.{table}"));
    }
    for view in VIEWS {
        refused.push(format!("DELETE FROM logs.reporting_{view}"));
        refused.push(format!("UPDATE logs.reporting_{view} SET id = id"));
    }
    refused.push("SELECT logs.ensure_partitions()".to_owned());
    refused.push("SELECT logs.make_partitions('2025-06-01', 1)".to_owned());
    refused.push("SELECT logs.months_before(0::smallint, now())".to_owned());
    refused.push("SELECT logs.drop_months_before(0::smallint, now(), 1)".to_owned());
    refused.push("CREATE TABLE logs.mine (x integer)".to_owned());
    for sql in refused {
        let error = sqlx::raw_sql(AssertSqlSafe(sql.clone()))
            .execute(&mut reporter)
            .await;
        let error = error.expect_err(&sql);
        let code = error.as_database_error().and_then(|error| error.code());
        // No right; or for a view that joins, nothing that could be written.
        assert!(
            matches!(code.as_deref(), Some("42501" | "55000")),
            "{sql}: {error}"
        );
    }
}

#[tokio::test]
async fn no_function_in_a_report_sees_a_row_of_another_tenant() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    filled(&database).await;
    // As cheap as can be, so that the planner would call it first.
    let spy = "CREATE FUNCTION public.spy(tenant text) RETURNS boolean LANGUAGE plpgsql \
               COST 0.0000001 AS $$ BEGIN \
                   IF tenant <> 'acme' THEN RAISE 'saw %', tenant; END IF; RETURN true; END; $$";
    let mut superuser = as_superuser(&database).await;
    sqlx::raw_sql(spy).execute(&mut superuser).await.unwrap();
    let url = database.url_as_member("logs_reporting").unwrap();
    let mut reporter = PgConnection::connect(&url).await.unwrap();
    set(&mut reporter, "acme").await;
    for view in [
        "llm_run",
        "trace",
        "trace_step",
        "audit_entry",
        "log_export",
    ] {
        let sql = format!("SELECT COUNT(*) FROM logs.reporting_{view} WHERE public.spy(tenant_id)");
        let count = sqlx::query_scalar(AssertSqlSafe(sql));
        let count: i64 = count.fetch_one(&mut reporter).await.unwrap();
        assert!(count > 0, "{view}");
    }
    // The control: without the barrier it sees them.
    let open = "SELECT COUNT(*) FROM logs.llm_run WHERE public.spy(tenant_id)";
    let seen = sqlx::raw_sql(open)
        .execute(&mut superuser)
        .await
        .unwrap_err();
    assert!(seen.to_string().contains("saw other"), "{seen}");
}

#[tokio::test]
async fn every_view_has_every_field_of_its_kind() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let mut connection = as_superuser(&database).await;
    for kind in RecordKind::ALL {
        // Outcomes are folded into their exports.
        let is_folded = *kind == RecordKind::LogExportOutcome;
        let view = if is_folded {
            RecordKind::LogExport
        } else {
            *kind
        };
        let columns: Vec<String> = sqlx::query_scalar(
            "SELECT column_name::text FROM information_schema.columns \
             WHERE table_schema = 'logs' AND table_name = $1",
        )
        .bind(format!("reporting_{view}"))
        .fetch_all(&mut connection)
        .await
        .unwrap();
        let head = ["tenant_id", "id", "created_at"].into_iter();
        let fields = kind.columns().map(|field| field.name);
        for name in head.chain(fields) {
            let is_shown = columns.iter().any(|column| column == name);
            assert!(is_shown, "reporting_{view} shows {name}");
        }
    }
}
