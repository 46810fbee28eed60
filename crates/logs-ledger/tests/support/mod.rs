//! A log with redacted and expired records, and bundles of it.
#![allow(dead_code, reason = "each test program uses a part of this")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;

use logs_ledger::{
    BundleEntry, BundleError, BundleHead, Checkpoint, CompactRange, EntryRecord, Finding, Hash,
    KeyName, Leaf, MemoryBundle, NodeAddress, NoteSigner, NoteVerifier, REDACTION_KIND,
    RangeWriter, Receipt, Redaction, Salt, SelectionWriter, SignedNote, Summary, TreeHead,
    Unreadable, Verification, commit, hash_facts, prove_inclusion,
};

pub(crate) const ORIGIN: &str = "logs.example/acme";
pub(crate) const TENANT: &str = "acme";
/// The question of selections.
pub(crate) const QUESTION: &str = r#"{"run_id":"run-1"}"#;

/// The kind of ordinary entries here: `audit_entry`.
pub(crate) const KIND: u16 = 5;

/// An entry as its writer has it.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) kind: u16,
    pub(crate) id: [u8; 16],
    pub(crate) facts: String,
    pub(crate) content: String,
    /// Which entry records that the content was removed.
    pub(crate) redacted_by: Option<u64>,
    /// Whether nothing of the record is there any more.
    pub(crate) gone: bool,
}

impl Entry {
    /// Makes it the record of a redaction.
    pub(crate) fn redacts(&mut self, kind: u16, id: [u8; 16]) {
        self.kind = REDACTION_KIND;
        self.facts = Redaction { kind, id }.to_facts();
    }
}

pub(crate) fn id(number: u64) -> [u8; 16] {
    let mut id = 0x018f_4e5c_8f4e_7c3a_8b4e_0000_0000_0000_u128;
    id += u128::from(number);
    id.to_be_bytes()
}

pub(crate) fn salt(index: u64) -> Salt {
    let mut bytes = [1; 16];
    bytes[..8].copy_from_slice(&index.to_be_bytes());
    Salt::from_bytes(bytes)
}

/// A log in memory.
pub(crate) struct Log {
    pub(crate) tenant: &'static str,
    pub(crate) entries: Vec<Entry>,
    pub(crate) hashes: BTreeMap<NodeAddress, Hash>,
    pub(crate) range: CompactRange,
    pub(crate) signer: NoteSigner,
    /// The root at each size.
    pub(crate) roots: Vec<Hash>,
    /// Below it, records may have expired.
    pub(crate) minimum_index: u64,
}

