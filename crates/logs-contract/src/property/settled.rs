//! Settled times: a store whose writers are elsewhere may keep a margin to what memory tells.

use logs_domain::{StoreResult, Timestamp};

/// Checks that what was found settles nothing that memory does not.
pub(super) fn compare_settled(
    expected: &StoreResult<Timestamp>,
    found: &StoreResult<Timestamp>,
) -> Result<(), String> {
    match (expected, found) {
        (Ok(expected), Ok(found)) if found <= expected => Ok(()),
        (expected, found) => Err(format!(
            "settled_before differs\n  memory: {expected:?}\n  found:  {found:?}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use logs_domain::{StoreError, Timestamp};

    use super::compare_settled;

    #[test]
    fn earlier_times_are_right_and_later_ones_and_errors_are_not() {
        let at = |micros| Timestamp::from_micros(micros).map_err(StoreError::from);
        assert!(compare_settled(&at(5), &at(5)).is_ok());
        assert!(compare_settled(&at(5), &at(4)).is_ok());
        assert!(compare_settled(&at(5), &at(6)).is_err());
        assert!(compare_settled(&at(5), &Err(StoreError::ReadOnly)).is_err());
    }
}
