//! The leaf's bytes, and that every field reaches the hash.

use logs_ledger::{Leaf, Salt, commit, empty_root, hash_leaf};

fn leaf<'a>() -> Leaf<'a> {
    Leaf {
        tenant: "acme",
        entry_id: [0xab; 16],
        occurred_at_micros: -2,
        kind: "audit",
        who: commit(&Salt::from_bytes([1; 32]), b"ada"),
        what: commit(&Salt::from_bytes([2; 32]), b"{}"),
    }
}

#[test]
fn the_encoding_is_what_its_page_says() {
    let mut expected = b"logs-ledger/leaf/v1\0\0\0\0\x04acme".to_vec();
    expected.extend([0xab; 16]);
    expected.extend([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]);
    expected.extend(b"\0\0\0\x05audit");
    expected.extend(leaf().who.as_bytes());
    expected.extend(leaf().what.as_bytes());
    assert_eq!(leaf().encode().unwrap(), expected);
    assert_eq!(leaf().hash().unwrap(), hash_leaf(&expected));
}

#[test]
fn every_field_changes_the_hash() {
    let other = commit(&Salt::from_bytes([3; 32]), b"{}");
    let changed = [
        Leaf {
            tenant: "acmf",
            ..leaf()
        },
        Leaf {
            tenant: "acm",
            kind: "eaudit",
            ..leaf()
        },
        Leaf {
            entry_id: [0xac; 16],
            ..leaf()
        },
        Leaf {
            occurred_at_micros: -1,
            ..leaf()
        },
        Leaf {
            kind: "Audit",
            ..leaf()
        },
        Leaf {
            who: other,
            ..leaf()
        },
        Leaf {
            what: other,
            ..leaf()
        },
        Leaf {
            who: leaf().what,
            what: leaf().who,
            ..leaf()
        },
    ];
    for other in changed {
        assert_ne!(other.hash().unwrap(), leaf().hash().unwrap(), "{other:?}");
    }
    assert_eq!(leaf().hash().unwrap(), leaf().hash().unwrap());
}

#[test]
fn a_commitment_depends_on_salt_and_payload_and_the_salt_is_not_shown() {
    let salt = Salt::from_bytes([9; 32]);
    assert_ne!(commit(&salt, b"a"), commit(&salt, b"b"));
    assert_ne!(
        commit(&salt, b"a"),
        commit(&Salt::from_bytes([8; 32]), b"a")
    );
    assert_eq!(format!("{salt:?}"), "Salt(..)");
}

#[test]
fn known_digests_of_nothing() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(format!("{:?}", empty_root()), empty);
    let empty_leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
    assert_eq!(format!("{:?}", hash_leaf(b"")), empty_leaf);
}
