//! Every single measurement, in a file, so that others can look again.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use serde_json::json;

use crate::meter::Usage;

/// The file of measurements.
#[derive(Debug)]
pub(crate) struct Samples(BufWriter<File>);

impl Samples {
    pub(crate) fn create(path: &Path) -> anyhow::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = File::create(path).with_context(|| format!("writing {}", path.display()))?;
        Ok(Self(BufWriter::new(file)))
    }

    /// Notes what `subject` of `backend` took for `units` of `work` in one round.
    pub(crate) fn note(
        &mut self,
        backend: &str,
        work: &str,
        subject: &str,
        (round, units): (usize, usize),
        usage: &Usage,
    ) -> anyhow::Result<()> {
        let line = json!({
            "backend": backend,
            "work": work,
            "subject": subject,
            "round": round,
            "units": units,
            "wall_us": usage.wall.as_nanos() as f64 / 1e3,
            "client_cpu_us": usage.client.as_nanos() as f64 / 1e3,
            "server_cpu_us": usage.server.as_nanos() as f64 / 1e3,
        });
        writeln!(self.0, "{line}")?;
        Ok(self.0.flush()?)
    }
}
