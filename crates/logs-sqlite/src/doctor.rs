//! What an operator wants to know about a store file.

use std::path::Path;

use logs_domain::StoreResult;
use sqlx::Connection;

use crate::open::{Access, connect};
use crate::{SqliteStore, error, migrations};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// What was looked at, in a word or two.
    pub name: &'static str,
    /// Whether the store can keep its promises as far as this goes.
    pub passed: bool,
    /// What was found, for people.
    pub found: String,
}

impl SqliteStore {
    /// Looks at the file at `path`, changes nothing and says what was found. It reads the whole
    /// file once to check it.
    ///
    /// # Errors
    /// When the file cannot be opened, or is not ours.
    pub async fn doctor(path: impl AsRef<Path>) -> StoreResult<Vec<Check>> {
        let path = path.as_ref();
        let mut connection = connect(path, Access::ReadOnly).await?;
        let schema = migrations::current(&mut connection).await?;
        let text = |sql: &'static str| sqlx::query_scalar::<_, String>(sql);
        let number = |sql: &'static str| sqlx::query_scalar::<_, i64>(sql);
        let journal = text("PRAGMA journal_mode").fetch_one(&mut connection).await;
        let journal = journal.map_err(error::read)?;
        let integrity = text("PRAGMA quick_check(1)")
            .fetch_one(&mut connection)
            .await;
        let integrity = integrity.map_err(error::read)?;
        let unguarded = number(UNGUARDED)
            .fetch_one(&mut connection)
            .await
            .map_err(error::read)?;
        let bytes =
            number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
        let bytes = bytes
            .fetch_one(&mut connection)
            .await
            .map_err(error::read)?;
        connection.close().await.map_err(error::read)?;
        let log = std::fs::metadata(wal(path)).map_or(0, |file| file.len());
        Ok(vec![
            Check {
                name: "schema",
                passed: schema == migrations::known(),
                found: format!(
                    "version {schema}, this program knows {}",
                    migrations::known()
                ),
            },
            Check {
                name: "journal",
                passed: journal == "wal",
                found: format!("mode {journal}; commits are synced to the disk"),
            },
            Check {
                name: "integrity",
                passed: integrity == "ok",
                found: integrity,
            },
            Check {
                name: "append-only",
                passed: schema > 0 && unguarded == 0,
                found: format!("{unguarded} tables of records without all of their triggers"),
            },
            Check {
                name: "size",
                passed: true,
                found: format!("{bytes} bytes, log {log} bytes"),
            },
        ])
    }
}

/// How many tables of records lack a trigger against UPDATE, DELETE or REPLACE.
const UNGUARDED: &str = "SELECT COUNT(*) FROM sqlite_schema AS record \
     WHERE type = 'table' AND name NOT IN ('store_clock') AND name NOT LIKE 'sqlite_%' \
     AND (SELECT COUNT(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = record.name \
          AND name IN (record.name || '_no_update', record.name || '_no_delete', \
                       record.name || '_no_replace')) <> 3";

fn wal(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}
