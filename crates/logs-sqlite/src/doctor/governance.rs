//! Compares the references of runs with the entries: each needs the other.

use logs_domain::{NewAuditEntry, RunId, StoreResult};
use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteRow};
use sqlx::{QueryBuilder, Row};

use super::records;
use super::report::Findings;
use crate::error;

/// How many references are read at once.
const REFERENCES: usize = 500;

/// A reference that an entry must have: its tenant, the run, its record time and its id.
pub(super) type Reference = (String, String, i64, Vec<u8>);

/// The references that an entry must have.
pub(super) fn of_entry(entry: &NewAuditEntry, row: &SqliteRow) -> Vec<Reference> {
    let key = || {
        let tenant: String = row.try_get("tenant_id").ok()?;
        let created_at: i64 = row.try_get("created_at").ok()?;
        Some((tenant, created_at))
    };
    let Some((tenant, created_at)) = key().filter(|_| entry.is_governance()) else {
        return Vec::new();
    };
    let id = entry.id.as_bytes();
    let of_run = |run: &RunId| (tenant.clone(), run.to_string(), created_at, id.to_vec());
    entry.governed_runs().iter().map(of_run).collect()
}

/// Reads references that must exist.
pub(super) async fn missing(
    connection: &mut SqliteConnection,
    wanted: &[Reference],
    findings: &mut Findings,
) -> StoreResult<()> {
    for wanted in wanted.chunks(REFERENCES) {
        let start = "WITH wanted (tenant_id, run_id, created_at, id) AS (";
        let mut query = QueryBuilder::<Sqlite>::new(start);
        query.push_values(wanted, |mut row, (tenant, run, created_at, id)| {
            row.push_bind(tenant.clone());
            row.push_bind(run.clone());
            row.push_bind(*created_at);
            row.push_bind(id.clone());
        });
        query.push(
            ") SELECT lower(hex(id)) FROM wanted WHERE NOT EXISTS (SELECT 1 \
             FROM governance_run AS reference WHERE reference.tenant_id = wanted.tenant_id \
             AND reference.run_id = wanted.run_id AND reference.created_at = wanted.created_at \
             AND reference.id = wanted.id)",
        );
        let ids: Vec<String> = query
            .build_query_scalar()
            .persistent(false)
            .fetch_all(&mut *connection)
            .await
            .map_err(error::read)?;
        for id in ids {
            findings
                .add(|| format!("audit_entry {id} names a run without a reference to the entry"));
        }
    }
    Ok(())
}

/// Checks every reference: its entry exists and names the run.
pub(super) async fn forged(
    connection: &mut SqliteConnection,
    findings: &mut Findings,
) -> StoreResult<()> {
    let mut after: Reference = (String::new(), String::new(), i64::MIN, Vec::new());
    loop {
        let rows = sqlx::query(NEXT)
            .bind(after.0.clone())
            .bind(after.1.clone())
            .bind(after.2)
            .bind(after.3.clone())
            .bind(REFERENCES as i64)
            .fetch_all(&mut *connection)
            .await
            .map_err(error::read)?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = reference(last)?;
        for row in &rows {
            let (_, run, _, id) = reference(row)?;
            if !is_named(row, &run) {
                let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
                findings.add(|| {
                    format!("governance_run {id} refers to a run that the entry does not name")
                });
            }
        }
    }
}

/// References in the order of their key, each with its entry if there is one.
const NEXT: &str = "SELECT reference.tenant_id AS of_tenant, reference.run_id AS of_run, \
     reference.created_at AS of_time, reference.id AS of_id, audit_entry.* \
     FROM governance_run AS reference LEFT JOIN audit_entry \
     ON audit_entry.tenant_id = reference.tenant_id \
     AND audit_entry.created_at = reference.created_at AND audit_entry.id = reference.id \
     WHERE (reference.tenant_id, reference.run_id, reference.created_at, reference.id) \
     > (?, ?, ?, ?) ORDER BY reference.tenant_id, reference.run_id, reference.created_at, \
     reference.id LIMIT ?";

fn reference(row: &SqliteRow) -> StoreResult<Reference> {
    let make = || {
        Ok((
            row.try_get("of_tenant")?,
            row.try_get("of_run")?,
            row.try_get("of_time")?,
            row.try_get("of_id")?,
        ))
    };
    make().map_err(error::read)
}

/// Whether the entry of a reference names the run. The check of records reports an unreadable
/// entry.
fn is_named(row: &SqliteRow, run: &str) -> bool {
    let found: Option<Vec<u8>> = row.try_get("id").unwrap_or_default();
    if found.is_none() {
        return false;
    }
    match records::audit_entry(row) {
        Ok(entry) => {
            entry.is_governance()
                && entry
                    .governed_runs()
                    .iter()
                    .any(|named| named.as_str() == run)
        }
        Err(_) => true,
    }
}
