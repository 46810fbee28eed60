//! What every reader must do with any bytes: not panic, and take nothing but what its writer writes.
//! The fuzz targets and the tests that replay their corpus go by it.

use logs_ledger::{
    Checkpoint, KeyName, MemoryBundle, NoteSigner, NoteVerifier, Receipt, Redaction, SignedNote,
    TlogProof, Verification,
};

/// What a reader does with bytes.
pub(crate) type Reader = fn(&[u8]);

/// The readers, by name.
pub(crate) const READERS: &[(&str, Reader)] = &[
    ("note", note),
    ("checkpoint", checkpoint),
    ("proof", proof),
    ("redaction", redaction),
    ("receipt", receipt),
    ("range", range),
    ("selection", selection),
];

pub(crate) fn note(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(note) = SignedNote::parse(text) {
        assert_eq!(note.to_text(), text);
        // A signature that holds is over this very text.
        if let Ok((signed, _)) = note.verify(&[key()]) {
            assert_eq!(signed, note.unverified_text());
        }
    }
    if let Ok(key) = NoteVerifier::parse(text) {
        assert_eq!(key.to_text(), text);
    }
    // No text is a private key by accident; none may panic.
    let _ = NoteSigner::parse(text);
    let _ = KeyName::new(text);
}

pub(crate) fn checkpoint(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_text(), text);
    }
}

pub(crate) fn proof(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(proof) = TlogProof::parse(text) {
        assert_eq!(proof.to_text(), text);
        let leaf = logs_ledger::hash_leaf(b"a leaf of no log");
        assert!(proof.verify(&leaf, &[key()]).is_err());
    }
}

/// Facts that record redactions.
pub(crate) fn redaction(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Some(redaction) = Redaction::parse(text) {
        assert_eq!(redaction.to_facts(), text);
    }
}

pub(crate) fn receipt(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(receipt) = Receipt::parse(text) {
        assert_eq!(receipt.to_text(), text);
    }
}

pub(crate) fn range(bytes: &[u8]) {
    altered(bytes, golden_range());
}

pub(crate) fn selection(bytes: &[u8]) {
    altered(bytes, golden_selection());
}

/// A good bundle in which the first byte chooses a file and the others replace it: it is refused,
/// unless they are what was there.
fn altered(bytes: &[u8], mut bundle: MemoryBundle) {
    let Some((choice, content)) = bytes.split_first() else {
        return;
    };
    let files = bundle.files.len();
    let Some((path, file)) = bundle.files.iter_mut().nth(usize::from(*choice) % files) else {
        return;
    };
    // Some of what the manifest says are claims that nothing authenticates.
    let free = path == "manifest.json";
    let same = file == content;
    *file = content.to_vec();
    let keys = [key()];
    let verification = Verification {
        keys: &keys,
        trusted: None,
    };
    let verified = verification.run(&bundle, &mut |_| {});
    let intact = verified.is_ok_and(|summary| summary.findings == 0);
    assert!(intact == same || (intact && free));
}

fn key() -> NoteVerifier {
    let key = "logs.example/acme+cf899818+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
    NoteVerifier::parse(key).unwrap()
}

macro_rules! files {
    ($folder:literal, $($path:literal),+ $(,)?) => {
        MemoryBundle {
            files: [$((
                $path.to_owned(),
                include_bytes!(concat!("../fixtures/", $folder, "/", $path)).to_vec(),
            )),+].into(),
        }
    };
}

fn golden_range() -> MemoryBundle {
    files![
        "range-v1",
        "FORMAT.md",
        "SHA256SUMS",
        "checkpoint",
        "checkpoints/100",
        "checkpoints/260",
        "consistency/100",
        "consistency/260",
        "entries.ndjson",
        "manifest.json",
        "tile/0/001.p/8",
        "tile/1/000.p/1",
    ]
}

fn golden_selection() -> MemoryBundle {
    files![
        "selection-v1",
        "FORMAT.md",
        "SHA256SUMS",
        "checkpoint",
        "checkpoints/100",
        "checkpoints/260",
        "consistency/100",
        "consistency/260",
        "entries.ndjson",
        "manifest.json",
    ]
}
