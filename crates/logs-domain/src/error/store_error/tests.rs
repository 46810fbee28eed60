//! What errors say, and what they tell a caller to do.

use std::time::Duration;

use super::{RecordReference, StoreError, WriteOutcome};
use crate::{InvalidValue, RecordKey, RunId};

fn references(count: usize) -> Vec<RecordReference> {
    (0..count)
        .map(|index| RecordReference {
            index,
            key: RecordKey::LlmRun(RunId::new(format!("r{index}")).unwrap()),
        })
        .collect()
}

#[test]
fn a_conflict_lists_the_first_records_and_counts_the_rest() {
    let one = StoreError::Conflict {
        records: references(1),
    };
    assert_eq!(
        one.to_string(),
        "1 record is stored with other content: #0 llm_run \"r0\""
    );
    let seven = StoreError::Gone {
        records: references(7),
    };
    assert!(
        seven
            .to_string()
            .starts_with("7 records are dropped by retention: #0 llm_run")
    );
    assert!(seven.to_string().ends_with("#4 llm_run \"r4\" and 2 more"));
}

#[test]
fn each_error_says_its_kind_whether_to_retry_and_what_may_have_landed() {
    let unknown = WriteOutcome::Unknown;
    let not_applied = WriteOutcome::NotApplied;
    let after = Duration::from_millis(10);
    let backend = |retryable| StoreError::Backend {
        backend: "test",
        message: String::new(),
        retryable,
        write_outcome: unknown,
        source: None,
    };
    let table = [
        (StoreError::closed(), "unavailable", true, not_applied),
        (
            StoreError::Timeout {
                after,
                write_outcome: unknown,
            },
            "timeout",
            true,
            unknown,
        ),
        (
            StoreError::Pushback { retry_after: after },
            "pushback",
            true,
            not_applied,
        ),
        (backend(true), "backend", true, unknown),
        (backend(false), "backend", false, unknown),
        (
            InvalidValue::new("a", 1, "b").into(),
            "invalid_argument",
            false,
            not_applied,
        ),
        (
            StoreError::Conflict { records: vec![] },
            "conflict",
            false,
            not_applied,
        ),
        (
            StoreError::Gone { records: vec![] },
            "gone",
            false,
            not_applied,
        ),
        (
            StoreError::LimitExceeded {
                limit: "records",
                maximum: 1,
                actual: 2,
            },
            "limit_exceeded",
            false,
            not_applied,
        ),
        (
            StoreError::TooManyGroups { maximum: 1 },
            "too_many_groups",
            false,
            not_applied,
        ),
        (
            StoreError::SchemaMismatch {
                found: "9".into(),
                expected: "1".into(),
            },
            "schema_mismatch",
            false,
            not_applied,
        ),
        (
            StoreError::inconsistent("t", "c", ""),
            "inconsistent",
            false,
            not_applied,
        ),
        (StoreError::ReadOnly, "read_only", false, not_applied),
    ];
    for (error, kind, retryable, outcome) in table {
        assert_eq!(error.kind(), kind, "{error:?}");
        assert_eq!(error.is_retryable(), retryable, "{error:?}");
        assert_eq!(error.write_outcome(), outcome, "{error:?}");
    }
}
