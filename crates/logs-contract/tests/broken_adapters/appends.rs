//! Rule 6, broken.

use std::collections::HashSet;

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, Draft, LogsWriter, OnConflict, RecordOutcome, SpanId, StepKey,
    StepPosition, StoreError, StoreResult, TenantId, Timestamp, TokenCount,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r06_rejected_appends_store_the_others: StoresTheOthers,
    r06_appends_stop_at_the_first_conflict: StopsAtConflict,
    r06_conflicts_are_ignored: IgnoresConflicts,
    r06_conflicts_list_the_first_record_only: ListsFirst,
    r06_conflicts_list_a_hundred_records_at_most: ListsHundred,
    r06_conflicts_are_numbered_from_one: NumbersFromOne,
    r06_conflicts_are_listed_in_the_order_of_keys: ListsByKey,
    r06_skipping_stores_nothing_when_something_conflicts: SkipsAll,
    r06_skipping_hides_the_conflict: HidesConflict,
    r06_receipts_are_in_the_order_of_keys: ReceiptsByKey,
    r06_receipts_leave_out_duplicates: LeavesOutDuplicates,
    r06_receipts_call_duplicates_stored: CallsAllStored,
    r06_receipts_tell_the_time_of_the_call: TellsNow,
    r06_receipts_have_no_ids: NoIds,
    r06_equality_ignores_attributes: IgnoresAttributes,
    r06_equality_ignores_the_parent_run: IgnoresParent,
    r06_equality_ignores_the_session: IgnoresSession,
    r06_equality_ignores_attributes_of_headers: IgnoresHeaderAttributes,
    r06_equality_ignores_attributes_of_entries: IgnoresEntryAttributes,
    r06_equality_ignores_the_cost_of_steps: IgnoresStepCost,
    r06_equality_ignores_when_it_occurred: IgnoresOccurrence,
    r06_nothing_equals_zero: NoneIsZero,
    r06_equal_records_conflict: EqualConflicts,
    r06_positions_and_spans_share_keys: SharesStepKeys,
    r06_keys_fold_case: FoldsKeys,
    r06_large_batches_are_refused: RefusesLarge,
}

/// A batch of the same drafts, changed.
fn changed(batch: &AppendBatch, change: impl Fn(Draft) -> Draft) -> StoreResult<AppendBatch> {
    let drafts = batch.drafts().iter().cloned().map(change).collect();
    Ok(AppendBatch::new(drafts)?)
}

/// An adapter with an append of its own.
macro_rules! appends {
    ($($name:ident: |$inner:ident, $tenant:ident, $batch:ident, $on_conflict:ident| $body:block)+) => {
        $(
            #[derive(Debug, Default)]
            struct $name;

            #[async_trait]
            impl Fault for $name {
                async fn append(&self, $inner: &MemoryStore, $tenant: &TenantId, $batch: &AppendBatch, $on_conflict: OnConflict) -> StoreResult<AppendReceipt> {
                    $body
                }
            }
        )+
    };
}

