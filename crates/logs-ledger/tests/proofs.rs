//! Every proof of every small log, against the recursive definitions of RFC 6962, section 2.1.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

use std::collections::BTreeMap;

use logs_ledger::{
    CompactRange, Hash, HighWaterMark, NodeAddress, ProofError, SignRefusal, TreeHead, empty_root,
    hash_leaf, hash_nodes, prove_consistency, prove_inclusion, verify_consistency,
    verify_inclusion,
};

const LARGEST: usize = 130;

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|n| hash_leaf(&n.to_be_bytes())).collect()
}

fn split(count: usize) -> usize {
    let mut k = 1;
    while k * 2 < count {
        k *= 2;
    }
    k
}

/// MTH of the RFC, word for word.
fn reference_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            hash_nodes(&reference_root(left), &reference_root(right))
        }
    }
}

/// PATH of the RFC, word for word.
fn reference_path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut path, other) = if m < k {
        (reference_path(m, left), right)
    } else {
        (reference_path(m - k, right), left)
    };
    path.push(reference_root(other));
    path
}

/// SUBPROOF of the RFC, word for word.
fn reference_subproof(m: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if known {
            Vec::new()
        } else {
            vec![reference_root(leaves)]
        };
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut proof, other) = if m <= k {
        (reference_subproof(m, left, known), right)
    } else {
        (reference_subproof(m - k, right, false), left)
    };
    proof.push(reference_root(other));
    proof
}

fn log_of(leaves: &[Hash]) -> (CompactRange, BTreeMap<NodeAddress, Hash>) {
    let mut log = CompactRange::starting_at(0).unwrap();
    let mut stored = BTreeMap::new();
    for leaf in leaves {
        log.append(*leaf, &mut |node, hash| {
            assert!(stored.insert(node, hash).is_none(), "a hash is stored once");
        })
        .unwrap();
    }
    (log, stored)
}

/// Each proof with one element dropped, added or flipped.
fn spoiled(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = Vec::new();
    for place in 0..=proof.len() {
        let mut longer = proof.to_vec();
        longer.insert(place, hash_leaf(b"added"));
        all.push(longer);
    }
    for place in 0..proof.len() {
        let mut shorter = proof.to_vec();
        shorter.remove(place);
        all.push(shorter);
        let mut bytes = *proof[place].as_bytes();
        bytes[place % 32] ^= 1 << (place % 8);
        let mut flipped = proof.to_vec();
        flipped[place] = Hash::from_bytes(bytes);
        all.push(flipped);
    }
    all
}

#[test]
fn inclusion_proofs_are_those_of_the_definition_and_spoiled_ones_are_refused() {
    let all = leaves(LARGEST);
    let (_, stored) = log_of(&all);
    let (mut accepted, mut refused) = (0, 0);
    for n in 1..=LARGEST {
        let root = reference_root(&all[..n]);
        for m in 0..n {
            let proof = prove_inclusion(&stored, m as u64, n as u64).unwrap();
            assert_eq!(proof, reference_path(m, &all[..n]), "leaf {m} of {n}");
            verify_inclusion(&all[m], m as u64, n as u64, &proof, &root).unwrap();
            accepted += 1;
            for bad in spoiled(&proof) {
                verify_inclusion(&all[m], m as u64, n as u64, &bad, &root).unwrap_err();
                refused += 1;
            }
            verify_inclusion(&hash_leaf(b"other"), m as u64, n as u64, &proof, &root).unwrap_err();
        }
    }
    println!("inclusion: {accepted} accepted, {refused} spoiled refused");
}

#[test]
fn consistency_proofs_are_those_of_the_definition_and_spoiled_ones_are_refused() {
    let all = leaves(LARGEST);
    let (_, stored) = log_of(&all);
    let roots: Vec<Hash> = (0..=LARGEST).map(|n| reference_root(&all[..n])).collect();
    let (mut accepted, mut refused) = (0, 0);
    for n in 1..=LARGEST {
        for m in 1..=n {
            let proof = prove_consistency(&stored, m as u64, n as u64).unwrap();
            assert_eq!(proof, reference_subproof(m, &all[..n], true), "{m} to {n}");
            let check = |proof: &[Hash], old: &Hash, new: &Hash| {
                verify_consistency(m as u64, n as u64, proof, old, new)
            };
            check(&proof, &roots[m], &roots[n]).unwrap();
            accepted += 1;
            for bad in spoiled(&proof) {
                check(&bad, &roots[m], &roots[n]).unwrap_err();
                refused += 1;
            }
            check(&proof, &roots[m - 1], &roots[n]).unwrap_err();
            check(&proof, &roots[m], &roots[n - 1]).unwrap_err();
        }
    }
    println!("consistency: {accepted} accepted, {refused} spoiled refused");
}

