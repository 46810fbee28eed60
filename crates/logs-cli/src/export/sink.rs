//! Writes records in the format of the file.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use indicatif::ProgressBar;
use logs_domain::{Record, Timestamp};
use serde::Serialize;
use tempfile::NamedTempFile;

use super::columns::Columns;
use super::file::EvidenceFile;
use crate::output::Inconsistency;

/// Takes records one by one.
#[derive(Debug)]
pub(crate) struct Sink {
    form: Form,
    written: Counts,
    bar: ProgressBar,
    /// The inconsistent records, if the export omits them.
    skipped: Option<Vec<Inconsistency>>,
}

#[derive(Debug)]
enum Form {
    /// One record on each line, in the form of [`Record`].
    Json(BufWriter<EvidenceFile>),
    /// One record on each line under a line of column names.
    Csv(Columns, Box<csv::Writer<EvidenceFile>>),
}

/// The number of written records and their times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    pub(crate) records: u64,
    pub(crate) records_by_kind: BTreeMap<&'static str, u64>,
    pub(crate) first_created_at: Option<Timestamp>,
    pub(crate) last_created_at: Option<Timestamp>,
}

/// A complete file without a name.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) file: NamedTempFile,
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
    pub(crate) counts: Counts,
    pub(crate) skipped: Vec<Inconsistency>,
}

impl Sink {
    /// JSON lines.
    pub(crate) fn json(file: EvidenceFile, bar: &ProgressBar) -> Self {
        Self {
            form: Form::Json(BufWriter::with_capacity(1 << 16, file)),
            written: Counts::default(),
            bar: bar.clone(),
            skipped: None,
        }
    }

    /// Comma-separated values.
    pub(crate) fn csv(columns: Columns, file: EvidenceFile, bar: &ProgressBar) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(columns.names())?;
        Ok(Self {
            form: Form::Csv(columns, Box::new(writer)),
            written: Counts::default(),
            bar: bar.clone(),
            skipped: None,
        })
    }

    /// Omits inconsistent records and names them.
    pub(crate) fn skipping(mut self) -> Self {
        self.skipped = Some(Vec::new());
        self
    }

    /// Whether to omit inconsistent records.
    pub(crate) const fn skips(&self) -> bool {
        self.skipped.is_some()
    }

    /// Omits a record.
    pub(crate) fn skip(&mut self, record: Inconsistency) {
        self.skipped.get_or_insert_default().push(record);
    }

    /// Writes one record.
    pub(crate) fn write(&mut self, record: &Record) -> io::Result<()> {
        match &mut self.form {
            Form::Json(out) => {
                serde_json::to_writer(&mut *out, record)?;
                out.write_all(b"\n")?;
            }
            Form::Csv(columns, out) => out.write_record(columns.cells(record))?,
        }
        let (kind, created_at) = (record.kind().as_str(), record.created_at());
        let counts = &mut self.written;
        counts.records += 1;
        self.bar.inc(1);
        *counts.records_by_kind.entry(kind).or_default() += 1;
        let first = counts.first_created_at.get_or_insert(created_at);
        *first = created_at.min(*first);
        let last = counts.last_created_at.get_or_insert(created_at);
        *last = created_at.max(*last);
        Ok(())
    }

    /// Ends the file and syncs it to the disk.
    pub(crate) fn finish(self) -> io::Result<Written> {
        let file = match self.form {
            Form::Json(out) => out.into_inner().map_err(|error| error.into_error())?,
            Form::Csv(_, out) => out.into_inner().map_err(|error| error.into_error())?,
        };
        let (file, sha256, bytes) = file.finish()?;
        Ok(Written {
            file,
            sha256,
            bytes,
            counts: self.written,
            skipped: self.skipped.unwrap_or_default(),
        })
    }
}
