//! Proof vectors that others published, run when the folder with them is present.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use logs_ledger::{Hash, hash_leaf, verify_consistency, verify_inclusion};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inclusion {
    leaf_idx: u64,
    tree_size: u64,
    root: String,
    leaf_hash: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

#[derive(Deserialize)]
struct Consistency {
    size1: u64,
    size2: u64,
    root1: String,
    root2: String,
    proof: Option<Vec<String>>,
    #[serde(rename = "wantErr")]
    want_err: bool,
}

/// Some vectors hold texts where hashes belong, because their value does not matter. A digest of
/// the text stands for it, equal where the texts are, so that the verdict is the verifier's. Only
/// an empty text is refused here: it says that the hash is missing, which a [`Hash`] cannot be.
fn hash(text: &str) -> Option<Hash> {
    let bytes = STANDARD.decode(text).unwrap();
    if bytes.is_empty() {
        return None;
    }
    let digest = bytes.as_slice().try_into();
    Some(digest.map_or_else(|_| hash_leaf(&bytes), Hash::from_bytes))
}

fn proof(texts: Option<Vec<String>>) -> Option<Vec<Hash>> {
    let texts = texts.unwrap_or_default();
    texts.iter().map(|text| hash(text)).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            found.push(path);
        }
    }
    found
}

fn inclusion_holds(case: Inclusion) -> Option<bool> {
    let (leaf, root) = (hash(&case.leaf_hash)?, hash(&case.root)?);
    let path = proof(case.proof)?;
    Some(verify_inclusion(&leaf, case.leaf_idx, case.tree_size, &path, &root).is_ok())
}

fn consistency_holds(case: Consistency) -> Option<bool> {
    let (old, new) = (hash(&case.root1)?, hash(&case.root2)?);
    let path = proof(case.proof)?;
    Some(verify_consistency(case.size1, case.size2, &path, &old, &new).is_ok())
}

#[test]
fn published_vectors_are_judged_as_their_authors_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/merkle-vectors");
    if !folder.is_dir() {
        println!("published proof vectors: absent, not run");
        return;
    }
    let (mut accepted, mut refused, mut wrong) = (0, 0, Vec::new());
    for kind in ["inclusion", "consistency"] {
        for file in files(&folder.join(kind)) {
            let text = std::fs::read_to_string(&file).unwrap();
            let (holds, want_err) = if kind == "inclusion" {
                let case: Inclusion = serde_json::from_str(&text).unwrap();
                let want_err = case.want_err;
                (inclusion_holds(case).unwrap_or(false), want_err)
            } else {
                let case: Consistency = serde_json::from_str(&text).unwrap();
                let want_err = case.want_err;
                (consistency_holds(case).unwrap_or(false), want_err)
            };
            if holds {
                accepted += 1
            } else {
                refused += 1
            }
            if holds == want_err {
                wrong.push(file);
            }
        }
    }
    println!("published proof vectors: {accepted} accepted, {refused} refused");
    assert!(wrong.is_empty(), "judged otherwise: {wrong:#?}");
    assert!(accepted > 0 && refused > 0);
}
