//! Where refused records go when an import goes on without them.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file of refused records, one a line, as they stand in their source: mended, it can be
/// imported. It is made with the first record.
#[derive(Debug)]
pub(crate) struct RefusedFile {
    path: PathBuf,
    /// What comes before the records: the names of the columns of CSV.
    heading: Option<String>,
    file: Option<BufWriter<File>>,
}

impl RefusedFile {
    pub(crate) const fn new(path: PathBuf) -> Self {
        Self {
            path,
            heading: None,
            file: None,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Names what comes before the first record.
    pub(crate) fn heading(&mut self, heading: String) {
        self.heading = Some(heading);
    }

    /// Writes one record.
    pub(crate) fn write(&mut self, text: &str) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                let mut file = BufWriter::new(File::create(&self.path)?);
                if let Some(heading) = &self.heading {
                    writeln!(file, "{heading}")?;
                }
                file
            }
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
