//! Writing the bundle of chosen entries.

use std::fmt::Display;

use super::{BundleHead, Writing, unread};
use crate::bundle::answers::Answers;
use crate::bundle::line::{Chosen, EntryLine};
use crate::bundle::manifest::{BundleForm, MAX_QUESTION_BYTES};
use crate::bundle::text::is_object_in_a_line;
use crate::bundle::{BundleEntry, BundleError, BundleSink};
use crate::node::HashReader;
use crate::proof::prove_inclusion;

/// Writes the bundle of chosen entries. The same arguments and entries give the same bytes. Memory does not grow
/// with the bundle.
pub struct SelectionWriter<'a, S, H> {
    writing: Writing<'a, S, H>,
    question: String,
    answers: Answers,
    next: u64,
}

impl<'a, S: BundleSink, H: HashReader> SelectionWriter<'a, S, H>
where
    H::Error: Display,
{
    /// Begins a bundle of the entries that answer `question`: a JSON object in one line, of up to
    /// [`MAX_QUESTION_BYTES`].
    ///
    /// # Errors
    /// [`BundleError`] for another question, for checkpoints that are none of this log as `hashes` has it, and
    /// for storage that fails. What was written is of no use then.
    pub fn begin(
        sink: S,
        head: &BundleHead<'_>,
        question: &str,
        hashes: &'a H,
    ) -> Result<Self, BundleError> {
        if question.len() > MAX_QUESTION_BYTES || !is_object_in_a_line(question) {
            return Err(BundleError::Question);
        }
        let question = question.to_owned();
        let form = BundleForm::Selection {
            question: question.clone(),
            answers: Answers::default(),
        };
        Ok(Self {
            writing: Writing::begin(sink, head, form, hashes)?,
            question,
            answers: Answers::default(),
            next: 0,
        })
    }

    /// Writes an entry and the proof that it is in the log. Entries come in the order of their indexes.
    ///
    /// `answers` is the part of the question that it answers to, such as `run` or `step`: 1 to 64 lower-case
    /// letters, digits and underscores. There are up to [`MAX_ANSWERS`](crate::MAX_ANSWERS) parts.
    ///
    /// # Errors
    /// [`BundleError::Entry`] when it is not the one that the log has there, when it does not follow the last
    /// one, and when what is left of it is not what this format has.
    pub fn entry(
        &mut self,
        index: u64,
        answers: &str,
        entry: &BundleEntry,
    ) -> Result<(), BundleError> {
        let refused = |reason: &str| BundleError::Entry {
            index,
            reason: reason.to_owned(),
        };
        let size = self.writing.manifest.size;
        if index < self.next || index >= size {
            return Err(refused(
                "it does not follow the last one, or is not in the log",
            ));
        }
        if !self.answers.count(answers) {
            return Err(refused(
                "the part of the question has no such name, or is one too many",
            ));
        }
        let proof = prove_inclusion(self.writing.hashes, index, size).map_err(unread)?;
        let answers = answers.to_owned();
        self.writing.line(&EntryLine {
            index,
            chosen: Some(Chosen { answers, proof }),
            entry: entry.clone(),
        })?;
        self.next = index + 1;
        Ok(())
    }

    /// Ends: writes the sums and the manifest, and gives the sink back.
    ///
    /// # Errors
    /// [`BundleError::Entry`] for one that did not come and is said to record a redaction.
    pub fn finish(mut self) -> Result<S, BundleError> {
        self.writing.manifest.form = BundleForm::Selection {
            question: self.question,
            answers: self.answers,
        };
        self.writing.finish()
    }
}
