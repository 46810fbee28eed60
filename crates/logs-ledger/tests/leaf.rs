//! The leaf's bytes, and that every field reaches the hash.

use logs_ledger::{Leaf, Salt, commit, empty_root, hash_facts, hash_leaf, kind_name};

fn leaf<'a>() -> Leaf<'a> {
    Leaf {
        tenant: "acme",
        kind: 0x0105,
        id: [0xab; 16],
        recorded_at_micros: -2,
        facts: hash_facts(b"{}"),
        content: commit(&Salt::from_bytes([1; 16]), b"{}"),
    }
}

#[test]
fn the_encoding_is_what_its_page_says() {
    let mut expected = b"logs-ledger/leaf/v1\0\0\0\0\x04acme\x01\x05".to_vec();
    expected.extend([0xab; 16]);
    expected.extend([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]);
    expected.extend(leaf().facts.as_bytes());
    expected.extend(leaf().content.as_bytes());
    assert_eq!(leaf().encode(), expected);
    assert_eq!(leaf().hash(), hash_leaf(&expected));
}

#[test]
fn every_field_changes_the_hash() {
    let changed = [
        Leaf {
            tenant: "acmf",
            ..leaf()
        },
        Leaf {
            tenant: "acme\u{1}",
            kind: 0x05ab,
            ..leaf()
        },
        Leaf {
            kind: 0x0106,
            ..leaf()
        },
        Leaf {
            id: [0xac; 16],
            ..leaf()
        },
        Leaf {
            recorded_at_micros: -1,
            ..leaf()
        },
        Leaf {
            facts: hash_facts(b"{ }"),
            ..leaf()
        },
        Leaf {
            content: commit(&Salt::from_bytes([2; 16]), b"{}"),
            ..leaf()
        },
    ];
    for other in changed {
        assert_ne!(other.hash(), leaf().hash(), "{other:?}");
    }
    assert_eq!(leaf().hash(), leaf().hash());
}

#[test]
fn a_commitment_depends_on_salt_and_content_and_the_salt_is_not_shown() {
    let salt = Salt::from_bytes([9; 16]);
    assert_ne!(commit(&salt, b"a"), commit(&salt, b"b"));
    assert_ne!(
        commit(&salt, b"a"),
        commit(&Salt::from_bytes([8; 16]), b"a")
    );
    assert_eq!(format!("{salt:?}"), "Salt(..)");
    // `printf 'logs-ledger/content/v1\0\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\ta' | sha256sum`
    let known = "270d18e494527fe171683ba8ac88c5bcc14508a389fe99da073f7c5fb2abbf85";
    let hex: String = commit(&salt, b"a")
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(hex, known);
}

#[test]
fn kinds_have_words_from_1_on() {
    assert_eq!(kind_name(1), Some("llm_run"));
    assert_eq!(kind_name(logs_ledger::REDACTION_KIND), Some("redaction"));
    assert_eq!((kind_name(0), kind_name(9)), (None, None));
}

#[test]
fn known_digests_of_nothing() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(format!("{:?}", empty_root()), empty);
    let empty_leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
    assert_eq!(format!("{:?}", hash_leaf(b"")), empty_leaf);
}
