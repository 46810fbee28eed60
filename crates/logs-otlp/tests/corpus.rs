//! The corpus of the fuzz targets, and each beginning of it, on every reader.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/readers.rs"]
mod readers;

use std::path::Path;

use readers::READERS;

#[test]
fn every_reader_stands_its_corpus_and_each_beginning_of_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, read) in READERS {
        let entries = std::fs::read_dir(folder.join(name)).unwrap();
        let mut number = 0;
        for entry in entries {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            for end in 0..=bytes.len() {
                read(&bytes[..end]);
            }
            number += 1;
        }
        assert!(number > 0, "{name}");
    }
}
