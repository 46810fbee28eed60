//! Inserts new records, table by table in a fixed order.

use logs_domain::{Draft, RecordKind, StoreError, Timestamp, WriteOutcome};
use logs_sql::append::Owner;
use sqlx::postgres::PgConnection;

use super::keys::Key;
use super::table::{NewRow, Rows, Source, Table};
use super::{copy, unnest};
use crate::BACKEND;
use crate::error::{self, Failure};
use crate::session::Transport;

/// The number of rows from which COPY costs less than one statement with arrays.
const COPIED_ROWS: usize = 32;

/// Inserts the records whose keys this transaction wrote.
pub(super) async fn all(
    connection: &mut PgConnection,
    transport: Transport,
    owner: Owner<'_>,
    new: &[(&Key, &Draft)],
    created_at: Timestamp,
) -> Result<(), Failure> {
    let mut writing = Writing {
        connection,
        transport,
        tenant: owner.tenant_id(),
        created_at,
        new,
        written: 0,
    };
    for kind in RecordKind::ALL {
        writing.kind(*kind).await?;
    }
    expect(writing.written, new.len())?;
    writing.governance().await
}

/// The records to insert, and their number.
struct Writing<'a> {
    connection: &'a mut PgConnection,
    transport: Transport,
    tenant: &'a str,
    created_at: Timestamp,
    new: &'a [(&'a Key, &'a Draft)],
    written: usize,
}

impl<'a> Writing<'a> {
    /// Inserts the records of one kind.
    async fn kind(&mut self, kind: RecordKind) -> Result<(), Failure> {
        let of_kind = self.new.iter().filter(|(_, draft)| draft.kind() == kind);
        let row = |(key, draft): &(&'a Key, &'a Draft)| NewRow {
            id: key.id.as_uuid(),
            source: *draft,
        };
        let rows: Vec<NewRow<'a, Draft>> = of_kind.map(row).collect();
        self.written += rows.len();
        self.write(&Table::of(kind), rows).await
    }

    /// Inserts the references from new governance events to runs.
    async fn governance(&mut self) -> Result<(), Failure> {
        let mut named = Vec::new();
        for (key, draft) in self.new {
            if let Draft::AuditEntry(entry) = draft
                && entry.is_governance()
            {
                let runs = entry.governed_runs().into_iter();
                named.extend(runs.map(|run| (*key, run)));
            }
        }
        let rows = named.iter().map(|(key, run)| NewRow {
            id: key.id.as_uuid(),
            source: run,
        });
        self.write(&Table::governance_run(), rows.collect()).await
    }

    async fn write<S: Source + Sync>(
        &mut self,
        table: &Table,
        rows: Vec<NewRow<'_, S>>,
    ) -> Result<(), Failure> {
        let count = rows.len();
        if count == 0 {
            return Ok(());
        }
        let rows = Rows {
            tenant: self.tenant,
            created_at: self.created_at,
            rows,
        };
        let written = match self.transport {
            Transport::Unix if count > COPIED_ROWS => {
                copy::insert(self.connection, table, &rows).await
            }
            Transport::Unix | Transport::Tcp => unnest::insert(self.connection, table, &rows).await,
        };
        let written = written.map_err(error::before_commit)?;
        expect(usize::try_from(written).unwrap_or_default(), count)
    }
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
