//! Reads every row of a table in the order of its pages, in parts.

use logs_domain::{RecordKind, StoreResult};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row};

use crate::error;

/// How many rows memory holds at once. A row may have 200 KiB, and usually has less than one.
const ROWS: i64 = 500;

/// A table of records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    pub(super) kind: RecordKind,
    pub(super) name: &'static str,
    /// Whether its rows have numbers. SQLite assigns them in order and never reuses them, so a
    /// missing row leaves a gap.
    pub(super) is_numbered: bool,
}

/// All tables of records.
pub(super) const TABLES: &[Table] = &[
    table(RecordKind::LlmRun, "llm_run", true),
    table(RecordKind::Trace, "trace", true),
    table(RecordKind::TraceStep, "trace_step", true),
    table(RecordKind::SystemRecord, "system_record", true),
    table(RecordKind::AuditEntry, "audit_entry", true),
    table(RecordKind::LogExport, "log_export", false),
    table(RecordKind::LogExportOutcome, "log_export_outcome", false),
];

const fn table(kind: RecordKind, name: &'static str, is_numbered: bool) -> Table {
    Table {
        kind,
        name,
        is_numbered,
    }
}

/// The position of a scan.
#[derive(Clone, Debug)]
pub(super) enum After {
    /// After the row with this number.
    Number(i64),
    /// After the row with this tenant, record time and id.
    Key(String, i64, Vec<u8>),
}

impl Table {
    /// The start of a scan, before every possible row.
    pub(super) fn start(self) -> After {
        if self.is_numbered {
            After::Number(i64::MIN)
        } else {
            After::Key(String::new(), i64::MIN, Vec::new())
        }
    }

    /// The next rows, and the position after them. No rows mean the end. It reads the table itself
    /// and no other index.
    pub(super) async fn next(
        self,
        connection: &mut SqliteConnection,
        after: &After,
    ) -> StoreResult<(Vec<SqliteRow>, After)> {
        let name = self.name;
        let rows = match after {
            After::Number(number) => {
                let sql = format!(
                    "SELECT rowid AS number, * FROM {name} NOT INDEXED WHERE rowid > ? \
                     ORDER BY rowid LIMIT {ROWS}"
                );
                sqlx::query(AssertSqlSafe(sql))
                    .bind(*number)
                    .fetch_all(connection)
                    .await
            }
            After::Key(tenant, created_at, id) => {
                let sql = format!(
                    "SELECT * FROM {name} WHERE (tenant_id, created_at, id) > (?, ?, ?) \
                     ORDER BY tenant_id, created_at, id LIMIT {ROWS}"
                );
                sqlx::query(AssertSqlSafe(sql))
                    .bind(tenant.clone())
                    .bind(*created_at)
                    .bind(id.clone())
                    .fetch_all(connection)
                    .await
            }
        };
        let rows = rows.map_err(error::read)?;
        let Some(last) = rows.last() else {
            return Ok((rows, after.clone()));
        };
        let next = match after {
            After::Number(_) => After::Number(last.try_get("number").map_err(error::read)?),
            After::Key(..) => After::Key(
                last.try_get("tenant_id").map_err(error::read)?,
                last.try_get("created_at").map_err(error::read)?,
                last.try_get("id").map_err(error::read)?,
            ),
        };
        Ok((rows, next))
    }
}

#[cfg(test)]
mod tests {
    use logs_domain::RecordKind;

    use super::TABLES;
    use crate::clock::RECORD_TABLES;

    #[test]
    fn every_kind_of_record_has_its_table_everywhere() {
        let kinds: Vec<RecordKind> = TABLES.iter().map(|table| table.kind).collect();
        assert_eq!(kinds, RecordKind::ALL);
        let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        assert_eq!(names, RECORD_TABLES);
    }
}
