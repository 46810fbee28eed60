//! Checking a bundle: everything in it against the signed checkpoint, in memory that does not grow
//! with it. Only claims of redactions are kept until the entry comes that records them.

mod lines;
mod range;
mod receipt;
mod records;
mod redactions;
mod roots;
mod selection;

use super::manifest::{self, BundleForm, Manifest};
use super::sums;
use super::tiles::Tiles;
use super::{
    BundleSource, CHECKPOINT_PATH, EntryName, Finding, Layout, MANIFEST_PATH, Problem, SUMS_PATH,
    Unreadable, read_text,
};
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::note::{MAX_NOTE_BYTES, NoteVerifier, SignedNote};
use crate::signer::TreeHead;
pub use receipt::ReceiptSummary;

use range::Range;
use roots::Roots;

/// What a bundle is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Verification<'a> {
    /// The keys that are trusted for this log. None of them comes out of a bundle.
    pub keys: &'a [NoteVerifier],
    /// A checkpoint of the log that was obtained earlier and elsewhere.
    pub trusted: Option<&'a Checkpoint>,
}

/// What a bundle is, and how much of it there is. It is to be believed when nothing was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What the bundle says of itself.
    pub manifest: Manifest,
    /// The keys that signed the checkpoint, as `name+id`.
    pub signed_by: Vec<String>,
    /// How many records are there as a whole.
    pub present: u64,
    /// How many records had their content removed, as other entries of the bundle say.
    pub redacted: u64,
    /// How many records expired: nothing of them is there, and they are below the minimum index.
    pub expired: u64,
    /// The earliest and the latest record time, in microseconds since 1970-01-01 UTC.
    pub recorded_micros: Option<(i64, i64)>,
    /// How many older checkpoints the log extends.
    pub older: usize,
    /// The size of the trusted checkpoint that the log extends.
    pub extends: Option<u64>,
    /// How many things were found wrong.
    pub findings: u64,
}

impl Verification<'_> {
    /// Checks a bundle, and reports each thing that is wrong with it. It is intact when there is
    /// none: [`Summary::findings`] is 0.
    ///
    /// # Errors
    /// [`Unreadable`] when it cannot be judged, which is no better than altered.
    pub fn run<S: BundleSource>(
        &self,
        source: &S,
        report: &mut dyn FnMut(&Finding),
    ) -> Result<Summary, Unreadable> {
        let mut findings = Findings { report, count: 0 };
        let manifest = read_text(source, MANIFEST_PATH, manifest::MAX_BYTES)?;
        let manifest = Manifest::parse(&manifest)?;
        let (head, signed_by) = self.checkpoint(source, &manifest, &mut findings)?;
        let sums = source
            .open(SUMS_PATH)
            .and_then(sums::digest_of)
            .map_err(|error| Unreadable::new(SUMS_PATH, error))?;
        findings.compare("sums", &manifest.sums, &sums);
        let named = sums::compare(source, &mut |problem| {
            findings.add(None, problem);
        })?;
        let mut roots = Roots::read(source, &manifest, head, self, &mut findings)?;
        // Format, checkpoint and entries; two for each older checkpoint.
        let common = 3 + 2 * manifest.older.len() as u64;
        let counts = match &manifest.form {
            BundleForm::Range { from, to } => {
                let layout = Layout::new(head.size, *from, *to)
                    .map_err(|error| Unreadable::new(MANIFEST_PATH, error))?;
                findings.compare_files(common + layout.files(), named);
                let tiles = Tiles::new(source, head.size);
                let range = Range::new(source, &tiles, &manifest, layout)?;
                range.run(head, &mut roots, &mut findings)?
            }
            BundleForm::Selection { answers, .. } => {
                findings.compare_files(common, named);
                selection::run(source, &manifest, answers, head, &mut findings)?
            }
        };
        let (older, extends) = roots.finish(&mut findings)?;
        Ok(Summary {
            manifest,
            signed_by,
            present: counts.present,
            redacted: counts.redacted,
            expired: counts.expired,
            recorded_micros: counts.recorded_micros,
            older,
            extends,
            findings: findings.count,
        })
    }

    /// The signed head, and who signed it. What the manifest says of it is only compared.
    fn checkpoint<S: BundleSource>(
        &self,
        source: &S,
        manifest: &Manifest,
        findings: &mut Findings<'_>,
    ) -> Result<(TreeHead, Vec<String>), Unreadable> {
        let unreadable = |error: &dyn ToString| Unreadable::new(CHECKPOINT_PATH, error.to_string());
        let text = read_text(source, CHECKPOINT_PATH, MAX_NOTE_BYTES)?;
        let note = SignedNote::parse(&text).map_err(|error| unreadable(&error))?;
        let (checkpoint, signed_by) = self
            .opened(&note, findings)
            .map_err(|error| unreadable(&error))?;
        let head = checkpoint.head();
        findings.compare("origin", &manifest.origin, checkpoint.origin());
        findings.compare("size", &manifest.size.to_string(), &head.size.to_string());
        let roots = [manifest.root, head.root].map(|root| format!("{root:?}"));
        findings.compare("root", &roots[0], &roots[1]);
        Ok((head, signed_by))
    }

    /// What a note says, and which of the given keys of this log signed it. None is a finding.
    fn opened(
        &self,
        note: &SignedNote,
        findings: &mut Findings<'_>,
    ) -> Result<(Checkpoint, Vec<String>), CheckpointError> {
        let mut signed_by = Vec::new();
        match Checkpoint::open(note, self.keys) {
            Ok(_) => {
                let keys = note.verify(self.keys).map(|(_, keys)| keys);
                let name = |key: &&NoteVerifier| {
                    format!("{}+{:08x}", key.name(), u32::from_be_bytes(key.key_id()))
                };
                signed_by.extend(keys.iter().flatten().map(name));
            }
            Err(error) => {
                let reason = error.to_string();
                findings.add(None, Problem::Checkpoint { reason });
            }
        }
        Ok((Checkpoint::parse(note.unverified_text())?, signed_by))
    }
}

/// What was found so far.
pub(super) struct Findings<'a> {
    report: &'a mut dyn FnMut(&Finding),
    count: u64,
}

impl Findings<'_> {
    fn add(&mut self, entry: Option<EntryName>, problem: Problem) {
        self.count += 1;
        (self.report)(&Finding { entry, problem });
    }

    fn compare_files(&mut self, expected: u64, found: u64) {
        let [expected, found] = [expected, found].map(|files| files.to_string());
        self.compare("a form that needs files", &expected, &found);
    }

    fn compare(&mut self, field: &'static str, said: &str, found: &str) {
        if said != found {
            let problem = Problem::Manifest {
                field,
                said: said.to_owned(),
                found: found.to_owned(),
            };
            self.add(None, problem);
        }
    }
}
