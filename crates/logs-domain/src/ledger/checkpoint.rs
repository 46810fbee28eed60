//! A signed checkpoint, as a store keeps it.

use logs_ledger::{Checkpoint, SignedNote, TreeHead};

use crate::InvalidValue;

/// A checkpoint of a log: a signed note over origin, size and root (C2SP tlog-checkpoint).
///
/// A store keeps the note as it is. It has no keys, so it verifies no signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerCheckpoint {
    head: TreeHead,
    note: String,
}

impl LedgerCheckpoint {
    /// Reads a note.
    ///
    /// # Errors
    /// [`InvalidValue`] of field `note` for a text that is no signed note, or whose text is no checkpoint.
    pub fn parse(note: &str) -> Result<Self, InvalidValue> {
        let refused = |reason: &dyn std::fmt::Display| {
            InvalidValue::new("note", note, format!("a signed checkpoint ({reason})"))
        };
        let signed = SignedNote::parse(note).map_err(|error| refused(&error))?;
        let text = signed.unverified_text();
        let checkpoint = Checkpoint::parse(text).map_err(|error| refused(&error))?;
        Ok(Self {
            head: checkpoint.head(),
            note: note.to_owned(),
        })
    }

    /// Size and root.
    #[must_use]
    pub const fn head(&self) -> TreeHead {
        self.head
    }

    /// The note.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Checks that this may be stored behind the newest checkpoint of a log of `log_size` entries, which had
    /// `own_root` when it had the size of this.
    ///
    /// # Errors
    /// [`InvalidValue`] of field `size` for a size below that of `latest` or over `log_size`, and of field
    /// `root` for another root than the log has at this size.
    pub fn check(
        &self,
        latest: Option<TreeHead>,
        log_size: u64,
        own_root: impl FnOnce(u64) -> Option<logs_ledger::Hash>,
    ) -> Result<(), InvalidValue> {
        let TreeHead { size, root } = self.head;
        let least = latest.map_or(0, |latest| latest.size);
        if size < least || size > log_size {
            let expected = format!(
                "{least}, the size of the newest checkpoint, to {log_size}, the size of the log"
            );
            return Err(InvalidValue::new("size", size, expected));
        }
        let newest = latest.filter(|latest| latest.size == size);
        let of_newest = newest.is_none_or(|latest| latest.root == root);
        if of_newest && own_root(size) == Some(root) {
            return Ok(());
        }
        let expected = format!("the root of the log at {size} entries");
        Err(InvalidValue::new("root", format!("{root:?}"), expected))
    }
}
