//! Compares indexes with their tables by the extension amcheck. A damaged index gives wrong answers
//! without an error.

use logs_domain::StoreResult;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row as _};

use crate::doctor::Check;
use crate::error;

/// The schema of the extension, if this role may call it.
const EXTENSION: &str = "SELECT nspname::text FROM pg_extension \
    JOIN pg_namespace ON pg_namespace.oid = extnamespace \
    JOIN pg_proc ON pronamespace = extnamespace AND proname = 'bt_index_check' AND pronargs = 2 \
    WHERE extname = 'amcheck' AND has_schema_privilege(pg_namespace.oid, 'USAGE') \
        AND has_function_privilege(pg_proc.oid, 'EXECUTE')";

/// The indexes of the schema that amcheck knows how to read.
const INDEXES: &str = "SELECT pg_class.oid::bigint AS oid, relname::text AS name FROM pg_class \
    JOIN pg_am ON pg_am.oid = relam AND amname = 'btree' \
    WHERE relnamespace = 'logs'::regnamespace AND relkind = 'i' ORDER BY relname";

/// Compares each index with its table.
pub(super) async fn check(connection: &mut PgConnection) -> StoreResult<Check> {
    let schema: Option<String> = sqlx::query_scalar(EXTENSION)
        .fetch_optional(&mut *connection)
        .await
        .map_err(error::read)?;
    let Some(schema) = schema else {
        return Ok(Check {
            name: "index pages",
            passed: true,
            found:
                "not compared with their tables: CREATE EXTENSION amcheck, and GRANT EXECUTE ON \
                    FUNCTION bt_index_check(regclass, boolean) to this role"
                    .to_owned(),
        });
    };
    let indexes = sqlx::query(INDEXES)
        .fetch_all(&mut *connection)
        .await
        .map_err(error::read)?;
    let quoted = schema.replace('"', "\"\"");
    let sql = format!("SELECT \"{quoted}\".bt_index_check($1::bigint::oid::regclass, true)");
    let mut damaged = Vec::new();
    for index in &indexes {
        let oid: i64 = index.try_get("oid").map_err(error::read)?;
        let name: String = index.try_get("name").map_err(error::read)?;
        let checked = sqlx::query(AssertSqlSafe(sql.clone())).bind(oid);
        match checked.execute(&mut *connection).await {
            Ok(_) => {}
            Err(error) if error::is_corruption(&error) => damaged.push(name),
            Err(error) => return Err(error::read(error)),
        }
    }
    let count = indexes.len();
    Ok(Check {
        name: "index pages",
        passed: damaged.is_empty(),
        found: match damaged.as_slice() {
            [] => format!("{count} indexes hold what their tables do"),
            names => format!(
                "of {count} indexes {} are damaged: {}",
                names.len(),
                names.join(", ")
            ),
        },
    })
}