impl Log {
    /// A log of `size` ordinary entries.
    pub(crate) fn of(size: u64) -> Self {
        let entries = (0..size).map(|number| Entry {
            kind: KIND,
            id: id(number),
            facts: format!(r#"{{"entity_id":"limit/{number}","event_type":"LimitUpdated"}}"#),
            content: format!(r#"{{"actor_id":"ada-{number}","after_state":{{"max":{number}}}}}"#),
            redacted_by: None,
            gone: false,
        });
        Self::with(TENANT, entries.collect())
    }

    /// A log of `size` entries, in which the content of those at a third and at a half was removed, as the
    /// last two entries record.
    pub(crate) fn with_redactions(size: u64) -> Self {
        let mut log = Self::of(size);
        for (target, by) in [(size / 3, size - 2), (size / 2, size - 1)] {
            log.entries[by as usize].redacts(KIND, id(target));
            log.entries[target as usize].redacted_by = Some(by);
        }
        Self::with(log.tenant, log.entries)
    }

    pub(crate) fn with(tenant: &'static str, entries: Vec<Entry>) -> Self {
        let mut range = CompactRange::starting_at(0).unwrap();
        let mut log = Self {
            tenant,
            entries,
            hashes: BTreeMap::new(),
            roots: vec![range.root().unwrap()],
            range: range.clone(),
            signer: signer(7),
            minimum_index: 0,
        };
        for index in 0..log.entries.len() as u64 {
            let hash = log.leaf(index).hash();
            let hashes = &mut log.hashes;
            let mut store = |node, hash| {
                hashes.insert(node, hash);
            };
            range.append(hash, &mut store).unwrap();
            log.roots.push(range.root().unwrap());
        }
        log.range = range;
        log
    }

    pub(crate) fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    pub(crate) fn leaf(&self, index: u64) -> Leaf<'static> {
        let entry = &self.entries[index as usize];
        Leaf {
            tenant: self.tenant,
            kind: entry.kind,
            id: entry.id,
            recorded_at_micros: 1_700_000_000_000_000 + index as i64,
            facts: hash_facts(entry.facts.as_bytes()),
            content: commit(&salt(index), entry.content.as_bytes()),
        }
    }

    pub(crate) fn bundle_entry(&self, index: u64) -> BundleEntry {
        let entry = &self.entries[index as usize];
        let leaf = self.leaf(index);
        let (recorded_at_micros, facts) = (leaf.recorded_at_micros, entry.facts.clone());
        let record = match entry.redacted_by {
            _ if entry.gone => EntryRecord::Gone { leaf: leaf.hash() },
            Some(by) => EntryRecord::Redacted {
                recorded_at_micros,
                facts,
                commitment: leaf.content,
                by,
            },
            None => EntryRecord::Present {
                recorded_at_micros,
                facts,
                content: entry.content.clone(),
                salt: salt(index),
            },
        };
        BundleEntry {
            kind: entry.kind,
            id: entry.id,
            record,
        }
    }

    pub(crate) fn checkpoint(&self, size: u64) -> Checkpoint {
        let root = self.roots[size as usize];
        Checkpoint::new(ORIGIN, TreeHead { size, root }).unwrap()
    }

    pub(crate) fn note(&self, size: u64) -> SignedNote {
        SignedNote::sign(&self.checkpoint(size).to_text(), &[&self.signer]).unwrap()
    }

    pub(crate) fn keys(&self) -> Vec<NoteVerifier> {
        vec![self.signer.verifier()]
    }

    /// The bundle of a range at a size.
    pub(crate) fn bundle(
        &self,
        size: u64,
        from: u64,
        to: u64,
        older: &[u64],
    ) -> Result<MemoryBundle, BundleError> {
        let older: Vec<SignedNote> = older.iter().map(|size| self.note(*size)).collect();
        let head = BundleHead {
            tenant: self.tenant,
            checkpoint: &self.note(size),
            older: &older,
            minimum_index: self.minimum_index,
        };
        let sink = MemoryBundle::default();
        let mut writer = RangeWriter::begin(sink, &head, from, to, &self.hashes)?;
        for index in from..to {
            writer.entry(&self.bundle_entry(index))?;
        }
        writer.finish()
    }

    /// The bundle of chosen entries at a size, each with the part of the question that it answers to.
    pub(crate) fn selection(
        &self,
        size: u64,
        chosen: &[(u64, &str)],
        older: &[u64],
    ) -> Result<MemoryBundle, BundleError> {
        let older: Vec<SignedNote> = older.iter().map(|size| self.note(*size)).collect();
        let head = BundleHead {
            tenant: self.tenant,
            checkpoint: &self.note(size),
            older: &older,
            minimum_index: self.minimum_index,
        };
        let sink = MemoryBundle::default();
        let mut writer = SelectionWriter::begin(sink, &head, QUESTION, &self.hashes)?;
        for (index, answers) in chosen {
            writer.entry(*index, answers, &self.bundle_entry(*index))?;
        }
        writer.finish()
    }

    /// The receipt of an entry at a size.
    pub(crate) fn receipt(&self, index: u64, size: u64) -> Receipt {
        let path = prove_inclusion(&self.hashes, index, size).unwrap();
        let entry = self.bundle_entry(index);
        Receipt::new(self.tenant, entry, index, path, self.note(size)).unwrap()
    }
}

pub(crate) fn signer(seed: u8) -> NoteSigner {
    NoteSigner::from_seed(KeyName::new(ORIGIN).unwrap(), &[seed; 32])
}

/// What a verifier says: the summary and what it found, or why it cannot judge.
pub(crate) fn verify(
    bundle: &MemoryBundle,
    keys: &[NoteVerifier],
    trusted: Option<&Checkpoint>,
) -> Result<(Summary, Vec<Finding>), Unreadable> {
    let mut findings = Vec::new();
    let verification = Verification { keys, trusted };
    let mut report = |finding: &Finding| findings.push(finding.clone());
    let summary = verification.run(bundle, &mut report)?;
    Ok((summary, findings))
}

/// Whether a verifier takes the bundle for intact.
pub(crate) fn intact(
    bundle: &MemoryBundle,
    keys: &[NoteVerifier],
    trusted: Option<&Checkpoint>,
) -> bool {
    verify(bundle, keys, trusted).is_ok_and(|(summary, _)| summary.findings == 0)
}

/// Makes the sums and the manifest fit what is in the files, as a forger would.
pub(crate) fn reseal(bundle: &mut MemoryBundle) {
    use sha2::{Digest, Sha256};
    let hex = |bytes: &[u8]| -> String {
        let digest = Sha256::digest(bytes);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let mut paths: Vec<String> = bundle.files.keys().cloned().collect();
    paths.retain(|path| path != "manifest.json" && path != "SHA256SUMS");
    paths.sort_by(|one, other| one.split('/').cmp(other.split('/')));
    let lines = paths
        .iter()
        .map(|path| format!("{}  {path}\n", hex(&bundle.files[path])));
    let sums = lines.collect::<String>().into_bytes();
    let manifest = String::from_utf8(bundle.files["manifest.json"].clone()).unwrap();
    let (before, _) = manifest.split_once("\"sums\": \"").unwrap();
    let manifest = format!("{before}\"sums\": \"{}\"\n}}\n", hex(&sums));
    bundle.files.insert("SHA256SUMS".to_owned(), sums);
    bundle
        .files
        .insert("manifest.json".to_owned(), manifest.into_bytes());
}

/// A small bundle at the end of a log, with everything that a bundle can hold.
pub(crate) fn golden() -> (Log, MemoryBundle) {
    let log = golden_log();
    let bundle = log.bundle(264, 256, 264, &[100, 260]).unwrap();
    (log, bundle)
}

/// A selection of the same log, with everything that a selection can hold.
pub(crate) fn golden_selection() -> (Log, MemoryBundle) {
    let log = golden_log();
    let chosen = [
        (3, "run"),
        (256, "step"),
        (258, "step"),
        (259, "governance"),
        (262, "redaction"),
        (263, "redaction"),
    ];
    let bundle = log.selection(264, &chosen, &[100, 260]).unwrap();
    (log, bundle)
}

fn golden_log() -> Log {
    let log = Log::of(264);
    let mut entries = log.entries.clone();
    // Redacted records inside the range, recorded by its last entries, and an expired one.
    for (target, by) in [(258_usize, 262_usize), (259, 263)] {
        let id = entries[target].id;
        entries[by].redacts(KIND, id);
        entries[target].redacted_by = Some(by as u64);
    }
    entries[256].gone = true;
    let mut log = Log::with(log.tenant, entries);
    log.minimum_index = 257;
    log
}
