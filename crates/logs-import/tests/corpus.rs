//! The corpus of the fuzz targets, and mutations of it, on every reader.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/readers.rs"]
mod readers;

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use readers::READERS;

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let entries = std::fs::read_dir(folder.join(name)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

#[test]
fn every_reader_stands_its_corpus() {
    for (name, read) in READERS {
        let corpus = corpus(name);
        assert!(!corpus.is_empty(), "{name}");
        for bytes in &corpus {
            read(bytes);
        }
    }
}

/// A place, how many bytes go there, and what comes instead.
fn edit() -> impl Strategy<Value = (Index, usize, Vec<u8>)> {
    let byte = prop_oneof![
        proptest::sample::select(b"{}[]\",:\\\r\n ;0e-nu".to_vec()),
        any::<u8>()
    ];
    (
        any::<Index>(),
        0_usize..4,
        proptest::collection::vec(byte, 0..3),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_reader_stands_mutations_of_its_corpus(
        entry in any::<Index>(),
        edits in proptest::collection::vec(edit(), 1..5),
    ) {
        for (name, read) in READERS {
            let corpus = corpus(name);
            let mut bytes = entry.get(&corpus).clone();
            for (at, gone, put) in &edits {
                let at = at.index(bytes.len() + 1);
                let end = (at + gone).min(bytes.len());
                bytes.splice(at..end, put.iter().copied());
            }
            read(&bytes);
        }
    }
}
