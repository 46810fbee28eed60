//! Signed notes (C2SP signed-note): a text, a blank line, and a line for each signature.
//!
//! There are two steps to read a note. [`SignedNote::parse`] checks its form. [`SignedNote::verify`] checks its
//! signatures with keys that the caller trusts. No key comes from a note.

mod key;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use key::{KeyError, KeyName, NoteSigner, NoteVerifier};

/// Most bytes of a note that are read.
pub const MAX_NOTE_BYTES: usize = 1024 * 1024;
/// Most signatures of a note that are read.
pub const MAX_NOTE_SIGNATURES: usize = 100;

/// What begins the line of a signature: an em dash and a space.
const DASH: &str = "\u{2014} ";
/// The bytes of a key id, before the signature itself.
const KEY_ID_BYTES: usize = 4;

/// Why the reader refuses a note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// Longer than [`MAX_NOTE_BYTES`], or with more than [`MAX_NOTE_SIGNATURES`] signatures.
    #[error("a note has at most {MAX_NOTE_BYTES} bytes and {MAX_NOTE_SIGNATURES} signatures")]
    TooLong,
    /// The text is empty, does not end with a newline, or holds a control character.
    #[error("the text of a note ends with a newline and holds no other control character")]
    Text,
    /// There is no blank line between text and signatures, or a line below it is no signature.
    #[error("a note has a blank line and then lines of the form `\u{2014} name base64`")]
    Signatures,
    /// A signature of a trusted key does not match the text.
    #[error("the signature of {name} does not fit the text")]
    Invalid {
        /// The name of the key.
        name: String,
    },
    /// No signature is of a trusted key.
    #[error("no signature is of a trusted key")]
    Unsigned,
}

/// One signature of a note, as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: KeyName,
    key_id: [u8; KEY_ID_BYTES],
    signature: Vec<u8>,
}

impl NoteSignature {
    /// The name of the key that signed, as the note says.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id of the key that signed, as the note says.
    #[must_use]
    pub const fn key_id(&self) -> [u8; KEY_ID_BYTES] {
        self.key_id
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (key_id, signature) = bytes.split_first_chunk::<KEY_ID_BYTES>()?;
        if signature.is_empty() {
            return None;
        }
        let name = KeyName::new(name).ok()?;
        Some(Self {
            name,
            key_id: *key_id,
            signature: signature.to_vec(),
        })
    }

    fn to_line(&self) -> String {
        let bytes = [self.key_id.as_slice(), &self.signature].concat();
        format!("{DASH}{} {}\n", self.name, STANDARD.encode(bytes))
    }
}

/// A text with signatures, in the form of a signed note. [`verify`](Self::verify) checks the signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl SignedNote {
    /// Signs a text with every key, in their order: two during a rotation.
    ///
    /// # Errors
    /// [`NoteError::Text`] when no note can carry the text.
    pub fn sign(text: &str, signers: &[&NoteSigner]) -> Result<Self, NoteError> {
        check_text(text)?;
        let signatures = signers.iter().map(|signer| NoteSignature {
            name: signer.name().clone(),
            key_id: signer.key_id(),
            signature: signer.sign(text.as_bytes()).to_vec(),
        });
        let note = Self {
            text: text.to_owned(),
            signatures: signatures.collect(),
        };
        // The reader's rules are the only ones: what it would refuse is never written.
        Self::parse(&note.to_text())
    }

    /// Reads a note.
    ///
    /// # Errors
    /// [`NoteError`] for a wrong form. It does not check signatures.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong);
        }
        // The last blank line divides: the text may have blank lines of its own.
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Signatures)?;
        let text = format!("{text}\n");
        check_text(&text)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Signatures)?;
        let lines: Vec<&str> = lines.split('\n').collect();
        if lines.len() > MAX_NOTE_SIGNATURES {
            return Err(NoteError::TooLong);
        }
        let signatures: Option<Vec<NoteSignature>> =
            lines.into_iter().map(NoteSignature::parse).collect();
        Ok(Self {
            text,
            signatures: signatures.ok_or(NoteError::Signatures)?,
        })
    }

    /// The note as it is written.
    #[must_use]
    pub fn to_text(&self) -> String {
        let lines: String = self.signatures.iter().map(NoteSignature::to_line).collect();
        format!("{}\n{lines}", self.text)
    }

    /// The text, which ends with a newline. Trust it only after [`verify`](Self::verify).
    #[must_use]
    pub fn unverified_text(&self) -> &str {
        &self.text
    }

    /// The signatures, as they stand there.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// The text, if at least one trusted key signed it, and these keys, in the order of `keys`. Ignores
    /// signatures of other keys.
    ///
    /// # Errors
    /// [`NoteError::Invalid`] for a wrong signature under the name of a trusted key, [`NoteError::Unsigned`]
    /// without a signature of a trusted key.
    pub fn verify<'k>(
        &self,
        keys: &'k [NoteVerifier],
    ) -> Result<(&str, Vec<&'k NoteVerifier>), NoteError> {
        let mut signed_by = Vec::new();
        for key in keys {
            let of_key = |signature: &&NoteSignature| {
                signature.name == *key.name() && signature.key_id == key.key_id()
            };
            let mut found = false;
            for signature in self.signatures.iter().filter(of_key) {
                if !key.verifies(self.text.as_bytes(), &signature.signature) {
                    return Err(NoteError::Invalid {
                        name: key.name().to_string(),
                    });
                }
                found = true;
            }
            if found {
                signed_by.push(key);
            }
        }
        if signed_by.is_empty() {
            Err(NoteError::Unsigned)
        } else {
            Ok((&self.text, signed_by))
        }
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    let plain = |character: char| character == '\n' || !character.is_control();
    if text.ends_with('\n') && text.chars().all(plain) {
        Ok(())
    } else {
        Err(NoteError::Text)
    }
}
