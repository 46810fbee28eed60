//! Signed notes, with the published example of the form as the judge of ours.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use logs_ledger::{
    Checkpoint, Hash, KeyError, KeyName, MAX_NOTE_BYTES, NoteError, NoteSigner, NoteVerifier,
    SignedNote, TreeHead,
};

// The example of the documentation of Go's package sumdb/note, which defined the form.
const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const SKEY: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n";
const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\
    \n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn signer(name: &str, seed: u8) -> NoteSigner {
    NoteSigner::from_seed(KeyName::new(name).unwrap(), &[seed; 32])
}

#[test]
fn the_published_example_is_signed_to_the_byte_and_verified() {
    let signer = NoteSigner::parse(SKEY).unwrap();
    assert_eq!(SignedNote::sign(TEXT, &[&signer]).unwrap().to_text(), NOTE);
    let key = NoteVerifier::parse(VKEY).unwrap();
    assert_eq!(
        (key.to_text().as_str(), signer.verifier()),
        (VKEY, key.clone())
    );
    let note = SignedNote::parse(NOTE).unwrap();
    assert_eq!(note.to_text(), NOTE);
    let keys = [key];
    let (text, signed_by) = note.verify(&keys).unwrap();
    assert_eq!((text, signed_by.len()), (TEXT, 1));
}

#[test]
fn every_bit_of_the_published_example_counts() {
    let keys = [NoteVerifier::parse(VKEY).unwrap()];
    let mut refused = 0;
    for place in 0..NOTE.len() {
        for bit in 0..8 {
            let mut bytes = NOTE.as_bytes().to_vec();
            bytes[place] ^= 1 << bit;
            let text = String::from_utf8(bytes);
            let accepted = text.is_ok_and(|text| {
                SignedNote::parse(&text).is_ok_and(|note| note.verify(&keys).is_ok())
            });
            assert!(!accepted, "bit {bit} of byte {place}");
            refused += 1;
        }
    }
    assert_eq!(refused, 8 * NOTE.len());
}

#[test]
fn two_keys_may_sign_during_a_rotation_and_unknown_ones_are_passed_over() {
    let (old, new, other) = (signer("log/a", 1), signer("log/a", 2), signer("witness", 3));
    let note = SignedNote::sign("text\n", &[&old, &new, &other]).unwrap();
    for keys in [
        vec![old.verifier()],
        vec![new.verifier()],
        vec![old.verifier(), new.verifier()],
    ] {
        let (_, signed_by) = note.verify(&keys).unwrap();
        assert_eq!(signed_by.len(), keys.len());
    }
    let stranger = [signer("log/a", 4).verifier()];
    assert_eq!(note.verify(&stranger).unwrap_err(), NoteError::Unsigned);
    assert_eq!(note.verify(&[]).unwrap_err(), NoteError::Unsigned);
    // A trusted key under another name is another key.
    let renamed = [signer("log/b", 1).verifier()];
    assert_eq!(note.verify(&renamed).unwrap_err(), NoteError::Unsigned);
}

#[test]
fn a_false_signature_of_a_trusted_key_spoils_the_note() {
    let (a, b) = (signer("a", 1), signer("b", 2));
    let note = SignedNote::sign("text\n", &[&a, &b]).unwrap();
    let of_other_text = SignedNote::sign("other\n", &[&a]).unwrap().to_text();
    let false_line = of_other_text.lines().last().unwrap();
    let spoiled = SignedNote::parse(&format!("{}{false_line}\n", note.to_text())).unwrap();
    let keys = [b.verifier(), a.verifier()];
    let error = spoiled.verify(&keys).unwrap_err();
    assert_eq!(
        error,
        NoteError::Invalid {
            name: "a".to_owned()
        }
    );
    // Whoever trusts only the other key does not see it.
    assert!(spoiled.verify(&[b.verifier()]).is_ok());
}

#[test]
fn what_is_no_note_is_refused() {
    let line = NOTE.lines().last().unwrap();
    for (note, error) in [
        (String::new(), NoteError::Signatures),
        ("text\n".to_owned(), NoteError::Signatures),
        ("text\n\n".to_owned(), NoteError::Signatures),
        (format!("text\n\n{line}"), NoteError::Signatures),
        (format!("text\n\n{line}\n\n"), NoteError::Signatures),
        (format!("text\n\n{line}\nmore\n"), NoteError::Signatures),
        (
            format!("text\n\n{}\n", line.replace('\u{2014}', "-")),
            NoteError::Signatures,
        ),
        (
            format!("text\n\n{}\n", line.replace("x08go", "x08g!")),
            NoteError::Signatures,
        ),
        (
            "text\n\n\u{2014} name AAAAAA==\n".to_owned(),
            NoteError::Signatures,
        ),
        (format!("te\txt\n\n{line}\n"), NoteError::Text),
        (format!("te\0xt\n\n{line}\n"), NoteError::Text),
        (
            format!("text\n\n{}", format!("{line}\n").repeat(101)),
            NoteError::TooLong,
        ),
        (
            format!("{}\n\n{line}\n", "x".repeat(MAX_NOTE_BYTES)),
            NoteError::TooLong,
        ),
    ] {
        let shown: String = note.chars().take(80).collect();
        assert_eq!(SignedNote::parse(&note), Err(error), "{shown:?}");
    }
    let a = signer("a", 1);
    for text in ["", "no newline", "tab\t\n", "\r\n"] {
        assert_eq!(
            SignedNote::sign(text, &[&a]),
            Err(NoteError::Text),
            "{text:?}"
        );
    }
    // A text may have blank lines: the last one divides.
    let blank = SignedNote::sign("one\n\ntwo\n", &[&a]).unwrap();
    assert_eq!(
        SignedNote::parse(&blank.to_text())
            .unwrap()
            .unverified_text(),
        "one\n\ntwo\n"
    );
}

#[test]
fn what_is_no_key_is_refused_and_no_key_is_shown() {
    for (text, error) in [
        ("", KeyError::Form),
        ("PeterNeumann+c74f20a3", KeyError::Form),
        (
            "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            KeyError::Name,
        ),
        (
            "a b+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            KeyError::Name,
        ),
        (
            "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            KeyError::Form,
        ),
        (
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            KeyError::Id,
        ),
        (
            "Petra+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            KeyError::Id,
        ),
        (
            "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            KeyError::Algorithm,
        ),
        (
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy",
            KeyError::Algorithm,
        ),
        ("PeterNeumann+c74f20a3+", KeyError::Algorithm),
        ("PeterNeumann+c74f20a3+!", KeyError::Form),
    ] {
        assert_eq!(NoteVerifier::parse(text), Err(error), "{text}");
    }
    assert_eq!(NoteSigner::parse(VKEY).unwrap_err(), KeyError::Form);
    let shown = format!("{:?}", NoteSigner::parse(SKEY).unwrap());
    assert!(
        !shown.contains("YEKFALVFGyNhPJEMzD1QIDr") && !shown.contains("129, 10"),
        "{shown}"
    );
}

#[test]
fn a_checkpoint_is_signed_and_read_back() {
    let log = signer("logs.example/acme", 9);
    let head = TreeHead {
        size: 7,
        root: Hash::from_bytes([5; 32]),
    };
    let checkpoint = Checkpoint::new("logs.example/acme", head).unwrap();
    let note = SignedNote::sign(&checkpoint.to_text(), &[&log])
        .unwrap()
        .to_text();
    let keys = [log.verifier()];
    let read = SignedNote::parse(&note).unwrap();
    let (text, _) = read.verify(&keys).unwrap();
    assert_eq!(Checkpoint::parse(text).unwrap(), checkpoint);
}
