//! Findings about records: their number and the first of them.

use logs_domain::StoreError;

use crate::doctor::Check;

/// How many findings a check names.
const NAMED: usize = 10;

/// Records that differ from what was written.
#[derive(Debug, Default)]
pub(super) struct Findings {
    count: u64,
    named: Vec<String>,
}

impl Findings {
    /// Adds the finding of an error.
    pub(super) fn add(&mut self, error: &StoreError) {
        self.count += 1;
        if let StoreError::Inconsistent {
            table, column, key, ..
        } = error
            && self.named.len() < NAMED
        {
            self.named.push(format!("{table}.{column} of {key}"));
        }
    }

    /// The check for these findings.
    pub(super) fn check(self, name: &'static str, read: &str, wrong: &str) -> Check {
        let mut found = format!("{read}, {} {wrong}", self.count);
        if !self.named.is_empty() {
            found.push_str(": ");
            found.push_str(&self.named.join(", "));
        }
        let more = self.count.saturating_sub(self.named.len() as u64);
        if more > 0 {
            found.push_str(&format!(" and {more} more"));
        }
        Check {
            name,
            passed: self.count == 0,
            found,
        }
    }
}
