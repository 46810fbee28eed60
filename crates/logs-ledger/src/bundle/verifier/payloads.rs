//! The lines of payloads, beside the entries that they belong to.

use std::io::{BufRead, BufReader, Read};

use super::Findings;
use crate::bundle::payload::{MAX_LINE_BYTES, PayloadLine};
use crate::bundle::{
    BundleSource, EntryName, PAYLOADS_PATH, Part, PartContent, Problem, Unreadable,
};

/// Reads the lines one by one.
pub(super) struct Payloads<'a> {
    reader: BufReader<Box<dyn Read + 'a>>,
    /// A line that was read and not asked for yet; `None` inside when it cannot be understood.
    waiting: Option<Option<PayloadLine>>,
}

impl<'a> Payloads<'a> {
    pub(super) fn open(source: &'a impl BundleSource) -> Result<Self, Unreadable> {
        let file = source.open(PAYLOADS_PATH);
        let file = file.map_err(|error| Unreadable::new(PAYLOADS_PATH, error))?;
        Ok(Self {
            reader: BufReader::new(file),
            waiting: None,
        })
    }

    /// The content of the next part, when it is there.
    pub(super) fn part(
        &mut self,
        entry: EntryName,
        part: Part,
        findings: &mut Findings<'_>,
    ) -> Result<Option<PartContent>, Unreadable> {
        loop {
            let line = match self.waiting.take() {
                Some(line) => line,
                None => match self.line()? {
                    Some(line) => line,
                    None => break,
                },
            };
            let Some(line) = line else {
                findings.add(Some(entry), Problem::PayloadForm { part });
                return Ok(None);
            };
            match (line.index, line.part).cmp(&(entry.index, part)) {
                std::cmp::Ordering::Equal => return Ok(Some(line.content)),
                std::cmp::Ordering::Less => unexpected(line.index, findings),
                std::cmp::Ordering::Greater => {
                    self.waiting = Some(Some(line));
                    break;
                }
            }
        }
        findings.add(Some(entry), Problem::PayloadMissing { part });
        Ok(None)
    }

    /// Whatever is left belongs to no entry.
    pub(super) fn finish(mut self, findings: &mut Findings<'_>) -> Result<(), Unreadable> {
        let mut waiting = self.waiting.take();
        while let Some(line) = match waiting.take() {
            Some(line) => Some(line),
            None => self.line()?,
        } {
            unexpected(line.map_or(u64::MAX, |line| line.index), findings);
        }
        Ok(())
    }

    fn line(&mut self) -> Result<Option<Option<PayloadLine>>, Unreadable> {
        let unreadable = |reason: &dyn ToString| Unreadable::new(PAYLOADS_PATH, reason.to_string());
        let limit = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        let mut limited = self.reader.by_ref().take(limit);
        limited
            .read_until(b'\n', &mut bytes)
            .map_err(|error| unreadable(&error))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let Some(line) = bytes.strip_suffix(b"\n") else {
            return Err(unreadable(
                &"a line is too long, or the last one has no end",
            ));
        };
        let text = std::str::from_utf8(line).ok();
        Ok(Some(text.and_then(PayloadLine::parse)))
    }
}

fn unexpected(index: u64, findings: &mut Findings<'_>) {
    let entry = EntryName { index, id: None };
    findings.add(Some(entry), Problem::PayloadUnexpected);
}
