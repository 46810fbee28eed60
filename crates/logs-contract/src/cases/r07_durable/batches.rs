//! Records of one batch keep their own values.
//!
//! Where a batch goes to the store in columns, a value that is absent in one record easily moves
//! the values of those behind it.

use logs_domain::{Draft, OnConflict, RecordKind, RecordOutcome, Timestamp};

use crate::CaseContext;
use crate::appends::{append, batch};
use crate::case::cases;
use crate::read_back::all_drafts;
use crate::samples::tenant;
use crate::variants::numbered;

cases! {
    r07_durable_records_of_a_small_batch_keep_their_own_values,
    r07_durable_records_of_a_large_batch_keep_their_own_values,
    r07_durable_records_of_a_batch_that_is_half_stored_keep_their_own_values,
}

/// So many drafts of every kind, the kinds mixed.
fn mixed(numbers: impl Iterator<Item = u32> + Clone) -> Vec<Draft> {
    numbers
        .flat_map(|number| {
            RecordKind::ALL
                .iter()
                .map(move |kind| numbered(*kind, number))
        })
        .collect()
}

/// Sorts drafts by key, with the record time where the producer told no time.
fn normalised(mut drafts: Vec<Draft>, created_at: Timestamp) -> Vec<Draft> {
    for draft in &mut drafts {
        if let Draft::SystemRecord(record) = draft {
            record.occurred_at = record.occurred_at.or(Some(created_at));
        } else if let Draft::AuditEntry(entry) = draft {
            entry.occurred_at = entry.occurred_at.or(Some(created_at));
        }
    }
    drafts.sort_by_key(Draft::key);
    drafts
}

async fn assert_stored(case: &CaseContext, drafts: Vec<Draft>) {
    let created_at = logs_domain::Clock::now(&*case.clock());
    let found = normalised(all_drafts(&*case.store(), &tenant("a")).await, created_at);
    let expected = normalised(drafts, created_at);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.into_iter().zip(expected) {
        assert_eq!(found, expected);
    }
}

async fn r07_durable_records_of_a_small_batch_keep_their_own_values(case: &mut CaseContext) {
    let drafts = mixed(0..5);
    append(&*case.store(), &tenant("a"), drafts.clone()).await;
    assert_stored(case, drafts).await;
}

async fn r07_durable_records_of_a_large_batch_keep_their_own_values(case: &mut CaseContext) {
    let drafts = mixed((0..600).rev());
    append(&*case.store(), &tenant("a"), drafts.clone()).await;
    assert_stored(case, drafts).await;
}

async fn r07_durable_records_of_a_batch_that_is_half_stored_keep_their_own_values(
    case: &mut CaseContext,
) {
    let a = tenant("a");
    append(
        &*case.store(),
        &a,
        mixed((0..300).filter(|number| number % 3 == 1)),
    )
    .await;
    let drafts = mixed(0..300);
    let receipt = case
        .store()
        .append(&a, &batch(drafts.clone()), OnConflict::SkipRecord)
        .await;
    let receipt = receipt.unwrap();
    assert_eq!(
        receipt.count(RecordOutcome::AlreadyStored),
        drafts.len() / 3
    );
    assert_eq!(receipt.count(RecordOutcome::Stored), drafts.len() / 3 * 2);
    assert_stored(case, drafts).await;
}
