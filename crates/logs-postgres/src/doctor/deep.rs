//! Reads the whole store and compares its tables. It finds altered records, which reads find too,
//! and missing records, which reads cannot find.

mod findings;
mod indexes;

use futures_util::TryStreamExt;
use logs_domain::{AuditLedgerSnapshot, Clock, RecordKind, StoreError, StoreResult, TenantId};
use logs_sql::PLATFORM;
use logs_sql::decode::{self, StoredRow};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, Row as _};

use self::findings::Findings;
use super::Check;
use crate::decode::Row;
use crate::reader::log_export;
use crate::{PostgresStore, error, kind, session};

/// Receives the number of rows read, and the number of all rows.
type Progress<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

const ORPHANED_KEYS: &str = include_str!("deep/orphaned_keys.sql");
const ORPHANED_REFERENCES: &str = include_str!("deep/orphaned_references.sql");
const ORPHANED_OUTCOMES: &str = include_str!("deep/orphaned_outcomes.sql");
const TWINS: &str = include_str!("deep/twins.sql");
const COUNTS: &str = include_str!("deep/counts.sql");

/// The kinds with tables of their own. Outcomes are read with their exports.
const KINDS: [RecordKind; 6] = [
    RecordKind::LlmRun,
    RecordKind::Trace,
    RecordKind::TraceStep,
    RecordKind::SystemRecord,
    RecordKind::AuditEntry,
    RecordKind::LogExport,
];

impl PostgresStore {
    /// Makes the checks of [`doctor`](Self::doctor), and then reads the whole store, in one state
    /// of it. Every record must match its key. Every key must have its record, unless retention
    /// dropped it. Each id must occur once. Governance events and exports must have their
    /// references and outcomes. The extension `amcheck` compares indexes with their tables.
    ///
    /// A role that may act as the owner of the tables reads nothing, because code of the owner
    /// could run with its rights. The check reads every row once and sorts keys. For a large store,
    /// run it on a standby. It calls `progress` with the number of rows read and of all rows.
    ///
    /// # Errors
    /// When the database cannot be reached, or the role may not read.
    pub async fn doctor_deep(
        url: &str,
        clock: &dyn Clock,
        progress: Progress<'_>,
    ) -> StoreResult<Vec<Check>> {
        let mut checks = Self::doctor(url, clock).await?;
        let is_there = |check: &Check| check.name == "schema" && check.passed;
        if !checks.iter().any(is_there) {
            return Ok(checks);
        }
        let mut connection = session::administer(url).await?;
        if may_run_as_owner(&mut connection).await? {
            // Code that the owner put on a table would run with the rights of this role.
            checks.push(Check {
                name: "records",
                passed: false,
                found: "not read: connect with the role of an application".to_owned(),
            });
            return Ok(checks);
        }
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
                     SET LOCAL statement_timeout = 0; SET LOCAL jit = off";
        run(&mut connection, begin).await?;
        let (rows, counts) = counts(&mut connection).await?;
        let mut read = 0;
        let mut report = |more: u64| {
            read += more;
            progress(read, rows.max(read));
        };
        report(0);
        for kind in KINDS {
            checks.push(records(&mut connection, kind, &mut report).await?);
        }
        for (name, what, sql) in [
            ("keys", "keys without their records", ORPHANED_KEYS),
            ("ids", "ids that occur twice", TWINS),
            (
                "references",
                "references of runs to no governance event",
                ORPHANED_REFERENCES,
            ),
            (
                "outcomes",
                "outcomes without their exports",
                ORPHANED_OUTCOMES,
            ),
        ] {
            checks.push(listed(&mut connection, name, what, sql).await?);
        }
        checks.push(Check {
            name: "counts",
            passed: true,
            found: counts,
        });
        run(&mut connection, "ROLLBACK").await?;
        checks.push(indexes::check(&mut connection).await?);
        connection.close().await.map_err(error::read)?;
        Ok(checks)
    }
}

async fn may_run_as_owner(connection: &mut PgConnection) -> StoreResult<bool> {
    let may = "SELECT pg_has_role('logs_owner', 'MEMBER') \
         OR pg_has_role(session_user, 'logs_owner', 'MEMBER')";
    let may = sqlx::query_scalar(may).fetch_one(connection).await;
    may.map_err(error::read)
}

async fn run(connection: &mut PgConnection, sql: &'static str) -> StoreResult<()> {
    let ran = sqlx::raw_sql(sql).execute(connection).await;
    ran.map(drop).map_err(error::read)
}

/// The number of rows to read, and of the rows in each partition.
async fn counts(connection: &mut PgConnection) -> StoreResult<(u64, String)> {
    let (rows, told): (i64, String) = sqlx::query_as(COUNTS)
        .fetch_one(connection)
        .await
        .map_err(error::read)?;
    Ok((rows.unsigned_abs(), told))
}

