//! Steps that build one index without blocking writers. They cannot run in a transaction. After an
//! interruption, the next run drops the invalid index and continues.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Error};

/// The first line of such a step.
const MARK: &str = "-- no-transaction";

/// One index of the schema `logs`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Index<'a> {
    name: &'a str,
    table: &'a str,
    /// The columns, and the condition of a partial index.
    of: &'a str,
}

impl<'a> Index<'a> {
    /// Parses a step of the form `CREATE INDEX CONCURRENTLY name ON logs.table (…)` below its mark.
    /// `None` for any other step.
    pub(super) fn parse(step: &'a str) -> Option<Self> {
        let statement = step.strip_prefix(MARK)?;
        let start = statement.find("CREATE INDEX CONCURRENTLY ")?;
        let statement = statement.get(start..)?.trim_end().trim_end_matches(';');
        let statement = statement.strip_prefix("CREATE INDEX CONCURRENTLY ")?;
        let (name, rest) = statement.split_once(" ON logs.")?;
        let (table, of) = rest.split_once(char::is_whitespace)?;
        Some(Self { name, table, of })
    }

    /// Builds the missing parts: on each partition of the table, then on the table, which attaches
    /// those.
    pub(super) async fn build(&self, connection: &mut PgConnection) -> Result<(), Error> {
        run(connection, "SET ROLE logs_owner").await?;
        let built = self.build_as_owner(connection).await;
        run(connection, "RESET ROLE").await?;
        built
    }

    async fn build_as_owner(&self, connection: &mut PgConnection) -> Result<(), Error> {
        let Self { name, table, of } = self;
        let partitions = sqlx::query_scalar!(
            "SELECT relname::text AS \"name!\" FROM pg_catalog.pg_inherits \
             JOIN pg_catalog.pg_class ON pg_class.oid = inhrelid \
             WHERE inhparent = to_regclass('logs.' || $1::text) ORDER BY 1",
            table,
        )
        .fetch_all(&mut *connection)
        .await?;
        let partitioned = sqlx::query_scalar!(
            "SELECT relkind = 'p' AS \"partitioned!\" FROM pg_class \
             WHERE oid = to_regclass('logs.' || $1::text)",
            table,
        )
        .fetch_one(&mut *connection)
        .await?;
        for partition in &partitions {
            // Names have 63 bytes at most. The month distinguishes the partitions.
            let suffix = partition.strip_prefix(table).unwrap_or(partition);
            concurrently(connection, &format!("{name}{suffix}"), partition, of).await?;
        }
        if partitioned {
            let sql = format!(
                "SET LOCAL lock_timeout = '2s'; \
                 CREATE INDEX IF NOT EXISTS {name} ON logs.{table} {of}"
            );
            return run(connection, &sql).await;
        }
        concurrently(connection, name, table, of).await
    }
}

/// Builds one index, and replaces an invalid one.
async fn concurrently(
    connection: &mut PgConnection,
    name: &str,
    table: &str,
    of: &str,
) -> Result<(), Error> {
    let valid = sqlx::query_scalar!(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('logs.' || $1::text)",
        name,
    )
    .fetch_optional(&mut *connection)
    .await?;
    match valid {
        Some(true) => return Ok(()),
        Some(false) => {
            run(connection, &format!("DROP INDEX CONCURRENTLY logs.{name}")).await?;
        }
        None => {}
    }
    let sql = format!("CREATE INDEX CONCURRENTLY {name} ON logs.{table} {of}");
    run(connection, &sql).await
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), Error> {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(connection).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::Index;

    #[test]
    fn steps_that_build_an_index_are_told_from_others() {
        let step = "-- no-transaction\n-- Runs of a provider.\nCREATE INDEX CONCURRENTLY by_x \
                    ON logs.llm_run (tenant_id, x)\n    WHERE x IS NOT NULL;\n";
        let index = Index {
            name: "by_x",
            table: "llm_run",
            of: "(tenant_id, x)\n    WHERE x IS NOT NULL",
        };
        assert_eq!(Index::parse(step), Some(index));
        assert_eq!(
            Index::parse("CREATE INDEX CONCURRENTLY a ON logs.b (c)"),
            None
        );
        assert_eq!(Index::parse("-- no-transaction\nCREATE TABLE a ()"), None);
    }
}
