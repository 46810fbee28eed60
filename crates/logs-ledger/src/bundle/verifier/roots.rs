//! Checkpoints that the log of a bundle must extend: the older ones that it carries, and the one
//! that whoever checks it trusts.

use std::collections::BTreeMap;

use super::{Findings, Verification};
use crate::bundle::manifest::Manifest;
use crate::bundle::{
    BundleSource, Problem, Unreadable, consistency_path, older_path, read_limited, read_text,
};
use crate::checkpoint::Checkpoint;
use crate::compact_range::CompactRange;
use crate::hash::{HASH_BYTES, Hash};
use crate::note::{MAX_NOTE_BYTES, SignedNote};
use crate::proof::verify_consistency;
use crate::signer::TreeHead;

/// The longest proof: two hashes for each level of the largest log.
const MAX_PROOF_BYTES: usize = 2 * 64 * HASH_BYTES;

/// What is known of the roots of the log at smaller sizes.
pub(super) struct Roots<'a> {
    head: TreeHead,
    trusted: Option<&'a Checkpoint>,
    /// The roots of the older checkpoints that the log was shown to extend.
    older: BTreeMap<u64, Hash>,
    /// The root at the size of the trusted checkpoint, once it is known.
    at_trusted: Option<Hash>,
}

impl<'a> Roots<'a> {
    /// Checks the older checkpoints.
    pub(super) fn read<S: BundleSource>(
        source: &S,
        manifest: &Manifest,
        head: TreeHead,
        verification: &Verification<'a>,
        findings: &mut Findings<'_>,
    ) -> Result<Self, Unreadable> {
        let mut roots = Self {
            head,
            trusted: verification.trusted,
            older: BTreeMap::new(),
            at_trusted: None,
        };
        for size in &manifest.older {
            let path = older_path(*size);
            let text = read_text(source, &path, MAX_NOTE_BYTES)?;
            let note = SignedNote::parse(&text).map_err(|error| Unreadable::new(&path, error))?;
            let checkpoint = Checkpoint::parse(note.unverified_text())
                .map_err(|error| Unreadable::new(&path, error))?;
            let proof = read_limited(source, &consistency_path(*size), MAX_PROOF_BYTES)?;
            match extends(&checkpoint, *size, manifest, head, &proof) {
                Ok(()) => {
                    roots.older.insert(*size, checkpoint.head().root);
                }
                Err(reason) => {
                    let size = *size;
                    findings.add(None, Problem::Older { size, reason });
                }
            }
            if let Err(error) = Checkpoint::open(&note, verification.keys) {
                let (size, reason) = (*size, error.to_string());
                findings.add(None, Problem::Older { size, reason });
            }
        }
        roots.check_trusted(manifest, findings);
        Ok(roots)
    }

    /// The range has reached a size.
    pub(super) fn reached(
        &mut self,
        range: &CompactRange,
        findings: &mut Findings<'_>,
    ) -> Result<(), Unreadable> {
        let size = range.end();
        let trusted = self
            .trusted
            .is_some_and(|trusted| trusted.head().size == size);
        let older = self.older.get(&size).copied();
        if !trusted && older.is_none() {
            return Ok(());
        }
        let root = range
            .root()
            .map_err(|error| Unreadable::new("tile", error))?;
        if trusted {
            self.at_trusted = Some(root);
        }
        if older.is_some_and(|older| older != root) {
            let reason = "the entries lead to another root".to_owned();
            findings.add(None, Problem::Older { size, reason });
        }
        Ok(())
    }

    /// How many older checkpoints the log extends, and the size of the trusted one that it extends.
    pub(super) fn finish(
        self,
        findings: &mut Findings<'_>,
    ) -> Result<(usize, Option<u64>), Unreadable> {
        let older = self.older.len();
        let Some(trusted) = self.trusted.map(Checkpoint::head) else {
            return Ok((older, None));
        };
        if trusted.size > self.head.size {
            // It was reported.
            return Ok((older, None));
        }
        let known = if trusted.size == self.head.size {
            Some(self.head.root)
        } else {
            self.at_trusted.or(self.older.get(&trusted.size).copied())
        };
        let Some(root) = known.or((trusted.size == 0).then(crate::hash::empty_root)) else {
            let reason = format!(
                "nothing in the bundle leads from the trusted checkpoint of size {} to it: ask for \
                 a bundle that begins before it or carries it",
                trusted.size
            );
            return Err(Unreadable::new("checkpoints", reason));
        };
        if root == trusted.root {
            return Ok((older, Some(trusted.size)));
        }
        let reason = "it has another root at that size".to_owned();
        let size = trusted.size;
        findings.add(None, Problem::Trusted { size, reason });
        Ok((older, None))
    }

    fn check_trusted(&self, manifest: &Manifest, findings: &mut Findings<'_>) {
        let Some(trusted) = self.trusted else {
            return;
        };
        let size = trusted.head().size;
        let mut found = |reason: String| findings.add(None, Problem::Trusted { size, reason });
        if trusted.origin() != manifest.origin {
            found(format!("that one is of the log {}", trusted.origin()));
        }
        if size > self.head.size {
            found(format!(
                "the bundle ends at {}, before what was trusted already",
                self.head.size
            ));
        }
    }
}

/// Whether the log extends an older checkpoint.
fn extends(
    older: &Checkpoint,
    size: u64,
    manifest: &Manifest,
    head: TreeHead,
    proof: &[u8],
) -> Result<(), String> {
    if older.origin() != manifest.origin {
        return Err(format!("it is of the log {}", older.origin()));
    }
    if older.head().size != size {
        return Err(format!("it is of size {}", older.head().size));
    }
    let chunks = proof.chunks_exact(HASH_BYTES);
    if !chunks.remainder().is_empty() {
        return Err("its proof is cut off".to_owned());
    }
    let hashes = chunks.filter_map(|bytes| bytes.try_into().ok().map(Hash::from_bytes));
    let hashes: Vec<Hash> = hashes.collect();
    let root = &older.head().root;
    verify_consistency(size, head.size, &hashes, root, &head.root)
        .map_err(|error| error.to_string())
}
