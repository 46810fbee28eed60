//! Records that no entry covers.

use logs_domain::{
    EntryPlace, PageLimit, RecordId, RecordKind, StoreError, StoreResult, UncoveredRecord,
};

use crate::context::Check;
use crate::finding::{Finding, Problem};

/// Looks at every record of the owner.
pub(crate) async fn find(check: &mut Check<'_>) -> StoreResult<()> {
    for kind in RecordKind::ALL.iter().copied() {
        let mut after = None;
        loop {
            let page = check
                .ledger
                .uncovered(check.log, kind, after, PageLimit::MAX)
                .await;
            let Some(page) = check.readable(page)? else {
                break;
            };
            for record in &page.records {
                if !record.is_salted {
                    check.summary.not_covered += 1;
                } else if let Some(problem) = problem_of(check, kind, record).await? {
                    check.tell(Finding {
                        problem,
                        kind: Some(kind.number()),
                        id: Some(record.place.id),
                        index: None,
                    });
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(())
}

/// What a record with a salt and without an entry is. It may have become an entry meanwhile.
async fn problem_of(
    check: &Check<'_>,
    kind: RecordKind,
    record: &UncoveredRecord,
) -> StoreResult<Option<Problem>> {
    let Ok(id) = RecordId::new(record.place.id) else {
        return Ok(Some(Problem::Inserted));
    };
    match check.ledger.entry_of(check.log, kind, id).await {
        Ok(EntryPlace::Entry(_)) => Ok(None),
        Ok(EntryPlace::Pending) => Ok(Some(Problem::NeverSequenced)),
        Ok(EntryPlace::NotCovered) | Err(StoreError::Inconsistent { .. }) => {
            Ok(Some(Problem::Inserted))
        }
        Err(error) => Err(error),
    }
}
