//! The receipt of an append.

use crate::{RecordId, RecordKey, Timestamp};

/// What a store does if records of a batch are stored with other content, or were dropped by retention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// Fail with [`StoreError::Conflict`](crate::StoreError::Conflict) and store nothing.
    #[default]
    RejectCall,
    /// Store the other records. The receipt names the skipped ones.
    SkipRecord,
}

/// The outcome of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordOutcome {
    /// This append stored it.
    Stored,
    /// An earlier append, or an earlier draft of the batch, stored it with equal content.
    AlreadyStored,
    /// Its key is stored with other content, which does not change. Only with
    /// [`OnConflict::SkipRecord`].
    Conflict,
    /// Retention dropped the record. The store does not store it again. Only with
    /// [`OnConflict::SkipRecord`].
    Gone,
}

/// The outcome of one record, with its key and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordReceipt {
    /// Its outcome.
    pub outcome: RecordOutcome,
    /// Its kind and key.
    pub key: RecordKey,
    /// Its id. The outcome of an export has none.
    pub id: Option<RecordId>,
    /// The record time stored under the key: that of this append for [`Stored`](RecordOutcome::Stored),
    /// and that of the earlier append otherwise.
    pub created_at: Timestamp,
}

/// The result of an append. Its records are durable and visible to the next read of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendReceipt {
    /// One receipt for each record, in the order of the batch.
    pub records: Vec<RecordReceipt>,
}

impl AppendReceipt {
    /// How many records had `outcome`.
    #[must_use]
    pub fn count(&self, outcome: RecordOutcome) -> usize {
        self.records
            .iter()
            .filter(|record| record.outcome == outcome)
            .count()
    }
}
