//! `manifest.json`: what the bundle says of itself. Nothing in it is trusted: each value is compared
//! with the files, or declared unauthenticated.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::answers::Answers;
use super::text::{is_object_in_a_line, quoted, unquoted};
use super::{MAX_OLDER_CHECKPOINTS, Unreadable};
use crate::hash::Hash;

const RANGE: &str = "logs-ledger/range/v1";
const SELECTION: &str = "logs-ledger/selection/v1";

/// The most bytes of the question of a selection.
pub const MAX_QUESTION_BYTES: usize = 16 * 1024;

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
    /// Which entries the bundle has.
    pub form: BundleForm,
    /// The sizes of the older checkpoints, rising.
    pub older: Vec<u64>,
    /// The SHA-256 of `SHA256SUMS`, in hexadecimal.
    pub sums: String,
}

/// Which entries a bundle has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BundleForm {
    /// All of a range.
    Range {
        /// The first entry.
        from: u64,
        /// The first entry behind the range.
        to: u64,
    },
    /// Chosen ones. Nothing authenticates the question, nor that all its answers are there.
    Selection {
        /// The question that was asked: a JSON object in one line.
        question: String,
        /// How many entries answer to each part of it.
        answers: Answers,
    },
}

impl BundleForm {
    const fn version(&self) -> &'static str {
        match self {
            Self::Range { .. } => RANGE,
            Self::Selection { .. } => SELECTION,
        }
    }

    /// The lines of the manifest that are of this form alone.
    fn to_text(&self) -> String {
        match self {
            Self::Range { from, to } => format!("  \"from\": {from},\n  \"to\": {to},\n"),
            Self::Selection { question, answers } => {
                format!("  \"question\": {question},\n  \"answers\": {answers},\n")
            }
        }
    }
}

impl Manifest {
    /// The text: one form for each manifest.
    pub(super) fn to_text(&self) -> String {
        let version = self.form.version();
        let older: Vec<String> = self.older.iter().map(u64::to_string).collect();
        format!(
            "{{\n  \"format\": \"{version}\",\n  \"software\": {},\n  \"origin\": {},\n  \
             \"tenant\": {},\n  \"size\": {},\n  \"root\": \"{}\",\n  \
             \"minimum_index\": {},\n{}  \"older\": [{}],\n  \"sums\": \"{}\"\n}}\n",
            quoted(&self.software),
            quoted(&self.origin),
            quoted(&self.tenant),
            self.size,
            STANDARD.encode(self.root.as_bytes()),
            self.minimum_index,
            self.form.to_text(),
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
        let version = (lines.next() == Some("{")).then(|| lines.next()).flatten();
        let is = |form| version == Some(format!("  \"format\": \"{form}\",").as_str());
        let read = match (is(RANGE), is(SELECTION)) {
            (true, _) => Self::fields(&mut lines, true),
            (_, true) => Self::fields(&mut lines, false),
            _ => None,
        };
        let same = read.filter(|manifest| manifest.to_text() == text);
        same.ok_or_else(|| {
            let reason =
                format!("it is no manifest of {RANGE} or {SELECTION} as its writer writes it");
            Unreadable::new(super::MANIFEST_PATH, reason)
        })
    }

    fn fields<'a>(lines: &mut impl Iterator<Item = &'a str>, range: bool) -> Option<Self> {
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
        let form = if range {
            BundleForm::Range {
                from: value("from")?.parse().ok()?,
                to: value("to")?.parse().ok()?,
            }
        } else {
            let question = value("question")?;
            let fits = question.len() <= MAX_QUESTION_BYTES && is_object_in_a_line(question);
            BundleForm::Selection {
                question: fits.then(|| question.to_owned())?,
                answers: Answers::parse(value("answers")?)?,
            }
        };
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
            form,
            older,
            sums,
        })
    }
}
