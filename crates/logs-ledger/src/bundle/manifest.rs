//! `manifest.json`: what the bundle says of itself. Nothing in it is trusted: each value is compared
//! with the files, or declared unauthenticated.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{MAX_OLDER_CHECKPOINTS, Unreadable};
use crate::hash::Hash;

const VERSION: &str = "logs-ledger/bundle/v1";
/// The most bytes of a manifest.
pub(super) const MAX_BYTES: usize = 256 * 1024;

/// What a bundle says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The software that wrote it, with its version. Nothing authenticates it.
    pub software: String,
    /// The name of the log.
    pub origin: String,
    /// Whose log it is.
    pub tenant: String,
    /// Entries of the log at the checkpoint.
    pub size: u64,
    /// The root at the checkpoint.
    pub root: Hash,
    /// The log's minimum index: records of entries below it may have expired. Nothing authenticates it.
    pub minimum_index: u64,
    /// The first entry of the bundle.
    pub from: u64,
    /// The first entry behind the bundle.
    pub to: u64,
    /// The sizes of the older checkpoints, rising.
    pub older: Vec<u64>,
    /// The SHA-256 of `SHA256SUMS`, in hexadecimal.
    pub sums: String,
}

impl Manifest {
    /// The text: one form for each manifest.
    pub(super) fn to_text(&self) -> String {
        let older: Vec<String> = self.older.iter().map(u64::to_string).collect();
        format!(
            "{{\n  \"format\": \"{VERSION}\",\n  \"software\": {},\n  \"origin\": {},\n  \
             \"tenant\": {},\n  \"size\": {},\n  \"root\": \"{}\",\n  \
             \"minimum_index\": {},\n  \"from\": {},\n  \"to\": {},\n  \"older\": [{}],\n  \"sums\": \"{}\"\n}}\n",
            quoted(&self.software),
            quoted(&self.origin),
            quoted(&self.tenant),
            self.size,
            STANDARD.encode(self.root.as_bytes()),
            self.minimum_index,
            self.from,
            self.to,
            older.join(", "),
            self.sums,
        )
    }

    /// Reads the text.
    ///
    /// # Errors
    /// [`Unreadable`] unless it is what the writer would write.
    pub(super) fn parse(text: &str) -> Result<Self, Unreadable> {
        let mut lines = text.lines();
        let version = format!("  \"format\": \"{VERSION}\",");
        let known = lines.next() == Some("{") && lines.next() == Some(version.as_str());
        let read = known.then(|| Self::fields(&mut lines)).flatten();
        let same = read.filter(|manifest| manifest.to_text() == text);
        same.ok_or_else(|| {
            let reason = format!("it is no manifest of {VERSION} as its writer writes it");
            Unreadable::new(super::MANIFEST_PATH, reason)
        })
    }

    fn fields<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut value = |name: &str| {
            let line = lines.next()?.strip_prefix("  \"")?;
            let value = line.strip_prefix(name)?.strip_prefix("\": ")?;
            Some(value.strip_suffix(',').unwrap_or(value))
        };
        let software = unquoted(value("software")?)?;
        let origin = unquoted(value("origin")?)?;
        let tenant = unquoted(value("tenant")?)?;
        let size = value("size")?.parse().ok()?;
        let root = STANDARD.decode(unquoted(value("root")?)?).ok()?;
        let root = Hash::from_bytes(root.try_into().ok()?);
        let minimum_index = value("minimum_index")?.parse().ok()?;
        let from = value("from")?.parse().ok()?;
        let to = value("to")?.parse().ok()?;
        let older = value("older")?.strip_prefix('[')?.strip_suffix(']')?;
        let older = older.split(", ").filter(|size| !size.is_empty());
        let older: Vec<u64> = older.map(|size| size.parse().ok()).collect::<Option<_>>()?;
        let rising = older.windows(2).all(|pair| pair[0] < pair[1]);
        let fits = older.len() <= MAX_OLDER_CHECKPOINTS;
        let sums = unquoted(value("sums")?)?;
        (rising && fits).then_some(Self {
            software,
            origin,
            tenant,
            size,
            root,
            minimum_index,
            from,
            to,
            older,
            sums,
        })
    }
}

/// A JSON text without control characters, which no name of ours has.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

fn unquoted(text: &str) -> Option<String> {
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut unquoted = String::new();
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => unquoted.push(
                characters
                    .next()
                    .filter(|next| matches!(next, '"' | '\\'))?,
            ),
            '"' => return None,
            _ => unquoted.push(character),
        }
    }
    Some(unquoted)
}
