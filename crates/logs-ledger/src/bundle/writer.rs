//! Writing a bundle, entry by entry.

mod range;
mod selection;

use std::collections::BTreeSet;
use std::fmt::Display;

use sha2::{Digest, Sha256};

use super::entry::EntryRecord;
use super::line::EntryLine;
use super::manifest::{BundleForm, Manifest};
use super::sums::{by_parts, hex, line};
use super::{
    BundleError, BundleSink, CHECKPOINT_PATH, ENTRIES_PATH, FORMAT, FORMAT_PATH, MANIFEST_PATH,
    MAX_OLDER_CHECKPOINTS, SUMS_PATH, consistency_path, older_path,
};
use crate::checkpoint::Checkpoint;
use crate::compact_range::CompactRange;
use crate::kind::REDACTION_KIND;
use crate::node::{HashReader, NodeAddress};
use crate::note::SignedNote;
use crate::proof::prove_consistency;

pub use range::RangeWriter;
pub use selection::SelectionWriter;

const SOFTWARE: &str = concat!("logs-ledger ", env!("CARGO_PKG_VERSION"));

/// What every bundle is about.
#[derive(Debug, Clone, Copy)]
pub struct BundleHead<'a> {
    /// Whose log it is.
    pub tenant: &'a str,
    /// The signed checkpoint. Its signatures are for whoever checks the bundle, not for the writer.
    pub checkpoint: &'a SignedNote,
    /// Older checkpoints of the log, which readers may hold and trust, in any order.
    pub older: &'a [SignedNote],
    /// The log's minimum index: records of entries below it may have expired.
    pub minimum_index: u64,
}

/// What the writers of both forms share.
struct Writing<'a, S, H> {
    sink: S,
    hashes: &'a H,
    manifest: Manifest,
    sums: Vec<(String, String)>,
    entries: Sha256,
    /// Entries that must still come, because they are said to record redactions.
    redactions: BTreeSet<u64>,
}