appends! {
    StoresTheOthers: |inner, tenant, batch, on_conflict| {
        let outcome = inner.append(tenant, batch, on_conflict).await;
        if let Err(StoreError::Conflict { .. }) = &outcome {
            inner.append(tenant, batch, OnConflict::SkipRecord).await?;
        }
        outcome
    }

    StopsAtConflict: |inner, tenant, batch, on_conflict| {
        let outcome = inner.append(tenant, batch, on_conflict).await;
        if let Err(StoreError::Conflict { records }) = &outcome {
            let before = batch.drafts()[..records[0].index].to_vec();
            if let Ok(before) = AppendBatch::new(before) {
                let _ = inner.append(tenant, &before, on_conflict).await;
            }
        }
        outcome
    }

    IgnoresConflicts: |inner, tenant, batch, _on_conflict| {
        let mut receipt = inner.append(tenant, batch, OnConflict::SkipRecord).await?;
        for record in &mut receipt.records {
            if record.outcome == RecordOutcome::Conflict {
                record.outcome = RecordOutcome::AlreadyStored;
            }
        }
        Ok(receipt)
    }

    ListsFirst: |inner, tenant, batch, on_conflict| {
        match inner.append(tenant, batch, on_conflict).await {
            Err(StoreError::Conflict { mut records }) => {
                records.truncate(1);
                Err(StoreError::Conflict { records })
            }
            outcome => outcome,
        }
    }

    ListsHundred: |inner, tenant, batch, on_conflict| {
        match inner.append(tenant, batch, on_conflict).await {
            Err(StoreError::Conflict { mut records }) => {
                records.truncate(100);
                Err(StoreError::Conflict { records })
            }
            outcome => outcome,
        }
    }

    NumbersFromOne: |inner, tenant, batch, on_conflict| {
        match inner.append(tenant, batch, on_conflict).await {
            Err(StoreError::Conflict { mut records }) => {
                records.iter_mut().for_each(|record| record.index += 1);
                Err(StoreError::Conflict { records })
            }
            outcome => outcome,
        }
    }

    ListsByKey: |inner, tenant, batch, on_conflict| {
        match inner.append(tenant, batch, on_conflict).await {
            Err(StoreError::Conflict { mut records }) => {
                records.sort_by(|one, other| one.key.cmp(&other.key));
                Err(StoreError::Conflict { records })
            }
            outcome => outcome,
        }
    }

    SkipsAll: |inner, tenant, batch, on_conflict| {
        match inner.append(tenant, batch, OnConflict::RejectCall).await {
            Err(StoreError::Conflict { .. }) if on_conflict == OnConflict::SkipRecord => {
                let conflict = |draft: &Draft| logs_domain::RecordReceipt {
                    outcome: RecordOutcome::Conflict,
                    key: draft.key(),
                    id: draft.id(tenant),
                    created_at: Timestamp::MIN,
                };
                Ok(AppendReceipt { records: batch.drafts().iter().map(conflict).collect() })
            }
            outcome => outcome,
        }
    }

    HidesConflict: |inner, tenant, batch, on_conflict| {
        let mut receipt = inner.append(tenant, batch, on_conflict).await?;
        receipt.records.retain(|record| record.outcome != RecordOutcome::Conflict);
        Ok(receipt)
    }

    ReceiptsByKey: |inner, tenant, batch, on_conflict| {
        let mut receipt = inner.append(tenant, batch, on_conflict).await?;
        receipt.records.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(receipt)
    }

    LeavesOutDuplicates: |inner, tenant, batch, on_conflict| {
        let mut receipt = inner.append(tenant, batch, on_conflict).await?;
        let mut keys = HashSet::new();
        receipt.records.retain(|record| keys.insert(record.key.clone()));
        Ok(receipt)
    }

    CallsAllStored: |inner, tenant, batch, on_conflict| {
        let mut receipt = inner.append(tenant, batch, on_conflict).await?;
        for record in &mut receipt.records {
            if record.outcome == RecordOutcome::AlreadyStored {
                record.outcome = RecordOutcome::Stored;
            }
        }
        Ok(receipt)
    }

    TellsNow: |inner, tenant, batch, on_conflict| {
        let now = logs_domain::StoreLifecycle::settled_before(inner, tenant).await?;
        let mut receipt = inner.append(tenant, batch, on_conflict).await?;
        receipt.records.iter_mut().for_each(|record| record.created_at = now);
        Ok(receipt)
    }

    NoIds: |inner, tenant, batch, on_conflict| {
        let mut receipt = inner.append(tenant, batch, on_conflict).await?;
        receipt.records.iter_mut().for_each(|record| record.id = None);
        Ok(receipt)
    }

    IgnoresAttributes: |inner, tenant, batch, on_conflict| {
        let batch = changed(batch, |draft| match draft {
            Draft::LlmRun(mut run) => {
                run.attributes = None;
                run.into()
            }
            draft => draft,
        })?;
        inner.append(tenant, &batch, on_conflict).await
    }

    IgnoresParent: |inner, tenant, batch, on_conflict| {
        let batch = changed(batch, |draft| match draft {
            Draft::LlmRun(mut run) => {
                run.parent_run_id = None;
                run.into()
            }
            draft => draft,
        })?;
        inner.append(tenant, &batch, on_conflict).await
    }

    IgnoresSession: |inner, tenant, batch, on_conflict| {
        let batch = changed(batch, |draft| match draft {
            Draft::LlmRun(mut run) => {
                run.session_id = None;
                run.into()
            }
            draft => draft,
        })?;
        inner.append(tenant, &batch, on_conflict).await
    }

    IgnoresHeaderAttributes: |inner, tenant, batch, on_conflict| {
        let batch = changed(batch, |draft| match draft {
            Draft::Trace(mut header) => {
                header.attributes = None;
                header.into()
            }
            draft => draft,
        })?;
        inner.append(tenant, &batch, on_conflict).await
    }

    IgnoresEntryAttributes: |inner, tenant, batch, on_conflict| {
        let batch = changed(batch, |draft| match draft {
            Draft::AuditEntry(mut entry) => {
                entry.attributes = None;
                entry.into()
            }
            draft => draft,
        })?;
        inner.append(tenant, &batch, on_conflict).await
    }

    IgnoresStepCost: |inner, tenant, batch, on_conflict| {
        let batch = changed(batch, |draft| match draft {
            Draft::TraceStep(mut step) => {
                step.cost = None;
                step.into()
            }
            draft => draft,
        })?;
        inner.append(tenant, &batch, on_conflict).await
    }

    IgnoresOccurrence: |inner, tenant, batch, on_conflict| {
        let batch = changed(batch, |draft| match draft {
            Draft::SystemRecord(mut record) => {
                record.occurred_at = None;
                record.into()
            }
            draft => draft,
        })?;
        inner.append(tenant, &batch, on_conflict).await
    }

    NoneIsZero: |inner, tenant, batch, on_conflict| {
        let batch = changed(batch, |draft| match draft {
            Draft::LlmRun(mut run) => {
                run.input_tokens = run.input_tokens.or(TokenCount::new(0).ok());
                run.into()
            }
            draft => draft,
        })?;
        inner.append(tenant, &batch, on_conflict).await
    }

    EqualConflicts: |inner, tenant, batch, on_conflict| {
        let receipt = inner.append(tenant, batch, on_conflict).await?;
        let already = |record: &logs_domain::RecordReceipt| record.outcome == RecordOutcome::AlreadyStored;
        match receipt.records.iter().position(already) {
            Some(index) => {
                let key = receipt.records[index].key.clone();
                let records = vec![logs_domain::RecordReference { index, key }];
                Err(StoreError::Conflict { records })
            }
            None => Ok(receipt),
        }
    }

    SharesStepKeys: |inner, tenant, batch, on_conflict| {
        let batch = changed(batch, |draft| match draft {
            Draft::TraceStep(mut step) => {
                if let StepKey::Span(span) = &step.key
                    && let Ok(number) = span.as_str().parse::<u32>()
                    && let Ok(position) = StepPosition::new(number)
                {
                    step.key = StepKey::Position(position);
                }
                step.into()
            }
            draft => draft,
        })?;
        inner.append(tenant, &batch, on_conflict).await
    }

    FoldsKeys: |inner, tenant, batch, on_conflict| {
        let batch = changed(batch, |draft| match draft {
            Draft::TraceStep(mut step) => {
                if let StepKey::Span(span) = &step.key {
                    step.key = StepKey::Span(SpanId::new(span.as_str().to_lowercase()).unwrap());
                }
                step.into()
            }
            draft => draft,
        })?;
        inner.append(tenant, &batch, on_conflict).await
    }

    RefusesLarge: |inner, tenant, batch, on_conflict| {
        if batch.len() > 5_000 {
            let (maximum, actual) = (5_000, batch.len() as u64);
            return Err(StoreError::LimitExceeded { limit: "records", maximum, actual });
        }
        inner.append(tenant, batch, on_conflict).await
    }
}
