//! Appends that a case expects to succeed or to be refused.

use logs_domain::{
    AppendBatch, AppendReceipt, Draft, LogsStore, NewSystemRecord, OnConflict, PlatformBatch,
    RecordOutcome, RecordReference, StoreError, TenantId,
};

/// A batch.
#[must_use]
pub fn batch(drafts: impl IntoIterator<Item = impl Into<Draft>>) -> AppendBatch {
    AppendBatch::new(drafts.into_iter().map(Into::into).collect()).expect("a batch")
}

/// Appends drafts that are all new.
pub async fn append(
    store: &dyn LogsStore,
    tenant: &TenantId,
    drafts: impl IntoIterator<Item = impl Into<Draft>>,
) -> AppendReceipt {
    let batch = batch(drafts);
    let receipt = store.append(tenant, &batch, OnConflict::RejectCall).await;
    all_stored(receipt.expect("new records are stored"), batch.len())
}

/// Appends system records of the platform that are all new.
pub async fn append_platform(
    store: &dyn LogsStore,
    records: impl IntoIterator<Item = NewSystemRecord>,
) -> AppendReceipt {
    let batch = PlatformBatch::new(records.into_iter().collect()).expect("a batch");
    let receipt = store.append_platform(&batch, OnConflict::RejectCall).await;
    all_stored(
        receipt.expect("new records are stored"),
        batch.as_batch().len(),
    )
}

fn all_stored(receipt: AppendReceipt, records: usize) -> AppendReceipt {
    assert_eq!(receipt.records.len(), records, "one receipt for each");
    assert_eq!(
        receipt.count(RecordOutcome::Stored),
        records,
        "all records are new: {receipt:?}"
    );
    receipt
}

/// The records that a conflict lists.
///
/// # Panics
/// When the append did not end in a conflict.
#[must_use]
pub fn conflicts(outcome: Result<AppendReceipt, StoreError>) -> Vec<RecordReference> {
    match outcome {
        Err(StoreError::Conflict { records }) => records,
        other => panic!("a conflict was expected, not {other:?}"),
    }
}

/// The outcomes of a receipt, in its order.
#[must_use]
pub fn outcomes(receipt: &AppendReceipt) -> Vec<RecordOutcome> {
    receipt
        .records
        .iter()
        .map(|record| record.outcome)
        .collect()
}
