//! A check under way.

use logs_domain::{LedgerLog, LogsLedger, StoreError, StoreResult};

use crate::finding::{Finding, Problem};

/// What a check read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Entries of the log.
    pub entries: u64,
    /// Records that the log does not cover, because they were appended without the ledger.
    pub not_covered: u64,
    /// What is wrong.
    pub findings: u64,
}

/// What is checked, and what was found so far.
pub(crate) struct Check<'a> {
    pub(crate) ledger: &'a dyn LogsLedger,
    pub(crate) log: &'a LedgerLog,
    pub(crate) tell: &'a mut (dyn FnMut(Finding) + Send),
    pub(crate) progress: &'a (dyn Fn(u64, u64) + Send + Sync),
    pub(crate) summary: Summary,
}

impl Check<'_> {
    pub(crate) fn tell(&mut self, finding: Finding) {
        self.summary.findings += 1;
        (self.tell)(finding);
    }

    /// An answer of the store, or `None` and a finding for one that is inconsistent.
    pub(crate) fn readable<T>(&mut self, answer: StoreResult<T>) -> StoreResult<Option<T>> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(error @ StoreError::Inconsistent { .. }) => {
                self.tell(Finding::of_log(Problem::Unreadable(error.to_string())));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
