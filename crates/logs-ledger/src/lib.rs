//! The arithmetic of the evidence store's Merkle log, one log for each tenant.
//!
//! Everything here is a pure function of its arguments: no I/O, no clock, and the randomness that
//! salts a commitment is passed in. Stored hashes are read through [`HashReader`], so that memory,
//! tiles or a database can stand behind the proofs.
//!
//! Not in this crate yet: tiles, evidence bundles.
//!
//! ```
//! use logs_ledger::{CompactRange, Leaf, Salt, commit, prove_inclusion, verify_inclusion};
//!
//! let salt = Salt::from_bytes([7; 32]); // from a random generator, kept beside the payload
//! let mut log = CompactRange::starting_at(0)?;
//! let mut stored = std::collections::BTreeMap::new();
//! let mut hashes = Vec::new();
//! for n in 0..5_u8 {
//!     let leaf = Leaf {
//!         tenant: "acme",
//!         entry_id: [n; 16],
//!         occurred_at_micros: 1_700_000_000_000_000,
//!         kind: "audit",
//!         who: commit(&salt, br#"{"actor":"ada"}"#),
//!         what: commit(&salt, &[n]),
//!     };
//!     let hash = leaf.hash()?;
//!     log.append(hash, &mut |node, hash| drop(stored.insert(node, hash)))?;
//!     hashes.push(hash);
//! }
//! let root = log.root()?;
//! let proof = prove_inclusion(&stored, 3, 5)?;
//! verify_inclusion(&hashes[3], 3, 5, &proof, &root)?;
//! assert!(verify_inclusion(&hashes[2], 3, 5, &proof, &root).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod bundle;
mod checkpoint;
mod compact_range;
mod entry_bundle;
mod error;
mod hash;
mod leaf;
mod node;
mod note;
mod proof;
mod signer;
mod tile;
mod tlog_proof;

pub use bundle::{
    BundleEntry, BundleError, BundlePlan, BundleSink, BundleSource, BundleWriter, EntryName,
    FORMAT, Finding, Layout, MAX_OLDER_CHECKPOINTS, MAX_PAYLOAD_BYTES, Manifest, MemoryBundle,
    Part, PartContent, Problem, REDACTION_KIND, Redaction, Summary, Unreadable, Verification,
};
pub use checkpoint::{Checkpoint, CheckpointError, MAX_CHECKPOINT_BYTES};
pub use compact_range::CompactRange;
pub use entry_bundle::{MAX_LEAF_BYTES, entries, push_entry};
pub use error::{LedgerError, ProofError, ReadError, SignRefusal};
pub use hash::{HASH_BYTES, Hash, empty_root, hash_leaf, hash_nodes};
pub use leaf::{Commitment, Leaf, SALT_BYTES, Salt, commit};
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
pub use tlog_proof::{TlogProof, TlogProofError};
