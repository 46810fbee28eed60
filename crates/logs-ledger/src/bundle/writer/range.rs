//! Writing the bundle of a range.

use std::fmt::Display;

use super::{BundleHead, Writing, parsed, unread};
use crate::bundle::line::EntryLine;
use crate::bundle::manifest::BundleForm;
use crate::bundle::{BundleEntry, BundleError, BundleSink, Layout};
use crate::node::HashReader;
use crate::tile::tile_bytes;

/// Writes the bundle of a range. The same arguments and entries give the same bytes. Memory grows by about 100
/// bytes for each file, of which there is one for 256 entries.
pub struct RangeWriter<'a, S, H> {
    writing: Writing<'a, S, H>,
    layout: Layout,
    next: u64,
}

impl<'a, S: BundleSink, H: HashReader> RangeWriter<'a, S, H>
where
    H::Error: Display,
{
    /// Begins a bundle of the entries `from..to`: writes all but the entries. See [`Layout::covering`] for the
    /// ends.
    ///
    /// # Errors
    /// [`BundleError`] for a range that no bundle has, for checkpoints that are none of this log as
    /// `hashes` has it, and for storage that fails. What was written is of no use then.
    pub fn begin(
        sink: S,
        head: &BundleHead<'_>,
        from: u64,
        to: u64,
        hashes: &'a H,
    ) -> Result<Self, BundleError> {
        let size = parsed(head.checkpoint)?.head().size;
        let layout = Layout::new(size, from, to)?;
        let form = BundleForm::Range { from, to };
        let mut writing = Writing::begin(sink, head, form, hashes)?;
        for tile in layout.tiles() {
            let bytes = tile_bytes(hashes, tile).map_err(|error| unread(&error))?;
            writing.file(&tile.path(), &bytes)?;
        }
        Ok(Self {
            writing,
            layout,
            next: from,
        })
    }

    /// Writes the next entry of the range.
    ///
    /// # Errors
    /// [`BundleError::Entry`] when it is not the one that the log has there, or what is left of it is not what
    /// this format has; [`BundleError::Count`] behind the last one.
    pub fn entry(&mut self, entry: &BundleEntry) -> Result<(), BundleError> {
        if self.next >= self.layout.to() {
            return Err(self.miscounted(1));
        }
        self.writing.line(&EntryLine {
            index: self.next,
            chosen: None,
            entry: entry.clone(),
        })?;
        self.next += 1;
        Ok(())
    }

    /// Ends: writes the sums and the manifest, and gives the sink back.
    ///
    /// # Errors
    /// [`BundleError::Count`] when entries are missing; [`BundleError::Entry`] for one that is said to record a
    /// redaction and is behind the range.
    pub fn finish(self) -> Result<S, BundleError> {
        if self.next == self.layout.to() {
            self.writing.finish()
        } else {
            Err(self.miscounted(0))
        }
    }

    fn miscounted(&self, more: u64) -> BundleError {
        BundleError::Count {
            expected: self.layout.to() - self.layout.from(),
            found: self.next - self.layout.from() + more,
        }
    }
}
