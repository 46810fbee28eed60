//! Compares every record with its digest and with related records.

use logs_domain::{RecordKind, StoreError, StoreResult, Timestamp};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row};

use super::report::Findings;
use super::scan::{TABLES, Table};
use super::{Check, governance, records};
use crate::{clock, error};

/// How many ids one statement returns.
const IDS: usize = 100;

type Progress<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

/// The findings of reading every record.
#[derive(Debug, Default)]
struct Reading {
    records: Findings,
    gaps: Findings,
    times: Findings,
    references: Findings,
    /// The number of records after the newest time of the file, within the time that an operator
    /// reset.
    within_taken_back: u64,
    read: u64,
    all: u64,
    counts: Vec<String>,
}

/// Reads every record. Calls `progress` with the number of records read and of all records.
pub(super) async fn checks(
    connection: &mut SqliteConnection,
    progress: Progress<'_>,
) -> Vec<Check> {
    let mut reading = Reading::default();
    let marks = clock::marks(connection).await;
    for table in TABLES {
        // The read of a table reports the error of a table that cannot be counted.
        reading.all += count(connection, table.name).await.unwrap_or(0);
    }
    progress(0, reading.all);
    for table in TABLES {
        let read = reading.table(connection, *table, &marks, progress).await;
        if let Err(error) = read {
            let name = table.name;
            reading
                .records
                .add(|| format!("{name} cannot be read further: {}", cause(&error)));
        }
    }
    let forged = governance::forged(connection, &mut reading.references).await;
    if let Err(error) = forged {
        let told = cause(&error);
        reading
            .references
            .add(|| format!("governance_run cannot be read further: {told}"));
    }
    let ids = Check::or_error("ids", ids(connection).await);
    let exports = Check::or_error("exports", exports(connection).await);
    let Reading {
        records,
        gaps,
        times,
        references,
        within_taken_back,
        read,
        counts,
        ..
    } = reading;
    let in_order = match within_taken_back {
        0 => "none is after the newest time of the file".to_owned(),
        some => format!("{some} are after the newest time of the file, which an operator set back"),
    };
    let counts = counts.join(", ");
    vec![
        records.check("records", format!("{read} read, none altered: {counts}")),
        gaps.check(
            "gaps",
            "no row number is missing between others, in tables with row numbers",
        ),
        ids,
        times.check("record times", in_order),
        references.check("governance", "the references of all entries match"),
        exports,
    ]
}

impl Reading {
    async fn table(
        &mut self,
        connection: &mut SqliteConnection,
        table: Table,
        marks: &StoreResult<(Timestamp, Option<Timestamp>)>,
        progress: Progress<'_>,
    ) -> StoreResult<()> {
        let mut after = table.start();
        let mut of_table = 0;
        let mut number = 0;
        loop {
            let (rows, next) = table.next(connection, &after).await?;
            if rows.is_empty() {
                break;
            }
            let mut wanted = Vec::new();
            for row in &rows {
                self.record(table, row);
                self.time(table, row, marks);
                if table.kind == RecordKind::AuditEntry
                    && let Ok(entry) = records::audit_entry(row)
                {
                    wanted.extend(governance::of_entry(&entry, row));
                }
                if table.is_numbered {
                    let here: i64 = row.try_get("number").map_err(error::read)?;
                    self.gap(table, number, here, row);
                    number = here;
                }
            }
            governance::missing(connection, &wanted, &mut self.references).await?;
            of_table += rows.len() as u64;
            self.read += rows.len() as u64;
            progress(self.read, self.all.max(self.read));
            after = next;
        }
        self.counts.push(format!("{} {of_table}", table.name));
        Ok(())
    }

    fn record(&mut self, table: Table, row: &SqliteRow) {
        match records::check(table.kind, row) {
            Ok(()) => {}
            Err(StoreError::Inconsistent {
                table, column, key, ..
            }) => {
                self.records
                    .add(|| format!("{table} {key} was altered: its {column} differs"));
            }
            Err(error) => self
                .records
                .add(|| format!("{} {}: {error}", table.name, id(row))),
        }
    }

    /// Records a record time after the newest time of the file.
    fn time(
        &mut self,
        table: Table,
        row: &SqliteRow,
        marks: &StoreResult<(Timestamp, Option<Timestamp>)>,
    ) {
        let Ok((latest, taken_back)) = marks else {
            // The check of the clock reports the missing mark.
            return;
        };
        let Ok(created_at) = row.try_get::<i64, _>("created_at") else {
            return;
        };
        if created_at <= latest.as_micros() {
            return;
        }
        if taken_back.is_some_and(|taken_back| created_at <= taken_back.as_micros()) {
            self.within_taken_back += 1;
        } else {
            self.times
                .add(|| format!("{} {} is after {latest}", table.name, id(row)));
        }
    }

    fn gap(&mut self, table: Table, before: i64, here: i64, row: &SqliteRow) {
        let name = table.name;
        match here.saturating_sub(before) {
            1 => {}
            2.. => {
                let missing = here.saturating_sub(before) - 1;
                self.gaps
                    .add(|| format!("{missing} missing before {name} {}", id(row)));
            }
            _ => self.gaps.add(|| {
                format!(
                    "{name} {} has a row number that the store never uses",
                    id(row)
                )
            }),
        }
    }
}

async fn count(connection: &mut SqliteConnection, table: &str) -> StoreResult<u64> {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_one(connection)
        .await
        .map_err(error::read)?;
    Ok(count.unsigned_abs())
}

/// The ids that several records of one table and tenant share.
async fn ids(connection: &mut SqliteConnection) -> StoreResult<Check> {
    let mut findings = Findings::default();
    for table in TABLES {
        let name = table.name;
        let sql = format!(
            "SELECT lower(hex(id)) FROM {name} GROUP BY tenant_id, id HAVING COUNT(*) > 1 \
             LIMIT {IDS}"
        );
        for id in told(connection, sql).await? {
            findings.add(|| format!("{name} has {id} several times"));
        }
    }
    Ok(findings.check("ids", "each id occurs once"))
}

/// The outcomes of exports that do not exist.
async fn exports(connection: &mut SqliteConnection) -> StoreResult<Check> {
    let mut findings = Findings::default();
    let sql = format!(
        "SELECT lower(hex(id)) FROM log_export_outcome AS outcome WHERE NOT EXISTS (SELECT 1 \
         FROM log_export WHERE tenant_id = outcome.tenant_id AND id = outcome.id) LIMIT {IDS}"
    );
    for id in told(connection, sql).await? {
        findings.add(|| format!("log_export_outcome {id} has no export"));
    }
    Ok(findings.check("exports", "every outcome has its export"))
}

async fn told(connection: &mut SqliteConnection, sql: String) -> StoreResult<Vec<String>> {
    sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_all(connection)
        .await
        .map_err(error::read)
}

/// The id of a row in hexadecimal, if it is known.
fn id(row: &SqliteRow) -> String {
    let id: Vec<u8> = row.try_get("id").unwrap_or_default();
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn cause(error: &StoreError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
