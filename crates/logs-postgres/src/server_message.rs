//! The server's message for the log of an operator, without values of rows, parameters or queries.

use std::error::Error;
use std::fmt;

use sqlx::postgres::PgDatabaseError;

/// Classes of SQLSTATE whose primary messages name objects, files and settings. Messages of other
/// classes may quote values, above all of class 22 (data exception).
/// From <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
const NAMING_CLASSES: [&str; 15] = [
    "08", "0A", "23", "25", "26", "28", "3D", "3F", "40", "42", "53", "54", "57", "58", "XX",
];
/// The class of the schema's own errors. They name tables.
const OWN_CLASS: &str = "LG";
/// A syntax error. Its message quotes the query.
const SYNTAX_ERROR: &str = "42601";

/// The safe parts of an error of the server. DETAIL prints values of rows, HINT, WHERE and the query
/// may, so none of them is kept; nor is the error of the driver, whose `Debug` prints them all.
#[derive(Debug)]
struct ServerMessage {
    sqlstate: String,
    /// `None` if the message may quote values.
    message: Option<String>,
    table: Option<String>,
    constraint: Option<String>,
}

impl fmt::Display for ServerMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SQLSTATE {}", self.sqlstate)?;
        if let Some(message) = &self.message {
            write!(formatter, ": {message}")?;
        }
        if let Some(table) = &self.table {
            write!(formatter, ", table {table}")?;
        }
        if let Some(constraint) = &self.constraint {
            write!(formatter, ", constraint {constraint}")?;
        }
        Ok(())
    }
}

impl Error for ServerMessage {}

/// The source of an error of the store. What the driver itself says may quote an answer.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other error of the driver is told in the same words"
)]
pub(crate) fn source(error: sqlx::Error) -> Box<dyn Error + Send + Sync> {
    match error {
        sqlx::Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
            Some(error) => Box::new(ServerMessage::new(error)),
            None => "the driver failed".into(),
        },
        sqlx::Error::Io(error) => Box::new(error),
        sqlx::Error::Tls(error) => error,
        sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => {
            "the answer could not be decoded".into()
        }
        sqlx::Error::Protocol(_) => "the answer broke the protocol".into(),
        _ => "the driver failed".into(),
    }
}

impl ServerMessage {
    fn new(error: &PgDatabaseError) -> Self {
        let quotes_nothing = names_only(error.code());
        Self {
            sqlstate: error.code().to_owned(),
            message: quotes_nothing.then(|| error.message().to_owned()),
            table: error.table().map(str::to_owned),
            constraint: error.constraint().map(str::to_owned),
        }
    }
}

/// Whether the primary message of an error names only objects.
fn names_only(sqlstate: &str) -> bool {
    let class = sqlstate.get(..2).unwrap_or_default();
    sqlstate != SYNTAX_ERROR && (class == OWN_CLASS || NAMING_CLASSES.contains(&class))
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use logs_domain::StoreError;
    use sqlx::postgres::PgConnection;
    use sqlx::{AssertSqlSafe, Connection};
    use test_postgres::{Durability, Server};

    use crate::error;

    /// A value of a row, or a piece of a query.
    const SECRET: &str = "s3cret";

    async fn failed(connection: &mut PgConnection, sql: String) -> StoreError {
        let ran = sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await;
        let driver = ran.unwrap_err();
        let shown = format!("{driver:?}");
        assert!(shown.contains(SECRET), "the driver shows it: {shown}");
        error::read(driver)
    }

    #[tokio::test]
    async fn the_source_tells_what_the_server_said_and_no_value() {
        let server = Server::start(Durability::Off).unwrap();
        let database = server.empty().unwrap();
        let mut connection = PgConnection::connect(&database.url()).await.unwrap();
        let table = format!(
            "CREATE TABLE t (name text CONSTRAINT t_name UNIQUE CONSTRAINT t_short \
             CHECK (length(name) < 9)); INSERT INTO t VALUES ('{SECRET}')"
        );
        sqlx::raw_sql(AssertSqlSafe(table))
            .execute(&mut connection)
            .await
            .unwrap();
        let table = [
            (
                format!("INSERT INTO t VALUES ('{SECRET}')"),
                "SQLSTATE 23505: duplicate key value violates unique constraint \"t_name\", \
                 table t, constraint t_name",
            ),
            (
                format!("INSERT INTO t VALUES ('{SECRET} and more')"),
                "SQLSTATE 23514: new row for relation \"t\" violates check constraint \"t_short\", \
                 table t, constraint t_short",
            ),
            (format!("SELECT '{SECRET}'::uuid"), "SQLSTATE 22P02"),
            (format!("VALUES {SECRET}"), "SQLSTATE 42601"),
            (
                format!("DO $$ BEGIN RAISE '{SECRET}'; END $$"),
                "SQLSTATE P0001",
            ),
        ];
        for (sql, expected) in table {
            let error = failed(&mut connection, sql).await;
            assert_eq!(error.source().unwrap().to_string(), expected);
            let mut shown = format!("{error} {error:?}");
            let mut source = error.source();
            while let Some(cause) = source {
                shown.push_str(&format!("{cause} {cause:?}"));
                source = cause.source();
            }
            assert!(!shown.contains(SECRET), "{shown}");
            assert!(shown.contains(&expected[9..14]), "{shown}");
        }
        let ended = sqlx::raw_sql("SELECT pg_terminate_backend(pg_backend_pid())")
            .execute(&mut connection)
            .await;
        assert_eq!(
            error::read(ended.unwrap_err())
                .source()
                .unwrap()
                .to_string(),
            "SQLSTATE 57P01: terminating connection due to administrator command"
        );
    }
}
