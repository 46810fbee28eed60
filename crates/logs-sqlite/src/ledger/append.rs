//! New records become entries in the transaction of their append.

use logs_domain::ledger::{Hash, NodeAddress};
use logs_domain::{
    Draft, RecordId, SaltGenerator, StoreError, StoreResult, Timestamp, WriteOutcome,
};
use logs_ledger::Salt;
use logs_sql::append::Owner;
use sqlx::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqliteConnection};

use super::{chunk, integer, log, node};
use crate::error;

/// A new record.
pub(crate) struct New<'a> {
    pub(crate) draft: &'a Draft,
    pub(crate) id: RecordId,
    /// The salt of its leaf, if the ledger covers it.
    pub(crate) salt: Option<Salt>,
}

/// Sorts the new records as their entries will be, and gives each its salt.
pub(crate) fn salt(generator: &dyn SaltGenerator, new: &mut [New<'_>]) -> StoreResult<()> {
    new.sort_by_key(|record| (record.draft.kind().number(), record.id));
    let salts = generator.salts(new.len());
    let salts = salts.map_err(|error| StoreError::Unavailable {
        reason: "there are no random bytes for salts".to_owned(),
        write_outcome: WriteOutcome::NotApplied,
        source: Some(error.into()),
    })?;
    for (record, salt) in new.iter_mut().zip(salts) {
        record.salt = Some(salt);
    }
    Ok(())
}

/// Makes entries of the records that have a salt.
pub(crate) async fn entries(
    connection: &mut SqliteConnection,
    owner: Owner<'_>,
    new: &[New<'_>],
    created_at: Timestamp,
) -> StoreResult<()> {
    let covered = new.iter().filter_map(|record| {
        let salt = record.salt.as_ref()?;
        let leaf = record
            .draft
            .leaf_hash(owner.tenant(), record.id, created_at, salt);
        Some((record, leaf))
    });
    let covered: Vec<(&New<'_>, Hash)> = covered.collect();
    if covered.is_empty() {
        return Ok(());
    }
    let tenant = owner.tenant_id();
    let mut range = log::range(connection, tenant).await?;
    let mut nodes = Vec::new();
    for part in covered.chunks(chunk::MOST_ENTRIES) {
        let first_index = integer(range.end(), chunk::TABLE, "first_index")?;
        let mut entries = Vec::new();
        for (record, leaf) in part {
            chunk::push(&mut entries, record.draft.kind(), record.id.as_uuid(), leaf);
            let appended = range.append(*leaf, &mut |address, hash| {
                if node::is_stored(address) {
                    nodes.push((address, hash));
                }
            });
            appended.map_err(|_| log::inconsistent("size", tenant))?;
        }
        sqlx::query(
            "INSERT INTO ledger_chunk (tenant_id, first_index, created_at, entries) \
             VALUES (?, ?, ?, ?)",
        )
        .bind(tenant.to_owned())
        .bind(first_index)
        .bind(created_at.as_micros())
        .bind(entries)
        .execute(&mut *connection)
        .await
        .map_err(error::before_commit)?;
    }
    if !nodes.is_empty() {
        insert_nodes(connection, tenant, &nodes).await?;
    }
    log::advance(connection, tenant, &range).await
}

async fn insert_nodes(
    connection: &mut SqliteConnection,
    tenant: &str,
    nodes: &[(NodeAddress, Hash)],
) -> StoreResult<()> {
    // As many as 10,000 records complete, which is far below the limit of variables.
    let mut query = QueryBuilder::<Sqlite>::new(
        "INSERT INTO ledger_node (tenant_id, level, node_index, hash) ",
    );
    query.push_values(nodes, |mut row, (address, hash)| {
        row.push_bind(tenant.to_owned());
        row.push_bind(i64::from(address.level));
        // An index of a node is at most that of an entry, which is an integer of SQLite.
        row.push_bind(address.index.cast_signed());
        row.push_bind(hash.as_bytes().to_vec());
    });
    let inserted = query.build().persistent(false).execute(connection).await;
    inserted.map(drop).map_err(error::before_commit)
}
