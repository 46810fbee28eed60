//! What a store answers to an append.

use crate::{RecordId, RecordKey, Timestamp};

/// What to do with a batch in which some records are stored with other content already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// Fail with [`StoreError::Conflict`](crate::StoreError::Conflict) and store nothing.
    #[default]
    RejectCall,
    /// Store the others; the receipt names the records that conflict.
    SkipRecord,
}

/// What became of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordOutcome {
    /// It is stored now.
    Stored,
    /// It was stored before, with equal content.
    AlreadyStored,
    /// Its key is stored with other content, which stays. Only with
    /// [`OnConflict::SkipRecord`].
    Conflict,
    /// It was stored once and dropped by retention; it is not stored again. Only with
    /// [`OnConflict::SkipRecord`].
    Gone,
}

/// What became of one record, and under which key and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordReceipt {
    /// What became of it.
    pub outcome: RecordOutcome,
    /// Its kind and key.
    pub key: RecordKey,
    /// Its id; an export's outcome has none of its own.
    pub id: Option<RecordId>,
    /// The record time of what is stored under the key: of this append when
    /// [`Stored`](RecordOutcome::Stored), of the earlier one otherwise.
    pub created_at: Timestamp,
}

/// What became of a batch: durable and visible to the next read of the store.
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
