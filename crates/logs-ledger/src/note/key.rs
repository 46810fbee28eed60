//! Keys of signed notes: Ed25519 (RFC 8032), named, in the text forms of C2SP signed-note.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// The byte that says Ed25519, before a key.
const ED25519: u8 = 1;
const PRIVATE: &str = "PRIVATE+KEY+";

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The name is empty, or holds `+`, white space or a control character.
    #[error("the name of a key is not empty and holds no `+`, white space or control character")]
    Name,
    /// The text has not the form of a key.
    #[error("a key is a name, its id in 8 hexadecimal digits and base64, joined by `+`")]
    Form,
    /// The key is not an Ed25519 key.
    #[error("the key is not an Ed25519 key")]
    Algorithm,
    /// The id is not that of the name and the key.
    #[error("the id is not that of the name and the key")]
    Id,
}

/// The name of a key, by convention a host and a path such as `logs.example/acme`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// Checks a name.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn new(name: &str) -> Result<Self, KeyError> {
        let refused = |character: char| {
            character == '+' || character.is_whitespace() || character.is_control()
        };
        if name.is_empty() || name.contains(refused) {
            return Err(KeyError::Name);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The first four bytes of SHA-256 over name, newline, algorithm and key.
fn key_id(name: &KeyName, key: &VerifyingKey) -> [u8; 4] {
    let mut hasher = Sha256::new();
    hasher.update(name.as_str());
    hasher.update([b'\n', ED25519]);
    hasher.update(key.as_bytes());
    let hash = hasher.finalize();
    std::array::from_fn(|index| hash[index])
}

/// The text form of a key: name, id, and the algorithm with the bytes.
fn key_text(name: &KeyName, key_id: [u8; 4], bytes: &[u8; 32]) -> String {
    let mut encoded = vec![ED25519];
    encoded.extend_from_slice(bytes);
    format!(
        "{name}+{:08x}+{}",
        u32::from_be_bytes(key_id),
        STANDARD.encode(encoded)
    )
}

fn parse_key(text: &str) -> Result<(KeyName, [u8; 4], [u8; 32]), KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Form);
    };
    let name = KeyName::new(name)?;
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if id.len() != 8 || !id.bytes().all(hexadecimal) {
        return Err(KeyError::Form);
    }
    let id = u32::from_str_radix(id, 16).map_err(|_| KeyError::Form)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| KeyError::Form)?;
    match bytes.split_first() {
        Some((&ED25519, key)) => {
            let key = key.try_into().map_err(|_| KeyError::Algorithm)?;
            Ok((name, id.to_be_bytes(), key))
        }
        _ => Err(KeyError::Algorithm),
    }
}

/// A public key that a reader of notes trusts: a `vkey`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteVerifier {
    name: KeyName,
    key: VerifyingKey,
}

impl NoteVerifier {
    /// Reads a key of the form `name+id+base64`.
    ///
    /// # Errors
    /// [`KeyError`] by what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (name, id, bytes) = parse_key(text)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Algorithm)?;
        if key_id(&name, &key) != id {
            return Err(KeyError::Id);
        }
        Ok(Self { name, key })
    }

    /// The key as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        key_text(&self.name, self.key_id(), self.key.as_bytes())
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// Its id, of name and key.
    #[must_use]
    pub fn key_id(&self) -> [u8; 4] {
        key_id(&self.name, &self.key)
    }

    /// Whether a signature is of this key over this message. Malleable forms and weak keys are
    /// refused.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

/// A private key that signs notes. It is never shown by `Debug`.
#[derive(Clone)]
pub struct NoteSigner {
    name: KeyName,
    key: SigningKey,
}

impl NoteSigner {
    /// The key of a seed of 32 random bytes, which the caller makes and keeps.
    #[must_use]
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Self {
        Self {
            name,
            key: SigningKey::from_bytes(seed),
        }
    }

    /// Reads a key of the form `PRIVATE+KEY+name+id+base64`.
    ///
    /// # Errors
    /// [`KeyError`] by what is wrong with it; the key is not repeated.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.strip_prefix(PRIVATE).ok_or(KeyError::Form)?;
        let (name, id, seed) = parse_key(text)?;
        let signer = Self::from_seed(name, &seed);
        if signer.key_id() == id {
            Ok(signer)
        } else {
            Err(KeyError::Id)
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// Its id, of name and public key.
    #[must_use]
    pub fn key_id(&self) -> [u8; 4] {
        key_id(&self.name, &self.key.verifying_key())
    }

    /// The public key, for whoever is to trust the notes.
    #[must_use]
    pub fn verifier(&self) -> NoteVerifier {
        NoteVerifier {
            name: self.name.clone(),
            key: self.key.verifying_key(),
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NoteSigner")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
