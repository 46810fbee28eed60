//! The evidence bundle: what someone who trusts nobody needs to check entries of a log offline, those of a range
//! or chosen ones. A bundle is a folder; `FORMAT.md` says what is in each file, to the byte.
//!
//! Files are reached through [`BundleSink`] and [`BundleSource`]; [`MemoryBundle`] is both.

mod answers;
mod entry;
mod error;
mod findings;
mod layout;
mod line;
mod manifest;
mod memory;
mod receipt;
mod redaction;
mod sums;
mod text;
mod tiles;
mod verifier;
mod writer;

use std::io::{self, Read};

pub use answers::{Answers, MAX_ANSWERS};
pub use entry::{BundleEntry, EntryRecord, MAX_PAYLOAD_BYTES};
pub use error::{BundleError, Unreadable};
pub use findings::{EntryName, Finding, Problem};
pub use layout::Layout;
pub use manifest::{BundleForm, MAX_QUESTION_BYTES, Manifest};
pub use memory::MemoryBundle;
pub use receipt::{Receipt, ReceiptError};
pub use redaction::Redaction;
pub use verifier::{ReceiptSummary, Summary, Verification};
pub use writer::{BundleHead, RangeWriter, SelectionWriter};

/// The text that says what is in a bundle, and travels in it.
pub const FORMAT: &str = include_str!("../FORMAT.md");

/// The most older checkpoints of a bundle.
pub const MAX_OLDER_CHECKPOINTS: usize = 4096;

const FORMAT_PATH: &str = "FORMAT.md";
const CHECKPOINT_PATH: &str = "checkpoint";
const MANIFEST_PATH: &str = "manifest.json";
const ENTRIES_PATH: &str = "entries.ndjson";
const SUMS_PATH: &str = "SHA256SUMS";

/// The note of an older checkpoint.
fn older_path(size: u64) -> String {
    format!("checkpoints/{size}")
}

/// The proof that the log of the bundle extends an older checkpoint.
fn consistency_path(size: u64) -> String {
    format!("consistency/{size}")
}

/// Where the files of a bundle go.
pub trait BundleSink {
    /// Appends to a file, which is made when it is first named. Folders in the path are made too.
    ///
    /// # Errors
    /// Those of the storage.
    fn append(&mut self, path: &str, bytes: &[u8]) -> io::Result<()>;
}

/// Where the files of a bundle are.
pub trait BundleSource {
    /// The paths of all files, in the order of their parts between slashes, as bytes.
    ///
    /// # Errors
    /// Those of the storage; also for what is neither a file nor a folder.
    fn paths(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<String>> + '_>>;

    /// Opens a file to be read once.
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound) when there is no such file, and those of the storage.
    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>>;
}

/// All bytes of a file that has no more than `limit`.
fn read_limited(
    source: &impl BundleSource,
    path: &str,
    limit: usize,
) -> Result<Vec<u8>, Unreadable> {
    let unreadable = |error: io::Error| Unreadable::new(path, error);
    let mut bytes = Vec::new();
    let file = source.open(path).map_err(unreadable)?;
    let more = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(more)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > limit {
        return Err(Unreadable::new(
            path,
            format!("it has more than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

/// All text of a file that has no more than `limit` bytes.
fn read_text(source: &impl BundleSource, path: &str, limit: usize) -> Result<String, Unreadable> {
    let bytes = read_limited(source, path, limit)?;
    String::from_utf8(bytes).map_err(|_| Unreadable::new(path, "it is no valid UTF-8"))
}
