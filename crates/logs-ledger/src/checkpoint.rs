//! The text of a checkpoint, which a signed note carries (C2SP tlog-checkpoint).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::Hash;
use crate::node::MAX_LOG_SIZE;
use crate::note::{NoteVerifier, SignedNote};
use crate::signer::TreeHead;
use crate::tlog_proof::TlogProofError;

/// Most bytes of a checkpoint's text that are read.
pub const MAX_CHECKPOINT_BYTES: usize = 64 * 1024;

/// Why a text is no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// Longer than [`MAX_CHECKPOINT_BYTES`].
    #[error("a checkpoint has at most {MAX_CHECKPOINT_BYTES} bytes")]
    TooLong,
    /// A line is missing, empty or not ended by a newline, or holds a control character.
    #[error("a checkpoint is three lines or more, none of them empty, each ended by a newline")]
    Lines,
    /// The second line is not a decimal number without leading zeroes, up to 2^63.
    #[error("the second line of a checkpoint is the size in plain decimal digits")]
    Size,
    /// The third line is not the one base64 form of 32 bytes.
    #[error("the third line of a checkpoint is the root in base64")]
    Root,
}

/// A log's name, size and root, as the log's signer signs them. Not signed by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    head: TreeHead,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without extension lines.
    ///
    /// # Errors
    /// [`CheckpointError`] for an origin that is empty or holds a control character, a size over
    /// 2^63, or a text that gets too long.
    pub fn new(origin: &str, head: TreeHead) -> Result<Self, CheckpointError> {
        let checkpoint = Self {
            origin: origin.to_owned(),
            head,
            extensions: Vec::new(),
        };
        // The reader's rules are the only ones: what it would refuse is never written.
        Self::parse(&checkpoint.to_text())
    }

    /// Reads the text. There is one text for each checkpoint: [`Checkpoint::to_text`].
    ///
    /// # Errors
    /// [`CheckpointError`] by the line that is wrong.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        if text.len() > MAX_CHECKPOINT_BYTES {
            return Err(CheckpointError::TooLong);
        }
        let body = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let lines: Vec<&str> = body.split('\n').collect();
        let [origin, size, root, extensions @ ..] = lines.as_slice() else {
            return Err(CheckpointError::Lines);
        };
        if lines
            .iter()
            .any(|line| line.is_empty() || line.chars().any(char::is_control))
        {
            return Err(CheckpointError::Lines);
        }
        Ok(Self {
            origin: (*origin).to_owned(),
            head: TreeHead {
                size: parse_size(size)?,
                root: parse_root(root)?,
            },
            extensions: extensions.iter().map(|line| (*line).to_owned()).collect(),
        })
    }

    /// Reads the checkpoint that a note carries, when a trusted key of this very log signed it: one
    /// whose name is the origin, as C2SP tlog-checkpoint has it.
    ///
    /// # Errors
    /// [`NoteError`](crate::NoteError) and [`CheckpointError`], and
    /// [`Origin`](TlogProofError::Origin) for keys of another log.
    pub fn open(note: &SignedNote, keys: &[NoteVerifier]) -> Result<Self, TlogProofError> {
        let (text, signed_by) = note.verify(keys)?;
        let checkpoint = Self::parse(text)?;
        let of_log = |key: &&NoteVerifier| key.name().as_str() == checkpoint.origin;
        if signed_by.into_iter().any(|key| of_log(&key)) {
            return Ok(checkpoint);
        }
        Err(TlogProofError::Origin {
            origin: checkpoint.origin,
        })
    }

    /// The text: origin, size, root and extensions, one a line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let root = STANDARD.encode(self.head.root.as_bytes());
        let mut text = format!("{}\n{}\n{root}\n", self.origin, self.head.size);
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// The log's unique name.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Size and root.
    #[must_use]
    pub const fn head(&self) -> TreeHead {
        self.head
    }

    /// Lines after the root, which this crate never writes and does not understand.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

fn parse_size(line: &str) -> Result<u64, CheckpointError> {
    let plain = line.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || (line.starts_with('0') && line != "0") {
        return Err(CheckpointError::Size);
    }
    let size = line.parse().map_err(|_| CheckpointError::Size)?;
    if size > MAX_LOG_SIZE {
        Err(CheckpointError::Size)
    } else {
        Ok(size)
    }
}

fn parse_root(line: &str) -> Result<Hash, CheckpointError> {
    let bytes = STANDARD.decode(line).map_err(|_| CheckpointError::Root)?;
    let digest = bytes.try_into().map_err(|_| CheckpointError::Root)?;
    Ok(Hash::from_bytes(digest))
}