impl<'a, S: BundleSink, H: HashReader> Writing<'a, S, H>
where
    H::Error: Display,
{
    /// Begins: writes the page of the format and the checkpoints.
    ///
    /// # Errors
    /// [`BundleError::Checkpoint`] for checkpoints that are none of this log as `hashes` has it, and those of
    /// storage that fails.
    fn begin(
        sink: S,
        head: &BundleHead<'_>,
        form: BundleForm,
        hashes: &'a H,
    ) -> Result<Self, BundleError> {
        let checkpoint = parsed(head.checkpoint)?;
        let tree = checkpoint.head();
        let refused = |reason: &str| BundleError::Checkpoint {
            size: tree.size,
            reason: reason.to_owned(),
        };
        let stored = CompactRange::covering(hashes, 0, tree.size).map_err(unread)?;
        if stored.root()? != tree.root {
            return Err(refused("the stored hashes lead to another root"));
        }
        if head.tenant.is_empty() || head.tenant.chars().any(char::is_control) {
            return Err(refused("its tenant is empty or has a control character"));
        }
        if head.older.len() > MAX_OLDER_CHECKPOINTS {
            return Err(refused("it has too many older checkpoints"));
        }
        let mut writing = Self {
            sink,
            hashes,
            manifest: Manifest {
                software: SOFTWARE.to_owned(),
                origin: checkpoint.origin().to_owned(),
                tenant: head.tenant.to_owned(),
                size: tree.size,
                root: tree.root,
                minimum_index: head.minimum_index,
                form,
                older: Vec::new(),
                sums: String::new(),
            },
            sums: Vec::new(),
            entries: Sha256::new(),
            redactions: BTreeSet::new(),
        };
        writing.file(FORMAT_PATH, FORMAT.as_bytes())?;
        writing.file(CHECKPOINT_PATH, head.checkpoint.to_text().as_bytes())?;
        writing.older(head.older)?;
        // There may be no line.
        writing.append(ENTRIES_PATH, b"")?;
        Ok(writing)
    }

    /// Writes the line of an entry.
    ///
    /// # Errors
    /// [`BundleError::Entry`] when it is not the one that the log has there, or what is left of it is not what
    /// this format has.
    fn line(&mut self, entry: &EntryLine) -> Result<(), BundleError> {
        let index = entry.index;
        let refused = |reason: &str| BundleError::Entry {
            index,
            reason: reason.to_owned(),
        };
        entry.entry.check().map_err(|reason| refused(&reason))?;
        self.redactions.remove(&index);
        if let EntryRecord::Redacted { by, .. } = &entry.entry.record {
            if entry.entry.kind == REDACTION_KIND {
                return Err(refused("what records a redaction is never redacted"));
            }
            if *by <= index {
                return Err(refused(
                    "the entry that records its redaction must follow in the same bundle",
                ));
            }
            self.redactions.insert(*by);
        }
        let node = NodeAddress { level: 0, index };
        let stored = self
            .hashes
            .read_hash(node)
            .map_err(|error| unread(&error))?;
        if stored != entry.entry.leaf_hash(&self.manifest.tenant) {
            return Err(refused("the log has another leaf there"));
        }
        let line = format!("{}\n", entry.to_text());
        self.entries.update(&line);
        self.append(ENTRIES_PATH, line.as_bytes())
    }

    /// Ends: writes the sums and the manifest, and gives the sink back.
    ///
    /// # Errors
    /// [`BundleError::Entry`] for one that did not come and is said to record a redaction, and those of storage
    /// that fails.
    fn finish(mut self) -> Result<S, BundleError> {
        if let Some(index) = self.redactions.pop_first() {
            let reason = "it is said to record a redaction, and must follow in the same bundle";
            let reason = reason.to_owned();
            return Err(BundleError::Entry { index, reason });
        }
        let entries = hex(std::mem::take(&mut self.entries).finalize());
        self.sums.push((ENTRIES_PATH.to_owned(), entries));
        self.sums
            .sort_by(|(one, _), (other, _)| by_parts(one, other));
        let lines: Vec<String> = self
            .sums
            .iter()
            .map(|(path, sum)| line(sum, path))
            .collect();
        let sums = lines.concat();
        self.manifest.sums = hex(Sha256::digest(&sums));
        self.append(SUMS_PATH, sums.as_bytes())?;
        let manifest = self.manifest.to_text();
        self.append(MANIFEST_PATH, manifest.as_bytes())?;
        Ok(self.sink)
    }

    fn older(&mut self, notes: &[SignedNote]) -> Result<(), BundleError> {
        let mut older = Vec::with_capacity(notes.len());
        for note in notes {
            older.push((parsed(note)?, note));
        }
        older.sort_by_key(|(checkpoint, _)| checkpoint.head().size);
        for (checkpoint, note) in older {
            let head = checkpoint.head();
            let refused = |reason: &str| BundleError::Checkpoint {
                size: head.size,
                reason: reason.to_owned(),
            };
            if checkpoint.origin() != self.manifest.origin {
                return Err(refused("it is of another log"));
            }
            if self
                .manifest
                .older
                .last()
                .is_some_and(|last| *last >= head.size)
            {
                return Err(refused("there is another one of this size"));
            }
            if head.size == 0 || head.size >= self.manifest.size {
                return Err(refused(
                    "it is not older than the one of the bundle, or empty",
                ));
            }
            let stored = CompactRange::covering(self.hashes, 0, head.size).map_err(unread)?;
            if stored.root()? != head.root {
                return Err(refused("the stored hashes lead to another root"));
            }
            let proof = prove_consistency(self.hashes, head.size, self.manifest.size);
            let proof: Vec<u8> = proof
                .map_err(unread)?
                .iter()
                .flat_map(|hash| *hash.as_bytes())
                .collect();
            self.file(&older_path(head.size), note.to_text().as_bytes())?;
            self.file(&consistency_path(head.size), &proof)?;
            self.manifest.older.push(head.size);
        }
        Ok(())
    }

    /// Writes a whole file and keeps its sum.
    fn file(&mut self, path: &str, bytes: &[u8]) -> Result<(), BundleError> {
        self.sums
            .push((path.to_owned(), hex(Sha256::digest(bytes))));
        self.append(path, bytes)
    }

    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<(), BundleError> {
        let failed = |source| BundleError::Sink {
            path: path.to_owned(),
            source,
        };
        self.sink.append(path, bytes).map_err(failed)
    }
}

fn parsed(note: &SignedNote) -> Result<Checkpoint, BundleError> {
    Checkpoint::parse(note.unverified_text()).map_err(|error| BundleError::Checkpoint {
        size: 0,
        reason: error.to_string(),
    })
}

fn unread(error: impl Display) -> BundleError {
    BundleError::Hashes(error.to_string())
}
