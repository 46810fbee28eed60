//! What to measure.

use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};

/// Measures each store beside its baselines.
#[derive(Debug, Parser)]
#[command(name = "logs-bench")]
pub(crate) struct Arguments {
    /// How many runs are stored before appends and reads are measured
    #[arg(long, default_value_t = 100_000)]
    pub(crate) rows: usize,
    /// The store to measure
    #[arg(long, value_enum, default_value = "all")]
    pub(crate) backend: Backend,
    /// Fewer rounds over fewer rows: minutes instead of tens of minutes
    #[arg(long)]
    pub(crate) quick: bool,
    /// Only growth: the same questions of stores of a thousandth, a hundredth, a tenth of the rows
    /// and of all of them
    #[arg(long)]
    pub(crate) growth: bool,
    /// Only usage of SQLite and PostgreSQL: sums over all runs, and what appends pay for their indexes
    #[arg(long, conflicts_with = "growth")]
    pub(crate) usage: bool,
    /// Only the service over SQLite and PostgreSQL: exports of spans, questions, memory, start
    #[arg(long, conflicts_with_all = ["growth", "usage"])]
    pub(crate) service: bool,
    /// Only imports, by the drafts form and by maps, beside jq
    #[arg(long, conflicts_with_all = ["growth", "usage", "service"])]
    pub(crate) import: bool,
    /// Where every single measurement is written, one JSON object per line
    #[arg(long, default_value = "target/bench/samples.ndjson")]
    pub(crate) samples: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Backend {
    All,
    Memory,
    Sqlite,
    Postgres,
}

/// One size of append: how many records, how many appends are one measurement, how many rounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) records: usize,
    pub(crate) appends: usize,
    pub(crate) rounds: usize,
}

impl Arguments {
    pub(crate) fn wants(&self, backend: Backend) -> bool {
        self.backend == Backend::All || self.backend == backend
    }

    /// Where databases of the measurement are, on the disk of the file of measurements.
    pub(crate) fn folder(&self) -> &Path {
        self.samples.parent().unwrap_or(Path::new("."))
    }

    /// How many runs are stored first.
    pub(crate) fn stored(&self) -> usize {
        if self.quick {
            self.rows.min(20_000)
        } else {
            self.rows
        }
    }

    /// How often imports, and exports to the service, are measured.
    pub(crate) const fn transfers(&self) -> usize {
        if self.quick { 3 } else { 9 }
    }

    /// How many records are imported.
    pub(crate) const fn imported(&self) -> usize {
        if self.quick { 20_000 } else { 100_000 }
    }

    /// How often each question to the service is asked, at most 1,000.
    pub(crate) const fn questions(&self) -> usize {
        if self.quick { 200 } else { 1_000 }
    }

    /// How often each read is measured.
    pub(crate) const fn rounds(&self) -> usize {
        if self.quick { 9 } else { 31 }
    }

    /// The sizes of appends. Small ones are measured many at a time: one is too short for a clock.
    pub(crate) fn sizes(&self) -> Vec<Size> {
        let (appends, rounds) = if self.quick { (20, 7) } else { (50, 21) };
        [1, 10, 100, 1_000, 10_000]
            .into_iter()
            .map(|records| Size {
                records,
                appends: (appends / records).max(1),
                rounds: if records == 10_000 {
                    rounds.min(11)
                } else {
                    rounds
                },
            })
            .collect()
    }
}
