//! Findings in limited number.

use super::Check;

/// How many findings a report names.
const TOLD: usize = 20;

/// Findings of one kind: the first of them as text, and their number.
#[derive(Debug, Default)]
pub(super) struct Findings {
    told: Vec<String>,
    count: u64,
}

impl Findings {
    /// Adds a finding. It becomes text only if it is among the first.
    pub(super) fn add(&mut self, words: impl FnOnce() -> String) {
        if self.told.len() < TOLD {
            self.told.push(words());
        }
        self.count += 1;
    }

    /// The check. `sound` is the text without findings.
    pub(super) fn check(self, name: &'static str, sound: impl Into<String>) -> Check {
        if self.count == 0 {
            return Check::new(name, true, sound);
        }
        let told = self.told.join("; ");
        let more = self.count.saturating_sub(self.told.len() as u64);
        let found = match (self.count, more) {
            (1, _) => told,
            (count, 0) => format!("{count} findings: {told}"),
            (count, more) => format!("{count} findings: {told}; and {more} more"),
        };
        Check::new(name, false, found)
    }
}

#[cfg(test)]
mod tests {
    use super::{Findings, TOLD};

    #[test]
    fn the_first_findings_are_told_and_all_are_counted() {
        let check = |count: usize| {
            let mut findings = Findings::default();
            for number in 0..count {
                findings.add(|| format!("f{number}"));
            }
            findings.check("x", "sound")
        };
        assert_eq!((check(0).passed, check(0).found.as_str()), (true, "sound"));
        assert_eq!((check(1).passed, check(1).found.as_str()), (false, "f0"));
        assert_eq!(check(2).found, "2 findings: f0; f1");
        let many = check(TOLD + 5).found;
        assert!(many.starts_with("25 findings: f0; "), "{many}");
        assert!(many.ends_with("; f19; and 5 more"), "{many}");
    }
}
