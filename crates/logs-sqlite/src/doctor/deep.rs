//! Every record, beside its digest and beside the others.

use logs_domain::{RecordKind, StoreError, StoreResult, Timestamp};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row};

use super::report::Findings;
use super::scan::{TABLES, Table};
use super::{Check, governance, records};
use crate::{clock, error};

/// How many ids one statement tells.
const IDS: usize = 100;

type Progress<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

/// What reading every record tells.
#[derive(Debug, Default)]
struct Reading {
    records: Findings,
    gaps: Findings,
    times: Findings,
    references: Findings,
    /// How many records are after the mark, within what was taken back.
    within_taken_back: u64,
    read: u64,
    all: u64,
    counts: Vec<String>,
}

/// Reads every record, and tells `progress` how many of how many are read.
pub(super) async fn checks(
    connection: &mut SqliteConnection,
    progress: Progress<'_>,
) -> Vec<Check> {
    let mut reading = Reading::default();
    let marks = clock::marks(connection).await;
    for table in TABLES {
        // A table that cannot be counted is told when it is read.
        reading.all += count(connection, table.name).await.unwrap_or(0);
    }
    progress(0, reading.all);
    for table in TABLES {
        let read = reading.table(connection, *table, &marks, progress).await;
        if let Err(error) = read {
            let name = table.name;
            reading
                .records
                .add(|| format!("{name} cannot be read on: {}", cause(&error)));
        }
    }
    let forged = governance::forged(connection, &mut reading.references).await;
    if let Err(error) = forged {
        let told = cause(&error);
        reading
            .references
            .add(|| format!("governance_run cannot be read on: {told}"));
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
        0 => "none is after the newest that was given out".to_owned(),
        some => format!("{some} were given out before an operator took that time back"),
    };
    let counts = counts.join(", ");
    vec![
        records.check(
            "records",
            format!("{read} read, as they were written: {counts}"),
        ),
        gaps.check(
            "gaps",
            "no record is missing between others, where tables number them",
        ),
        ids,
        times.check("record times", in_order),
        references.check("governance", "entries and the runs that they name agree"),
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
                    .add(|| format!("{table} {key} was altered, by its {column}"));
            }
            Err(error) => self
                .records
                .add(|| format!("{} {}: {error}", table.name, id(row))),
        }
    }

    /// A record time that the store never gave out.
    fn time(
        &mut self,
        table: Table,
        row: &SqliteRow,
        marks: &StoreResult<(Timestamp, Option<Timestamp>)>,
    ) {
        let Ok((latest, taken_back)) = marks else {
            // The check of the clock tells that there is no mark.
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
            _ => self
                .gaps
                .add(|| format!("{name} {} has a number that is never given", id(row))),
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

/// Ids that several records of one table and tenant have.
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
    Ok(findings.check("ids", "each is there once"))
}

/// Outcomes of exports that are not there.
async fn exports(connection: &mut SqliteConnection) -> StoreResult<Check> {
    let mut findings = Findings::default();
    let sql = format!(
        "SELECT lower(hex(id)) FROM log_export_outcome AS outcome WHERE NOT EXISTS (SELECT 1 \
         FROM log_export WHERE tenant_id = outcome.tenant_id AND id = outcome.id) LIMIT {IDS}"
    );
    for id in told(connection, sql).await? {
        findings.add(|| format!("log_export_outcome {id} is of no export"));
    }
    Ok(findings.check("exports", "every outcome has its export"))
}

async fn told(connection: &mut SqliteConnection, sql: String) -> StoreResult<Vec<String>> {
    sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_all(connection)
        .await
        .map_err(error::read)
}

/// The id of a row in hexadecimal, as far as it can be told.
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
