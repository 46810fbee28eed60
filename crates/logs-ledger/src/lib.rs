//! The Merkle log of the evidence store as pure functions, with one log for each tenant.
//!
//! The crate has no I/O and no clock. A caller passes the random salts of commitments. Proofs read stored hashes
//! through [`HashReader`], from memory, tiles or a database. Bundles use [`BundleSink`] and [`BundleSource`] for
//! files. `docs/threat-model.md` says what proofs promise and what they do not. [`FORMAT`] defines each file of a
//! bundle.
//!
//! This example makes a bundle of entries and verifies it:
//!
//! ```
//! use logs_ledger::{
//!     BundleEntry, BundleHead, Checkpoint, CompactRange, EntryRecord, HighWaterMark, KeyName,
//!     MemoryBundle, NoteSigner, Salt, SelectionWriter, SignedNote, TreeHead, Verification,
//! };
//!
//! let entries: Vec<BundleEntry> = (0..3_u8).map(|n| BundleEntry {
//!     kind: 5,
//!     id: [n; 16],
//!     record: EntryRecord::Present {
//!         recorded_at_micros: 1_700_000_000_000_000,
//!         facts: r#"{"event_type":"LimitUpdated"}"#.to_owned(),
//!         content: r#"{"actor_id":"ada"}"#.to_owned(),
//!         salt: Salt::from_bytes([n; 16]), // from a random generator, another for each entry
//!     },
//! }).collect();
//! let (mut log, mut stored) = (CompactRange::starting_at(0)?, std::collections::BTreeMap::new());
//! for entry in &entries {
//!     log.append(entry.leaf_hash("acme"), &mut |node, hash| drop(stored.insert(node, hash)))?;
//! }
//! let signer = NoteSigner::from_seed(KeyName::new("logs.example/acme")?, &[7; 32]);
//! let head = TreeHead { size: 3, root: log.root()? };
//! HighWaterMark::of_a_new_log().advance(head, &[])?; // or the signer refuses; then it is kept
//! let text = Checkpoint::new("logs.example/acme", head)?.to_text();
//! let note = SignedNote::sign(&text, &[&signer])?;
//! let head = BundleHead { tenant: "acme", checkpoint: &note, older: &[], minimum_index: 0 };
//! let question = r#"{"actor_id":"ada"}"#;
//! let mut writer = SelectionWriter::begin(MemoryBundle::default(), &head, question, &stored)?;
//! for index in [0, 2] {
//!     writer.entry(index, "audit_entry", &entries[index as usize])?;
//! }
//! let bundle = writer.finish()?;
//! let keys = [signer.verifier()]; // which the reader got elsewhere
//! let summary = Verification { keys: &keys, trusted: None }.run(&bundle, &mut |bad| panic!("{bad}"))?;
//! assert_eq!((summary.present, summary.findings), (2, 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod bundle;
mod checkpoint;
mod compact_range;
mod error;
mod hash;
mod kind;
mod leaf;
mod node;
mod note;
mod proof;
mod signer;
mod tile;
mod tlog_proof;

pub use bundle::{
    Answers, BundleEntry, BundleError, BundleForm, BundleHead, BundleSink, BundleSource, EntryName,
    EntryRecord, FORMAT, Finding, Layout, MAX_ANSWERS, MAX_OLDER_CHECKPOINTS, MAX_PAYLOAD_BYTES,
    MAX_QUESTION_BYTES, Manifest, MemoryBundle, Problem, RangeWriter, Receipt, ReceiptError,
    ReceiptSummary, Redaction, SelectionWriter, Summary, Unreadable, Verification,
};
pub use checkpoint::{Checkpoint, CheckpointError, MAX_CHECKPOINT_BYTES};
pub use compact_range::CompactRange;
pub use error::{LedgerError, ProofError, ReadError, SignRefusal};
pub use hash::{HASH_BYTES, Hash, empty_root, hash_leaf, hash_nodes};
pub use kind::{REDACTION_KIND, kind_name};
pub use leaf::{Commitment, Leaf, SALT_BYTES, Salt, commit, hash_facts};
pub use node::{AbsentHash, HashReader, MAX_LOG_SIZE, NodeAddress};
pub use note::{
    KeyError, KeyName, MAX_NOTE_BYTES, MAX_NOTE_SIGNATURES, NoteError, NoteSignature, NoteSigner,
    NoteVerifier, SignedNote,
};
pub use proof::{
    prove_consistency, prove_inclusion, root_from_inclusion, verify_consistency, verify_inclusion,
};
pub use signer::{HighWaterMark, TreeHead};
pub use tile::{TILE_WIDTH, Tile, tile_bytes};
pub use tlog_proof::{MAX_TLOG_PROOF_BYTES, TlogProof, TlogProofError};
