//! Two implementations that others wrote, beside ours: `tlog_tiles` with `signed_note`, and
//! `ct-merkle`. Every pair of sizes up to 130, and pairs at random up to a million.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/levels.rs"]
mod levels;

use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use levels::Levels;
use logs_ledger::{
    CompactRange, Hash, HashReader, KeyName, NodeAddress, NoteSigner, NoteVerifier, SignedNote,
    Tile, hash_leaf, prove_consistency, prove_inclusion, tile_bytes, verify_consistency,
    verify_inclusion,
};
use sha2::Sha256;
use signed_note::Verifier as _;

impl tlog_tiles::HashReader for Levels {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let read = |index: &u64| {
            let (level, index) = tlog_tiles::split_stored_hash_index(*index);
            theirs(&self.read_hash(NodeAddress { level, index }).unwrap())
        };
        Ok(indexes.iter().map(read).collect())
    }
}

fn theirs(hash: &Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(*hash.as_bytes())
}

fn data(index: u64) -> Vec<u8> {
    format!("leaf {index}").into_bytes()
}

/// The log of so many leaves, and its root at each size up to `roots`.
fn log(size: u64, roots: u64) -> (Levels, Vec<Hash>) {
    let mut levels = Levels::default();
    let mut range = CompactRange::starting_at(0).unwrap();
    let mut all = vec![range.root().unwrap()];
    for index in 0..size {
        let mut store = |node, hash| levels.push(node, hash);
        range.append(hash_leaf(&data(index)), &mut store).unwrap();
        if index < roots {
            all.push(range.root().unwrap());
        }
    }
    (levels, all)
}

fn root(levels: &Levels, size: u64) -> Hash {
    let range = CompactRange::covering(levels, 0, size).unwrap();
    range.root().unwrap()
}

/// One element dropped, added or flipped.
fn spoiled(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = vec![[proof, &[hash_leaf(b"more")]].concat()];
    for place in 0..proof.len() {
        let mut fewer = proof.to_vec();
        fewer.remove(place);
        all.push(fewer);
        let mut flipped = proof.to_vec();
        let mut bytes = *flipped[place].as_bytes();
        bytes[place % 32] ^= 1 << (place % 8);
        flipped[place] = Hash::from_bytes(bytes);
        all.push(flipped);
    }
    all
}

