//! SQLite's message for the log of an operator, without values of rows.

use std::error::Error;
use std::fmt;

/// The extended result code of `RAISE` in a trigger, from <https://sqlite.org/rescode.html>. Its message is the
/// trigger's own text.
const CONSTRAINT_TRIGGER: i32 = 1811;
/// The primary result code of an error in a statement, from the same list. A function may quote its arguments in
/// the message.
const GENERIC: i32 = 1;

/// The safe parts of an error of SQLite, for the log of an operator: no values of rows.
#[derive(Debug)]
struct SqliteMessage {
    code: i32,
    /// `None` if the message may quote values.
    message: Option<String>,
}

impl fmt::Display for SqliteMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SQLite code {}", self.code)?;
        match &self.message {
            Some(message) => write!(formatter, ": {message}"),
            None => Ok(()),
        }
    }
}

impl Error for SqliteMessage {}

/// The source of an error of the store. What the driver itself says may quote an answer.
pub(crate) fn source(error: sqlx::Error) -> Box<dyn Error + Send + Sync> {
    if let Some(code) = extended_code(&error) {
        let quotes = code == CONSTRAINT_TRIGGER || code & 0xff == GENERIC;
        let said = error.as_database_error().filter(|_| !quotes);
        return Box::new(SqliteMessage {
            code,
            message: said.map(|said| said.message().to_owned()),
        });
    }
    if let sqlx::Error::Io(error) = error {
        return Box::new(error);
    }
    "the driver failed".into()
}

/// The extended result code.
pub(crate) fn extended_code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use sqlx::sqlite::SqliteConnection;
    use sqlx::{AssertSqlSafe, Connection};

    use crate::error::before_commit;

    /// A value of a row.
    const SECRET: &str = "s3cret";

    #[tokio::test]
    async fn an_error_tells_what_sqlite_said_and_no_value() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        // A foreign trigger quotes the row where the library lets it, and its own text in any case.
        let schema = format!(
            "CREATE TABLE t (name TEXT UNIQUE CHECK (length(name) < 9)) STRICT; \
             INSERT INTO t VALUES ('{SECRET}'); \
             CREATE TABLE u (name TEXT); CREATE TRIGGER r BEFORE INSERT ON u \
             BEGIN SELECT RAISE(ABORT, 'refused {SECRET}'); END"
        );
        let run = sqlx::raw_sql(AssertSqlSafe(schema));
        run.execute(&mut connection).await.unwrap();
        for (sql, expected) in [
            (
                format!("INSERT INTO t VALUES ('{SECRET}')"),
                "SQLite code 2067: UNIQUE constraint failed: t.name",
            ),
            (
                format!("INSERT INTO t VALUES ('{SECRET} and more')"),
                "SQLite code 275: CHECK constraint failed: length(name) < 9",
            ),
            (
                format!("INSERT INTO u VALUES ('{SECRET}')"),
                "SQLite code 1811",
            ),
            (
                format!("SELECT json_extract('{{}}', '{SECRET}')"),
                "SQLite code 1",
            ),
        ] {
            let ran = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection);
            let error = before_commit(ran.await.unwrap_err());
            assert_eq!(error.source().unwrap().to_string(), expected);
            let mut shown = format!("{error} {error:?}");
            let mut source = error.source();
            while let Some(cause) = source {
                shown.push_str(&format!("{cause} {cause:?}"));
                source = cause.source();
            }
            assert!(!shown.contains(SECRET), "{shown}");
        }
    }
}
