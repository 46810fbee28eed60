//! Where refused records go when an import goes on without them.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file of refused records, one a line, as they stand in their source: mended, it can be
/// imported. It is made with the first record.
#[derive(Debug)]
pub(crate) struct RefusedFile {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl RefusedFile {
    pub(crate) const fn new(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes one record.
    pub(crate) fn write(&mut self, text: &str) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => BufWriter::new(File::create(&self.path)?),
        };
        let file = self.file.insert(file);
        writeln!(file, "{text}")
    }

    /// Makes sure that everything is in the file.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        match &mut self.file {
            Some(file) => file.flush(),
            None => Ok(()),
        }
    }
}