#[test]
fn ranges_merge_and_restore_to_the_same_log() {
    let all = leaves(LARGEST);
    for end in 0..=LARGEST {
        let (whole, _) = log_of(&all[..end]);
        assert_eq!(whole.root().unwrap(), reference_root(&all[..end]));
        let frontier: Vec<Hash> = whole.frontier().collect();
        assert_eq!(
            CompactRange::from_frontier(end as u64, &frontier).unwrap(),
            whole
        );
        for middle in 0..=end {
            let (mut left, _) = log_of(&all[..middle]);
            let mut right = CompactRange::starting_at(middle as u64).unwrap();
            for leaf in &all[middle..end] {
                right.append(*leaf, &mut |_, _| {}).unwrap();
            }
            left.merge(&right, &mut |_, _| {}).unwrap();
            assert_eq!(left, whole, "{middle} of {end}");
        }
        assert!(
            CompactRange::from_frontier(end as u64 + 1, &frontier).is_err() || {
                (end as u64 + 1).count_ones() == (end as u64).count_ones()
            }
        );
    }
}

#[test]
fn sizes_at_the_limit_answer_without_panic() {
    let hash = hash_leaf(b"x");
    let limits = [
        0,
        1,
        2,
        3,
        (1 << 62) + 1,
        (1 << 63) - 1,
        1 << 63,
        (1 << 63) + 1,
        u64::MAX,
    ];
    for a in limits {
        for b in limits {
            for length in [0, 1, 62, 63, 64, 65, 200] {
                let proof = vec![hash; length];
                assert!(verify_inclusion(&hash, a, b, &proof, &hash).is_err() || (a, b) == (0, 1));
                let consistent = verify_consistency(a, b, &proof, &hash, &hash);
                assert!(
                    consistent.is_err() || a == b && length == 0,
                    "{a} {b} {length}"
                );
            }
            let nothing = BTreeMap::new();
            drop(prove_inclusion(&nothing, a, b));
            drop(prove_consistency(&nothing, a, b));
        }
        let bits = a.count_ones() as usize;
        if let Ok(mut log) = CompactRange::from_frontier(a, &vec![hash; bits]) {
            log.root().unwrap();
            assert_eq!(log.append(hash, &mut |_, _| {}).is_ok(), a < 1 << 63);
        }
    }
}

#[test]
fn the_signer_follows_growth_and_refuses_everything_else() {
    let all = leaves(20);
    let (_, stored) = log_of(&all);
    let head = |n: usize| TreeHead {
        size: n as u64,
        root: reference_root(&all[..n]),
    };
    let new = HighWaterMark::of_a_new_log();
    let at_12 = new.advance(head(12), &[]).unwrap();
    let proof = prove_consistency(&stored, 12, 20).unwrap();
    let at_20 = at_12.advance(head(20), &proof).unwrap();
    assert_eq!(at_20.head(), head(20));
    assert_eq!(
        at_20.advance(head(20), &[]).unwrap(),
        at_20,
        "a second key may sign the same"
    );

    assert_eq!(new.advance(head(0), &[]).unwrap(), new);
    assert_eq!(
        new.advance(
            TreeHead {
                size: 0,
                root: hash_leaf(b"fork")
            },
            &[]
        ),
        Err(SignRefusal::OtherRoot { size: 0 })
    );
    assert_eq!(
        at_20.advance(head(12), &proof),
        Err(SignRefusal::Smaller {
            signed: 20,
            offered: 12
        })
    );
    let forked = TreeHead {
        size: 20,
        root: hash_leaf(b"fork"),
    };
    assert_eq!(
        at_20.advance(forked, &[]),
        Err(SignRefusal::OtherRoot { size: 20 })
    );
    assert_eq!(
        at_12.advance(head(20), &[]),
        Err(SignRefusal::NotConsistent(ProofError::WrongLength))
    );
    assert_eq!(
        at_12.advance(forked, &proof),
        Err(SignRefusal::NotConsistent(ProofError::WrongRoot))
    );
}

/// The example of RFC 6962, section 2.1.3: seven leaves, and the names of the nodes there.
#[test]
fn the_example_of_the_rfc() {
    let (_, stored) = log_of(&leaves(7));
    let node = |level, index| stored[&NodeAddress { level, index }];
    let [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map(|index| node(0, index));
    let j = node(0, 6);
    let [g, h, i] = [0, 1, 2].map(|index| node(1, index));
    let k = node(2, 0);
    let l = hash_nodes(&i, &j);
    assert_eq!(
        [g, h, i, k],
        [(a, b), (c, d), (e, f), (g, h)].map(|(left, right)| hash_nodes(&left, &right))
    );
    let path = |index| prove_inclusion(&stored, index, 7).unwrap();
    assert_eq!(path(0), [b, h, l]);
    assert_eq!(path(3), [c, g, l]);
    assert_eq!(path(4), [f, j, k]);
    assert_eq!(path(6), [i, k]);
    let proof = |from| prove_consistency(&stored, from, 7).unwrap();
    assert_eq!(proof(3), [c, d, g, l]);
    assert_eq!(proof(4), [l]);
    assert_eq!(proof(6), [i, j, k]);
}
