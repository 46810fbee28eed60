//! Writing a bundle, entry by entry.

use std::fmt::Display;

use sha2::{Digest, Sha256};

use super::entry::{BundleEntry, EntryLine, EntryRecord};
use super::manifest::Manifest;
use super::sums::{by_parts, hex, line};
use super::{
    BundleError, BundleSink, CHECKPOINT_PATH, ENTRIES_PATH, FORMAT, FORMAT_PATH, Layout,
    MANIFEST_PATH, MAX_OLDER_CHECKPOINTS, SUMS_PATH, consistency_path, older_path,
};
use crate::checkpoint::Checkpoint;
use crate::compact_range::CompactRange;
use crate::kind::REDACTION_KIND;
use crate::node::{HashReader, NodeAddress};
use crate::note::SignedNote;
use crate::proof::prove_consistency;
use crate::tile::tile_bytes;

const SOFTWARE: &str = concat!("logs-ledger ", env!("CARGO_PKG_VERSION"));

/// What a bundle is about.
#[derive(Debug, Clone, Copy)]
pub struct BundlePlan<'a> {
    /// Whose log it is.
    pub tenant: &'a str,
    /// The signed checkpoint. Its signatures are for whoever checks the bundle, not for the writer.
    pub checkpoint: &'a SignedNote,
    /// Older checkpoints of the log, which readers may hold and trust, in any order.
    pub older: &'a [SignedNote],
    /// The log's minimum index: records of entries below it may have expired.
    pub minimum_index: u64,
    /// The first entry. See [`Layout::covering`].
    pub from: u64,
    /// The first entry behind the range.
    pub to: u64,
}

/// Writes a bundle. The same plan, hashes and entries give the same bytes. Memory grows by about
/// 100 bytes for each file, of which there is one for 256 entries.
pub struct BundleWriter<'a, S, H> {
    sink: S,
    hashes: &'a H,
    layout: Layout,
    manifest: Manifest,
    sums: Vec<(String, String)>,
    entries: Sha256,
    next: u64,
}

impl<'a, S: BundleSink, H: HashReader> BundleWriter<'a, S, H>
where
    H::Error: Display,
{
    /// Begins: writes all but the entries.
    ///
    /// # Errors
    /// [`BundleError`] for a range that no bundle has, for checkpoints that are none of this log as
    /// `hashes` has it, and for storage that fails. What was written is of no use then.
    pub fn begin(sink: S, plan: &BundlePlan<'_>, hashes: &'a H) -> Result<Self, BundleError> {
        let checkpoint = parsed(plan.checkpoint)?;
        let head = checkpoint.head();
        let layout = Layout::new(head.size, plan.from, plan.to)?;
        let refused = |size, reason: &dyn ToString| BundleError::Checkpoint {
            size,
            reason: reason.to_string(),
        };
        let stored = CompactRange::covering(hashes, 0, head.size).map_err(unread)?;
        if stored.root()? != head.root {
            return Err(refused(
                head.size,
                &"the stored hashes lead to another root",
            ));
        }
        if plan.tenant.is_empty() || plan.tenant.chars().any(char::is_control) {
            return Err(refused(
                head.size,
                &"its tenant is empty or has a control character",
            ));
        }
        if plan.older.len() > MAX_OLDER_CHECKPOINTS {
            return Err(refused(head.size, &"it has too many older checkpoints"));
        }
        let mut writer = Self {
            sink,
            hashes,
            layout,
            manifest: Manifest {
                software: SOFTWARE.to_owned(),
                origin: checkpoint.origin().to_owned(),
                tenant: plan.tenant.to_owned(),
                size: head.size,
                root: head.root,
                minimum_index: plan.minimum_index,
                from: plan.from,
                to: plan.to,
                older: Vec::new(),
                sums: String::new(),
            },
            sums: Vec::new(),
            entries: Sha256::new(),
            next: plan.from,
        };
        writer.file(FORMAT_PATH, FORMAT.as_bytes())?;
        writer.file(CHECKPOINT_PATH, plan.checkpoint.to_text().as_bytes())?;
        writer.older(plan.older)?;
        for tile in layout.tiles() {
            let bytes = tile_bytes(hashes, tile).map_err(|error| unread(&error))?;
            writer.file(&tile.path(), &bytes)?;
        }
        Ok(writer)
    }

    /// Writes the next entry of the range.
    ///
    /// # Errors
    /// [`BundleError::Entry`] when it is not the one that the log has there, or what is left of it is not what
    /// this format has; [`BundleError::Count`] behind the last one.
    pub fn entry(&mut self, entry: &BundleEntry) -> Result<(), BundleError> {
        let index = self.next;
        let refused = |reason: &str| BundleError::Entry {
            index,
            reason: reason.to_owned(),
        };
        if index >= self.layout.to() {
            return Err(self.miscounted(1));
        }
        entry.check().map_err(|reason| refused(&reason))?;
        match &entry.record {
            EntryRecord::Redacted { .. } if entry.kind == REDACTION_KIND => {
                return Err(refused("what records a redaction is never redacted"));
            }
            EntryRecord::Redacted { by, .. } if *by <= index || *by >= self.layout.to() => {
                return Err(refused(
                    "the entry that records its redaction must follow in the same bundle: choose a \
                     longer range",
                ));
            }
            EntryRecord::Redacted { .. }
            | EntryRecord::Present { .. }
            | EntryRecord::Gone { .. } => {}
        }
        let node = NodeAddress { level: 0, index };
        let stored = self
            .hashes
            .read_hash(node)
            .map_err(|error| unread(&error))?;
        if stored != entry.leaf_hash(&self.manifest.tenant) {
            return Err(refused("the log has another leaf there"));
        }
        let line = EntryLine {
            index,
            entry: entry.clone(),
        };
        let line = format!("{}\n", line.to_text());
        self.entries.update(&line);
        self.append(ENTRIES_PATH, line.as_bytes())?;
        self.next += 1;
        Ok(())
    }

    /// Ends: writes the sums and the manifest, and gives the sink back.
    ///
    /// # Errors
    /// [`BundleError::Count`] when entries are missing.
    pub fn finish(mut self) -> Result<S, BundleError> {
        if self.next != self.layout.to() {
            return Err(self.miscounted(0));
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
            if head.size == 0 || head.size >= self.layout.size() {
                return Err(refused(
                    "it is not older than the one of the bundle, or empty",
                ));
            }
            let stored = CompactRange::covering(self.hashes, 0, head.size).map_err(unread)?;
            if stored.root()? != head.root {
                return Err(refused("the stored hashes lead to another root"));
            }
            let proof = prove_consistency(self.hashes, head.size, self.layout.size());
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

    fn miscounted(&self, more: u64) -> BundleError {
        BundleError::Count {
            expected: self.layout.to() - self.layout.from(),
            found: self.next - self.layout.from() + more,
        }
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
