//! A bundle in memory, for tests and for small ones.

use std::collections::BTreeMap;
use std::io::{self, Read};

use super::sums::by_parts;
use super::{BundleSink, BundleSource};

/// The files of a bundle in memory, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryBundle {
    /// What is in each file.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl BundleSink for MemoryBundle {
    fn append(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let file = self.files.entry(path.to_owned()).or_default();
        file.extend_from_slice(bytes);
        Ok(())
    }
}

impl BundleSource for MemoryBundle {
    fn paths(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<String>> + '_>> {
        let mut paths: Vec<String> = self.files.keys().cloned().collect();
        paths.sort_by(|one, other| by_parts(one, other));
        Ok(Box::new(paths.into_iter().map(Ok)))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        match self.files.get(path) {
            Some(bytes) => Ok(Box::new(bytes.as_slice())),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}
