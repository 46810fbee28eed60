//! What stands in an index fits into it, whatever producers choose: a record that does not would be
//! refused for ever, on this store alone.

use logs_contract::samples::{at, id, varied};
use logs_domain::{
    AuditEventType, CorrelationId, EntityId, EntityType, Model, RunId, SessionId, SpanId, TenantId,
    TraceId,
};
use test_postgres::{Durability, Server};

use crate::records::as_superuser;
use crate::support;

/// The most bytes of a row of a B-tree index: a third of a page, less what a page needs.
const MOST_BYTES: usize = 2704;

/// The most bytes of the values of a column, and of what the server puts before them to align them
/// and to tell their length.
fn most_bytes(kind: &str, column: &str) -> Option<usize> {
    let text = match column {
        "tenant_id" => TenantId::MAX_BYTES,
        "run_id" | "parent_run_id" => RunId::MAX_BYTES,
        "trace_id" => TraceId::MAX_BYTES,
        "session_id" => SessionId::MAX_BYTES,
        "span_id" => SpanId::MAX_BYTES,
        "model" => Model::MAX_BYTES,
        "entity_type" => EntityType::MAX_BYTES,
        "entity_id" => EntityId::MAX_BYTES,
        "correlation_id" => CorrelationId::MAX_BYTES,
        "event_type" => AuditEventType::MAX_BYTES,
        _ => 0,
    };
    match kind {
        "text" if text > 0 => Some(text + 8),
        "uuid" => Some(16 + 8),
        "bigint" | "timestamp with time zone" => Some(8 + 8),
        "smallint" => Some(2 + 8),
        _ => None,
    }
}

#[tokio::test]
async fn every_index_has_room_for_the_largest_values_of_its_columns() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let mut connection = as_superuser(&database).await;
    // Partitions have the indexes of their tables. Columns that are only included are part of the row.
    let columns: Vec<(String, Option<String>, Option<String>)> = sqlx::query_as(
        "SELECT indexrelid::regclass::text, attname, format_type(atttypid, NULL) \
         FROM pg_index JOIN pg_class ON pg_class.oid = indrelid \
         CROSS JOIN LATERAL unnest(indkey::smallint[]) AS key (number) \
         LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = key.number \
         WHERE relnamespace = 'logs'::regnamespace AND NOT relispartition \
             AND relname NOT IN ('schema_migration', 'retention_floor')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut rows = std::collections::BTreeMap::new();
    for (index, column, kind) in columns {
        let (column, kind) = (column.unwrap_or_default(), kind.unwrap_or_default());
        let bytes = most_bytes(&kind, &column);
        // An expression has no column, and no limit that is known here.
        let bytes = bytes.unwrap_or_else(|| panic!("{index}: {column} {kind} has no known limit"));
        // The head of a row, with the bits that tell which of its values are null.
        *rows.entry(index).or_insert(16) += bytes;
    }
    assert!(rows.len() >= 24, "{rows:?}");
    for (index, bytes) in rows {
        assert!(bytes <= MOST_BYTES, "{index} may need {bytes} bytes");
    }
}

#[tokio::test]
async fn a_text_that_no_run_id_can_be_has_no_room_in_the_index_of_runs() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let mut connection = as_superuser(&database).await;
    sqlx::raw_sql("SELECT logs.make_partitions('2025-01-01', 1)")
        .execute(&mut connection)
        .await
        .unwrap();
    let mut written = Vec::new();
    for bytes in [RunId::MAX_BYTES, 3_000] {
        let sql = "INSERT INTO logs.governance_run (tenant_id, class, created_at, id, run_id) \
                   VALUES ($1, 0, $2, $3, $4)";
        let row = sqlx::query(sql)
            .bind(varied(TenantId::MAX_BYTES, 1))
            .bind(at(0).to_datetime())
            .bind(id(1).as_uuid())
            .bind(varied(bytes, 2));
        written.push(row.execute(&mut connection).await.map(drop));
    }
    assert!(written[0].is_ok(), "{written:?}");
    let refused = written[1].as_ref().unwrap_err();
    let refused = refused.as_database_error().unwrap();
    assert_eq!(refused.code().as_deref(), Some("54000"), "{refused}");
}
