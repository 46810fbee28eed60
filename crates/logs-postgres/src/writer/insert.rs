//! Writing new records, table by table in one order.

use logs_domain::{
    Draft, LogExportOutcome, NewAuditEntry, NewLlmRun, NewLogExport, NewSystemRecord, NewTrace,
    NewTraceStep, StoreError, Timestamp, WriteOutcome,
};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::Owner;
use super::keys::Key;
use super::statements::{self, Insert, Rows};
use crate::BACKEND;
use crate::error::{self, Failure};

/// Writes records whose keys were just written.
pub(super) async fn all(
    connection: &mut PgConnection,
    owner: Owner<'_>,
    new: &[(&Key, &Draft)],
    created_at: Timestamp,
) -> Result<(), Failure> {
    let writing = Writing {
        tenant: owner.key(),
        created_at,
        new,
    };
    let mut tables = Vec::new();
    tables.extend(writing.of(NewLlmRun::of, statements::llm_run));
    tables.extend(writing.of(NewTrace::of, statements::trace));
    tables.extend(writing.of(NewTraceStep::of, statements::trace_step));
    tables.extend(writing.of(NewSystemRecord::of, statements::system_record));
    tables.extend(writing.of(NewAuditEntry::of, statements::audit_entry));
    tables.extend(writing.of(NewLogExport::of, statements::log_export));
    tables.extend(writing.of(LogExportOutcome::of, statements::log_export_outcome));
    let rows: usize = tables.iter().map(|(rows, _)| rows).sum();
    expect(rows, new.len())?;
    tables.extend(writing.governance());
    for (rows, statement) in tables {
        let written: i64 = statement
            .fetch_one(&mut *connection)
            .await
            .map_err(error::before_commit)?;
        expect(usize::try_from(written).unwrap_or_default(), rows)?;
    }
    Ok(())
}

/// What is written.
struct Writing<'a> {
    tenant: &'a str,
    created_at: Timestamp,
    new: &'a [(&'a Key, &'a Draft)],
}

impl<'a> Writing<'a> {
    /// The statement for the records of one kind, when there are any, and how many.
    fn of<D>(
        &self,
        pick: fn(&'a Draft) -> Option<&'a D>,
        statement: fn(Rows<'a, D>) -> Insert<'static>,
    ) -> Option<(usize, Insert<'static>)> {
        let mut rows = Rows {
            tenant: self.tenant,
            created_at: self.created_at,
            drafts: Vec::new(),
            ids: Vec::new(),
            digests: Vec::new(),
        };
        for (key, draft) in self.new {
            if let Some(draft) = pick(draft) {
                rows.drafts.push(draft);
                rows.ids.push(key.id.as_uuid());
                rows.digests.push(key.digest.as_bytes().to_vec());
            }
        }
        let count = rows.drafts.len();
        (count > 0).then(|| (count, statement(rows)))
    }

    /// The statement for which runs the new governance events name.
    fn governance(&self) -> Option<(usize, Insert<'static>)> {
        let mut ids: Vec<Uuid> = Vec::new();
        let mut runs: Vec<String> = Vec::new();
        for (key, draft) in self.new {
            if let Draft::AuditEntry(entry) = draft
                && entry.is_governance()
            {
                for run in entry.governed_runs() {
                    ids.push(key.id.as_uuid());
                    runs.push(run.to_string());
                }
            }
        }
        let count = ids.len();
        let statement = || {
            sqlx::query_scalar(statements::GOVERNANCE)
                .bind(self.tenant.to_owned())
                .bind(self.created_at.to_datetime())
                .bind(ids)
                .bind(runs)
        };
        (count > 0).then(|| (count, statement()))
    }
}

/// A draft of one kind among all.
trait OfKind: Sized {
    fn of(draft: &Draft) -> Option<&Self>;
}

macro_rules! of_kind {
    ($($draft:ident => $variant:ident),+ $(,)?) => {
        $(impl OfKind for $draft {
            fn of(draft: &Draft) -> Option<&Self> {
                if let Draft::$variant(draft) = draft {
                    Some(draft)
                } else {
                    None
                }
            }
        })+
    };
}

of_kind! {
    NewLlmRun => LlmRun,
    NewTrace => Trace,
    NewTraceStep => TraceStep,
    NewSystemRecord => SystemRecord,
    NewAuditEntry => AuditEntry,
    NewLogExport => LogExport,
    LogExportOutcome => LogExportOutcome,
}

fn expect(written: usize, expected: usize) -> Result<(), Failure> {
    if written == expected {
        return Ok(());
    }
    let error = StoreError::Backend {
        backend: BACKEND,
        message: format!("{written} of {expected} rows were written"),
        retryable: false,
        write_outcome: WriteOutcome::NotApplied,
        source: None,
    };
    Err(error.into())
}
