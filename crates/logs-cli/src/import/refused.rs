//! Where refused records go when an import goes on without them.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::output::one_line;
use logs_import::Rejected;

/// A file of refused records, one a line, as they stand in their source: mended, it can be
/// imported. Beside it, in a file of the same name with `.reasons` after it, stands why, line by
/// line. Both are made with the first record, and replace nothing.
#[derive(Debug)]
pub(crate) struct RefusedFile {
    path: PathBuf,
    reasons: PathBuf,
    /// The name of the source that is read.
    source: String,
    /// What comes before the records: the names of the columns of CSV.
    heading: Option<String>,
    files: Option<(BufWriter<File>, BufWriter<File>)>,
}

impl RefusedFile {
    /// The two files, which are not there yet.
    ///
    /// # Errors
    /// When one of them is there already, or their folder is not there.
    pub(crate) fn new(path: PathBuf) -> Result<Self, Failure> {
        let mut reasons = OsString::from(&path);
        reasons.push(".reasons");
        let reasons = PathBuf::from(reasons);
        for taken in [&path, &reasons] {
            if taken.symlink_metadata().is_ok() {
                return Err(Failure::refused(format!(
                    "{} exists already; the import replaces no file, choose another --skip-bad",
                    taken.display()
                )));
            }
        }
        let named = |folder: &&Path| !folder.as_os_str().is_empty();
        if let Some(folder) = path.parent().filter(named)
            && !folder.is_dir()
        {
            let folder = folder.display();
            return Err(Failure::usage(format!("there is no folder {folder}")));
        }
        Ok(Self {
            path,
            reasons,
            source: String::new(),
            heading: None,
            files: None,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Names the source of the records that come, and what stands before its first one.
    pub(crate) fn start(&mut self, source: String, heading: Option<String>) {
        self.source = source;
        self.heading = heading;
    }

    /// Writes one record, and why it was refused.
    pub(crate) fn write(&mut self, record: &[u8], bad: &Rejected) -> io::Result<()> {
        let files = match self.files.take() {
            Some(files) => files,
            None => self.create()?,
        };
        let (records, reasons) = self.files.insert(files);
        records.write_all(record)?;
        records.write_all(b"\n")?;
        let reason = format!("{}: {bad}", self.source);
        writeln!(reasons, "{}", one_line(&reason))
    }

    fn create(&self) -> io::Result<(BufWriter<File>, BufWriter<File>)> {
        let mut records = BufWriter::new(File::create_new(&self.path)?);
        if let Some(heading) = &self.heading {
            writeln!(records, "{heading}")?;
        }
        Ok((records, BufWriter::new(File::create_new(&self.reasons)?)))
    }

    /// Makes sure that everything is in the files.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        match &mut self.files {
            Some((records, reasons)) => records.flush().and_then(|()| reasons.flush()),
            None => Ok(()),
        }
    }
}
