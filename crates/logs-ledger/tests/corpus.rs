//! The corpus of the fuzz targets, and thousands of mutations of it, on every reader.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/readers.rs"]
mod readers;

use std::path::Path;

use readers::READERS;

/// Numbers at random, the same each time (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % limit.max(1) as u64) as usize
    }
}

/// One of the changes that fuzzers make.
fn mutated(bytes: &[u8], others: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = random.below(bytes.len());
    match random.below(6) {
        0 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
        1 if !bytes.is_empty() => drop(bytes.remove(at)),
        2 => bytes.insert(at, [0, b'\n', b'0', b'=', 0xff, b'"'][random.below(6)]),
        3 => bytes.truncate(at),
        4 => {
            let other = &others[random.below(others.len())];
            let from = random.below(other.len());
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        _ => {
            let part = bytes[at..].to_vec();
            bytes.extend_from_slice(&part);
        }
    }
    bytes
}

#[test]
fn every_reader_stands_its_corpus_and_mutations_of_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for (name, read) in READERS {
        let entries = std::fs::read_dir(folder.join(name)).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let corpus: Vec<Vec<u8>> = paths
            .iter()
            .map(|path| std::fs::read(path).unwrap())
            .collect();
        assert!(!corpus.is_empty(), "{name}");
        for bytes in &corpus {
            read(bytes);
        }
        for _ in 0..3_000 {
            let mut bytes = corpus[random.below(corpus.len())].clone();
            for _ in 0..=random.below(3) {
                bytes = mutated(&bytes, &corpus, &mut random);
            }
            read(&bytes);
        }
        println!("{name}: {} of the corpus, 3000 mutations", corpus.len());
    }
}
