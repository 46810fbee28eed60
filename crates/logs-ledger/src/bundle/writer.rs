//! Writing a bundle, entry by entry.

use std::fmt::Display;

use sha2::{Digest, Sha256};

use super::manifest::Manifest;
use super::payload::{MAX_PAYLOAD_BYTES, Part, PartContent, PayloadLine};
use super::redaction::REDACTION_KIND;
use super::sums::{by_parts, hex, line};
use super::{
    BundleError, BundleSink, CHECKPOINT_PATH, FORMAT, FORMAT_PATH, Layout, MANIFEST_PATH,
    MAX_OLDER_CHECKPOINTS, PAYLOADS_PATH, SUMS_PATH, consistency_path, older_path,
};
use crate::checkpoint::Checkpoint;
use crate::compact_range::CompactRange;
use crate::entry_bundle::push_entry;
use crate::hash::hash_leaf;
use crate::leaf::{Commitment, Leaf};
use crate::node::{HashReader, NodeAddress};
use crate::note::SignedNote;
use crate::proof::prove_consistency;
use crate::tile::{TILE_WIDTH, Tile, tile_bytes};

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
    /// The first entry. See [`Layout::covering`].
    pub from: u64,
    /// The first entry behind the range.
    pub to: u64,
}

/// An entry of the range.
#[derive(Debug, Clone)]
pub struct BundleEntry<'a> {
    /// What the log covers.
    pub leaf: Leaf<'a>,
    /// Who acted, and why.
    pub who: PartContent,
    /// What was done.
    pub what: PartContent,
}

/// Writes a bundle. The same plan, hashes and entries give the same bytes. Memory grows by about
/// 100 bytes for each file, of which there are two for 256 entries.
pub struct BundleWriter<'a, S, H> {
    sink: S,
    hashes: &'a H,
    layout: Layout,
    manifest: Manifest,
    sums: Vec<(String, String)>,
    payloads: Sha256,
    bundle: Vec<u8>,
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
                from: plan.from,
                to: plan.to,
                redacted_parts: 0,
                occurred_from_micros: i64::MAX,
                occurred_to_micros: i64::MIN,
                older: Vec::new(),
                sums: String::new(),
            },
            sums: Vec::new(),
            payloads: Sha256::new(),
            bundle: Vec::new(),
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
    /// [`BundleError::Entry`] when it is not the one that the log has there, or its parts are not
    /// what it committed to; [`BundleError::Count`] behind the last one.
    pub fn entry(&mut self, entry: &BundleEntry<'_>) -> Result<(), BundleError> {
        let index = self.next;
        let refused = |reason: &dyn ToString| BundleError::Entry {
            index,
            reason: reason.to_string(),
        };
        if index >= self.layout.to() {
            return Err(self.miscounted(1));
        }
        let leaf = entry.leaf.encode()?;
        if entry.leaf.tenant != self.manifest.tenant {
            return Err(refused(&"it is of another tenant"));
        }
        let node = NodeAddress { level: 0, index };
        let stored = self
            .hashes
            .read_hash(node)
            .map_err(|error| unread(&error))?;
        if stored != hash_leaf(&leaf) {
            return Err(refused(&"the log has another leaf there"));
        }
        let occurred = entry.leaf.occurred_at_micros;
        let manifest = &mut self.manifest;
        manifest.occurred_from_micros = manifest.occurred_from_micros.min(occurred);
        manifest.occurred_to_micros = manifest.occurred_to_micros.max(occurred);
        push_entry(&mut self.bundle, &leaf)?;
        self.part(index, entry, Part::Who, &entry.who, &entry.leaf.who)?;
        self.part(index, entry, Part::What, &entry.what, &entry.leaf.what)?;
        self.next += 1;
        if self.next.is_multiple_of(TILE_WIDTH) || self.next == self.layout.to() {
            let tile = Tile::of(self.layout.size(), 0, index / TILE_WIDTH);
            let path = tile.map_or_else(String::new, |tile| tile.entries_path());
            let bytes = std::mem::take(&mut self.bundle);
            self.file(&path, &bytes)?;
        }
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
        let payloads = std::mem::take(&mut self.payloads);
        let payloads = hex(payloads.finalize());
        self.sums.push((PAYLOADS_PATH.to_owned(), payloads));
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

    fn part(
        &mut self,
        index: u64,
        entry: &BundleEntry<'_>,
        part: Part,
        content: &PartContent,
        commitment: &Commitment,
    ) -> Result<(), BundleError> {
        let refused = |reason: &str| BundleError::Entry {
            index,
            reason: format!("its part {}: {reason}", part.as_str()),
        };
        match content {
            PartContent::Present { payload, .. } if payload.len() > MAX_PAYLOAD_BYTES => {
                return Err(refused("it is longer than a payload may be"));
            }
            PartContent::Present { .. } if !content.opens(commitment) => {
                return Err(refused("it is not what the entry committed to"));
            }
            PartContent::Present { .. } => {}
            PartContent::Redacted { .. } if entry.leaf.kind == REDACTION_KIND => {
                return Err(refused("what records a redaction is never redacted"));
            }
            PartContent::Redacted { by } if *by <= index || *by >= self.layout.to() => {
                return Err(refused(
                    "the entry that records its redaction must follow in the same bundle: choose a \
                     longer range",
                ));
            }
            PartContent::Redacted { .. } => self.manifest.redacted_parts += 1,
        }
        let line = PayloadLine {
            index,
            part,
            content: content.clone(),
        };
        let line = format!("{}\n", line.to_text());
        self.payloads.update(&line);
        self.append(PAYLOADS_PATH, line.as_bytes())
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