fn digests(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn ct_root(root: &Hash, size: u64) -> RootHash<Sha256> {
    RootHash::new((*root.as_bytes()).into(), size)
}

/// Inclusion of a leaf: our proof is theirs, all take it, and nobody a spoiled one.
fn inclusion(levels: &Levels, index: u64, size: u64, all_spoiled: bool) {
    let root = root(levels, size);
    assert_eq!(
        tlog_tiles::tree_hash(size, levels).unwrap(),
        theirs(&root),
        "the root of {size}"
    );
    let leaf = hash_leaf(&data(index));
    let proof = prove_inclusion(levels, index, size).unwrap();
    let other = tlog_tiles::prove_record(size, index, levels).unwrap();
    let ours: Vec<_> = proof.iter().map(theirs).collect();
    assert_eq!(ours, other, "{index} in {size}");
    let judged = |proof: &[Hash]| {
        let ours = verify_inclusion(&leaf, index, size, proof, &root).is_ok();
        let path = proof.iter().map(theirs).collect();
        let tlog =
            tlog_tiles::check_record(&path, size, theirs(&root), index, theirs(&leaf)).is_ok();
        let ct = InclusionProof::try_from_bytes(digests(proof)).is_ok_and(|proof| {
            let root = ct_root(&root, size);
            root.verify_inclusion(&data(index), index, &proof).is_ok()
        });
        [ours, tlog, ct]
    };
    assert_eq!(judged(&proof), [true; 3], "{index} in {size}");
    let spoiled = spoiled(&proof);
    let some = if all_spoiled { spoiled.len() } else { 3 };
    for wrong in spoiled.iter().take(some) {
        assert_eq!(judged(wrong), [false; 3], "{index} in {size}");
    }
}

/// That a log of `to` leaves extends one of `from`.
fn consistency(levels: &Levels, from: u64, to: u64, all_spoiled: bool) {
    let (from_root, to_root) = (root(levels, from), root(levels, to));
    let proof = prove_consistency(levels, from, to).unwrap();
    let other = tlog_tiles::prove_tree(to, from, levels).unwrap();
    let ours: Vec<_> = proof.iter().map(theirs).collect();
    assert_eq!(ours, other, "{from} to {to}");
    let judged = |proof: &[Hash]| {
        let ours = verify_consistency(from, to, proof, &from_root, &to_root).is_ok();
        let path = proof.iter().map(theirs).collect();
        let tlog =
            tlog_tiles::check_tree(&path, to, theirs(&to_root), from, theirs(&from_root)).is_ok();
        let ct = ConsistencyProof::try_from_bytes(digests(proof)).is_ok_and(|proof| {
            let root = ct_root(&to_root, to);
            root.verify_consistency(&ct_root(&from_root, from), &proof)
                .is_ok()
        });
        [ours, tlog, ct]
    };
    assert_eq!(judged(&proof), [true; 3], "{from} to {to}");
    let spoiled = spoiled(&proof);
    let some = if all_spoiled { spoiled.len() } else { 3 };
    for wrong in spoiled.iter().take(some) {
        assert_eq!(judged(wrong), [false; 3], "{from} to {to}");
    }
}

#[test]
fn every_pair_of_sizes_up_to_130() {
    let (levels, roots) = log(130, 130);
    for to in 1..=130 {
        assert_eq!(roots[to as usize], root(&levels, to));
        for from in 1..=to {
            inclusion(&levels, from - 1, to, to % 16 == 0);
            consistency(&levels, from, to, to % 16 == 1);
        }
    }
}

#[test]
fn pairs_at_random_up_to_a_million() {
    const LEAVES: u64 = 1_000_003;
    let (levels, _) = log(LEAVES, 0);
    // Numbers at random, the same each time (xorshift64*).
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |limit: u64| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d) % limit
    };
    for _ in 0..1_000 {
        let size = 1 + below(LEAVES);
        inclusion(&levels, below(size), size, true);
        consistency(&levels, 1 + below(size), size, true);
    }
}

#[test]
fn tiles_and_their_paths_are_those_of_others() {
    const SIZE: u64 = 70_000;
    let (levels, _) = log(SIZE, 0);
    let mut compared = 0;
    for level in 0..=2 {
        for index in 0.. {
            let Some(tile) = Tile::of(SIZE, level, index) else {
                break;
            };
            let other = tlog_tiles::Tile::new(8, level, index, u32::from(tile.width), false);
            let path = other.path().replacen("tile/8/", "tile/", 1);
            assert_eq!(tile.path(), path);
            if index % 37 == 0 || tile.width < 256 {
                let bytes = tile_bytes(&levels, tile).unwrap();
                assert_eq!(bytes, other.read_data(&levels).unwrap(), "{path}");
                compared += 1;
            }
        }
    }
    assert!(compared > 10, "{compared}");
}

#[test]
fn notes_are_read_by_others_and_theirs_by_us() {
    let name = KeyName::new("logs.example/acme").unwrap();
    let ours = NoteSigner::from_seed(name, &[3; 32]);
    let text = "logs.example/acme\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    let note = SignedNote::sign(text, &[&ours]).unwrap().to_text();
    let vkey = ours.verifier().to_text();
    let their_key = signed_note::StandardVerifier::new(&vkey).unwrap();
    assert_eq!(their_key.key_id().to_be_bytes(), ours.key_id());
    let keys = || signed_note::VerifierList::new(vec![Box::new(their_key.clone())]);
    let judged = |note: &str| {
        let theirs = signed_note::Note::from_bytes(note.as_bytes()).is_ok_and(|note| {
            note.verify(&keys())
                .is_ok_and(|(known, _)| !known.is_empty())
        });
        let keys = [NoteVerifier::parse(&vkey).unwrap()];
        let ours = SignedNote::parse(note).is_ok_and(|note| note.verify(&keys).is_ok());
        (ours, theirs)
    };
    assert_eq!(judged(&note), (true, true));
    for byte in 0..note.len() {
        let mut touched = note.clone().into_bytes();
        touched[byte] ^= 1;
        if let Ok(touched) = String::from_utf8(touched) {
            assert_eq!(judged(&touched), (false, false), "byte {byte}");
        }
    }
}
