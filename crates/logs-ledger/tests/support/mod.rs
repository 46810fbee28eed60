//! A log with payloads and redactions, and bundles of it.
#![allow(dead_code, reason = "each test program uses a part of this")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;

use logs_ledger::{
    BundleEntry, BundleError, BundlePlan, BundleWriter, Checkpoint, CompactRange, Finding, Hash,
    KeyName, Leaf, MemoryBundle, NodeAddress, NoteSigner, NoteVerifier, PartContent,
    REDACTION_KIND, Redaction, Salt, SignedNote, Summary, TreeHead, Unreadable, Verification,
    commit,
};

pub(crate) const ORIGIN: &str = "logs.example/acme";
pub(crate) const TENANT: &str = "acme";

/// An entry as its writer has it.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) id: [u8; 16],
    pub(crate) kind: &'static str,
    pub(crate) who: Vec<u8>,
    pub(crate) what: Vec<u8>,
    /// Which entry records that a part was removed.
    pub(crate) who_redacted_by: Option<u64>,
    pub(crate) what_redacted_by: Option<u64>,
}

pub(crate) fn id(number: u64) -> [u8; 16] {
    let mut id = 0x018f_4e5c_8f4e_7c3a_8b4e_0000_0000_0000_u128;
    id += u128::from(number);
    id.to_be_bytes()
}

pub(crate) fn salt(index: u64, part: u8) -> Salt {
    let mut bytes = [part; 32];
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
}

impl Log {
    /// A log of `size` ordinary entries.
    pub(crate) fn of(size: u64) -> Self {
        let entries = (0..size).map(|number| Entry {
            id: id(number),
            kind: "PolicyRuleModified",
            who: format!(r#"{{"actor":"ada-{number}"}}"#).into_bytes(),
            what: format!(r#"{{"limit":{number}}}"#).into_bytes(),
            who_redacted_by: None,
            what_redacted_by: None,
        });
        Self::with(TENANT, entries.collect())
    }

    /// A log of `size` entries, in which the entry at a third had both parts removed and the one
    /// at a half its first part, as the last two entries record.
    pub(crate) fn with_redactions(size: u64) -> Self {
        let mut log = Self::of(size);
        let (third, half) = (size / 3, size / 2);
        for (target, by, what) in [(third, size - 2, true), (half, size - 1, false)] {
            let redaction = Redaction {
                entry_id: id(target),
                who: true,
                what,
            };
            log.entries[by as usize].kind = REDACTION_KIND;
            log.entries[by as usize].what = redaction.to_payload();
            log.entries[target as usize].who_redacted_by = Some(by);
            log.entries[target as usize].what_redacted_by = what.then_some(by);
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
        };
        for index in 0..log.entries.len() as u64 {
            let hash = log.leaf(index).hash().unwrap();
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
            entry_id: entry.id,
            occurred_at_micros: 1_700_000_000_000_000 + index as i64,
            kind: entry.kind,
            who: commit(&salt(index, 1), &entry.who),
            what: commit(&salt(index, 2), &entry.what),
        }
    }

    pub(crate) fn bundle_entry(&self, index: u64) -> BundleEntry<'static> {
        let entry = &self.entries[index as usize];
        let content = |part, payload: &[u8], by: Option<u64>| match by {
            Some(by) => PartContent::Redacted { by },
            None => PartContent::Present {
                salt: salt(index, part),
                payload: payload.to_vec(),
            },
        };
        BundleEntry {
            leaf: self.leaf(index),
            who: content(1, &entry.who, entry.who_redacted_by),
            what: content(2, &entry.what, entry.what_redacted_by),
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
        let plan = BundlePlan {
            tenant: self.tenant,
            checkpoint: &self.note(size),
            older: &older,
            from,
            to,
        };
        let mut writer = BundleWriter::begin(MemoryBundle::default(), &plan, &self.hashes)?;
        for index in from..to {
            writer.entry(&self.bundle_entry(index))?;
        }
        writer.finish()
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