/// Reads every record of a kind, as reads do.
async fn records(
    connection: &mut PgConnection,
    kind: RecordKind,
    report: &mut impl FnMut(u64),
) -> StoreResult<Check> {
    /// The number of rows between two calls of `progress`.
    const STEP: u64 = 1_000;
    let mut findings = Findings::default();
    let query = sqlx::query(AssertSqlSafe(statement(kind))).persistent(false);
    let mut rows = query.fetch(connection);
    let mut read = 0;
    while let Some(row) = rows.try_next().await.map_err(error::read)? {
        read += 1;
        match record(kind, &row) {
            Ok(()) => {}
            Err(error @ StoreError::Inconsistent { .. }) => findings.add(&error),
            Err(error) => return Err(error),
        }
        if read % STEP == 0 {
            report(STEP);
        }
    }
    report(read % STEP);
    Ok(findings.check(kind.as_str(), &format!("{read} records read"), "altered"))
}

/// The columns of every record of a kind, its key, and the values to compare with it.
fn statement(kind: RecordKind) -> String {
    let (columns, table) = match kind {
        RecordKind::LlmRun => (kind::columns(kind), "logs.llm_run"),
        RecordKind::Trace => (kind::columns(kind), "logs.trace"),
        RecordKind::TraceStep => (kind::columns(kind), "logs.trace_step"),
        RecordKind::SystemRecord => (kind::columns(kind), "logs.system_record"),
        RecordKind::AuditEntry => (kind::columns(kind), "logs.audit_entry"),
        RecordKind::LogExport | RecordKind::LogExportOutcome => {
            (log_export::COLUMNS.as_str(), log_export::FOLDED)
        }
    };
    let number = kind::number(kind);
    let key = |name: &str| format!("timestamptz_send({name}.created_at) || {name}.digest AS key");
    let join = |name: &str, number: i16| {
        format!(
            "LEFT JOIN logs.record_key AS {name} ON {name}.tenant_id = page.tenant_id \
             AND {name}.id = page.id AND {name}.class = 0 AND {name}.kind = {number}"
        )
    };
    let (more, joined) = match kind {
        RecordKind::AuditEntry => (
            ", named.runs AS named_runs".to_owned(),
            "LEFT JOIN (SELECT tenant_id, created_at, id, array_agg(run_id ORDER BY run_id) AS runs \
             FROM logs.governance_run GROUP BY 1, 2, 3) AS named \
             ON (named.tenant_id, named.created_at, named.id) \
                 = (page.tenant_id, page.created_at, page.id)"
                .to_owned(),
        ),
        RecordKind::LogExport => (
            format!(", {}", key("outcome")),
            join("outcome", kind::number(RecordKind::LogExportOutcome)),
        ),
        RecordKind::LlmRun
        | RecordKind::Trace
        | RecordKind::TraceStep
        | RecordKind::SystemRecord
        | RecordKind::LogExportOutcome => (String::new(), String::new()),
    };
    format!(
        "SELECT page.*, {}{more} FROM (SELECT {columns} FROM {table} AS stored) AS page {} {joined}",
        key("own"),
        join("own", number),
    )
}

/// Reads one record. The error names the difference.
fn record(kind: RecordKind, row: &PgRow) -> StoreResult<()> {
    let columns = Row::new(row, kind.as_str());
    let text: &str = row
        .try_get_unchecked("tenant_id")
        .map_err(|_| columns.inconsistent("tenant_id"))?;
    let tenant = match text {
        PLATFORM => None,
        text => Some(TenantId::new(text).map_err(|_| columns.inconsistent("tenant_id"))?),
    };
    match (kind, &tenant) {
        (RecordKind::SystemRecord, tenant) => {
            decode::system_record(tenant.as_ref(), &columns).map(drop)
        }
        // The platform has only system records.
        (_, None) => Err(columns.inconsistent("tenant_id")),
        (RecordKind::LlmRun, Some(tenant)) => decode::llm_run(tenant, &columns).map(drop),
        (RecordKind::Trace, Some(tenant)) => decode::trace(tenant, &columns).map(drop),
        (RecordKind::TraceStep, Some(tenant)) => decode::trace_step(tenant, &columns).map(drop),
        (RecordKind::AuditEntry, Some(tenant)) => {
            let entry = decode::audit_entry(tenant, &columns)?;
            references(&entry, &columns)
        }
        (RecordKind::LogExport | RecordKind::LogExportOutcome, Some(tenant)) => {
            log_export::snapshot(tenant, &columns).map(drop)
        }
    }
}

/// Checks that an entry has exactly the references of the runs that it names.
fn references(entry: &AuditLedgerSnapshot, columns: &Row<'_>) -> StoreResult<()> {
    let draft = entry.to_draft();
    let named = if draft.is_governance() {
        draft.governed_runs()
    } else {
        Vec::new()
    };
    let found = columns.texts("named_runs")?;
    let is_same = found.len() == named.len()
        && found
            .iter()
            .zip(&named)
            .all(|(one, other)| one == other.as_str());
    if is_same {
        Ok(())
    } else {
        let key = entry.id.to_string();
        Err(StoreError::inconsistent("governance_run", "run_id", key))
    }
}

/// A check by a query that counts wrong rows and names the first.
async fn listed(
    connection: &mut PgConnection,
    name: &'static str,
    what: &str,
    sql: &'static str,
) -> StoreResult<Check> {
    let (count, first): (i64, Option<String>) = sqlx::query_as(sql)
        .fetch_one(connection)
        .await
        .map_err(error::read)?;
    let first = first.map_or_else(String::new, |first| format!(": {first}"));
    Ok(Check {
        name,
        passed: count == 0,
        found: format!("{count} {what}{first}"),
    })
}
