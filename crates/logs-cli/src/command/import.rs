//! `logs import`: files become records.

use clap::Args;
use indicatif::ProgressBar;
use logs_domain::AppendBatch;
use std::path::PathBuf;
use std::sync::Arc;

use crate::failure::Failure;
use crate::import::{
    Format, ImportContext, Input, Job, Mapping, Outcome, Pipeline, RefusedFile, Translator, start,
};
use crate::output::one_line;
use crate::session::Session;

/// Import files as records
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Import {
    /// The files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The mapping from foreign records to drafts (see docs/import.md)
    #[arg(long, value_name = "MAP.toml")]
    mapping: Option<PathBuf>,

    /// The format of the files [default: detected]
    #[arg(long, value_enum, conflicts_with = "mapping")]
    format: Option<Format>,

    /// The name of the source, from which ids are derived [default: the SHA-256 of the file]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,

    /// Also import exported records of the platform, as records of the platform
    #[arg(long)]
    platform: bool,

    /// Import into an empty temporary store, and leave the store unchanged
    #[arg(long)]
    dry_run: bool,

    /// Continue after bad records: write them to FILE, and the reasons to FILE.reasons
    #[arg(long, value_name = "FILE")]
    skip_bad: Option<PathBuf>,

    /// The number of records in one append
    #[arg(
        long,
        value_name = "RECORDS",
        default_value_t = 1000,
        value_parser = clap::value_parser!(u32).range(1..=AppendBatch::MAX_RECORDS as i64)
    )]
    batch: u32,
}

const EXAMPLES: &str = "\
Without a mapping, each line of a file is a JSON object: a draft or an exported record.
  {\"llm_run\":{\"run_id\":\"r-1\",\"provider\":\"anthropic\",\"model\":\"claude-sonnet-4\",
    \"execution_status\":\"SUCCEEDED\",\"started_at\":\"2026-03-02T10:15:04Z\",\"source\":\"SDK\"}}
A file can also be one trace exported by Langfuse. A second import of a file stores nothing twice.

Examples:
  logs import runs.ndjson --tenant acme
  logs import trace.json --tenant acme
  logs import usage.csv --tenant acme --mapping usage.toml --dry-run
  logs import usage.csv --tenant acme --mapping usage.toml --skip-bad refused.csv
  zcat runs.ndjson.gz | logs import - --tenant acme";

impl Import {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let mapping = match &self.mapping {
            Some(path) => Some(read_mapping(path)?),
            None => None,
        };
        let mut refused = self.skip_bad.clone().map(RefusedFile::new).transpose()?;
        for file in &self.files {
            let input = Input::new(file.clone());
            input.check().map_err(|error| unreadable(&input, &error))?;
        }
        if self.files.len() > 1 && self.source.is_some() && mapping.is_some() {
            return Err(Failure::usage(
                "--source takes one file, because records of several files would get the same ids",
            ));
        }
        let store = if self.dry_run {
            session.scratch().await?
        } else {
            session.store().await?
        };
        let mut all = Outcome::default();
        let mut ended = Ok(());
        for file in &self.files {
            let input = Input::new(file.clone());
            let name = input.name();
            let job = self.job(input, mapping.as_ref(), session)?;
            if let Some(refused) = &mut refused {
                let named = job.format == Format::Csv && job.translator.shape().columns.is_none();
                let heading = named.then(|| job.input.first_line());
                refused.start(name.clone(), heading.transpose()?);
            }
            let bar = progress(&job.input, session.streams.err_is_terminal);
            let pipeline = Pipeline::new(Arc::clone(&store), self.batch as usize, refused.as_mut());
            let advance = |bytes| bar.set_position(bytes);
            let (outcome, result) = pipeline.run(start(job), &advance).await;
            bar.finish_and_clear();
            for refusal in &outcome.refusals {
                writeln!(
                    session.streams.err,
                    "refused: {name}: {}",
                    one_line(refusal)
                )?;
            }
            for note in &outcome.notes {
                writeln!(session.streams.err, "note: {name}: {}", one_line(note))?;
            }
            all.notes.extend(outcome.notes);
            all.stored += outcome.stored;
            all.already_stored += outcome.already_stored;
            all.refused += outcome.refused;
            ended = result.map_err(|failure| failure.within(&name, &told(&all, self.dry_run)));
            if ended.is_err() {
                break;
            }
        }
        if let Some(file) = &mut refused {
            file.finish()?;
        }
        ended?;
        if session.json() {
            let summary = serde_json::json!({
                "stored": all.stored,
                "already_stored": all.already_stored,
                "refused": all.refused,
                "dry_run": self.dry_run,
                "notes": all.notes,
            });
            writeln!(session.streams.out, "{summary}")?;
        } else {
            writeln!(session.streams.out, "{}", told(&all, self.dry_run))?;
        }
        match (&self.skip_bad, all.refused) {
            (Some(file), 1..) => {
                writeln!(
                    session.streams.err,
                    "refused records are in {0}, and the reasons in {0}.reasons",
                    file.display()
                )?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn job(
        &self,
        input: Input,
        mapping: Option<&Mapping>,
        session: &Session<'_>,
    ) -> Result<Job, Failure> {
        let unreadable = |error| unreadable(&input, &error);
        let format = match (mapping, self.format) {
            (Some(mapping), _) => mapping.format,
            (None, Some(format)) => format,
            (None, None) => input.detect().map_err(unreadable)?,
        };
        let translator = match (mapping, format) {
            (Some(mapping), _) => Translator::Mapped(Box::new(mapping.clone())),
            (None, Format::Langfuse) => Translator::Langfuse,
            (None, Format::Jsonl) => Translator::Native,
            (None, Format::Csv | Format::Json) => {
                return Err(Failure::usage("CSV and JSON of any shape need a --mapping"));
            }
        };
        let source = match (&self.source, &translator) {
            (Some(source), _) => source.clone(),
            // Only mappings derive ids.
            (None, Translator::Native | Translator::Langfuse) => String::new(),
            (None, Translator::Mapped(_)) if !input.is_regular() => {
                return Err(Failure::usage(format!(
                    "{} has no name to derive ids from: name it with --source",
                    input.name()
                )));
            }
            (None, Translator::Mapped(_)) => input.digest().map_err(unreadable)?,
        };
        let named_by_record = match &translator {
            Translator::Native => self.platform,
            Translator::Langfuse => false,
            Translator::Mapped(mapping) => mapping.names_tenant(),
        };
        let tenant = if named_by_record {
            session.globals.tenant.clone()
        } else {
            Some(session.tenant()?)
        };
        let context = ImportContext {
            source,
            tenant,
            platform: self.platform,
        };
        Ok(Job {
            input,
            format,
            translator,
            context,
        })
    }
}

fn unreadable(input: &Input, error: &std::io::Error) -> Failure {
    Failure::usage(format!("{} cannot be read: {error}", input.name()))
}

fn read_mapping(path: &std::path::Path) -> Result<Mapping, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())))?;
    Mapping::parse(&text).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

fn told(outcome: &Outcome, dry_run: bool) -> String {
    let Outcome {
        stored,
        already_stored,
        refused,
        ..
    } = outcome;
    let records = if *stored == 1 { "record" } else { "records" };
    if dry_run {
        format!("{stored} {records} would be stored, {already_stored} repeated, {refused} refused")
    } else {
        format!("{stored} {records} stored, {already_stored} already stored, {refused} refused")
    }
}

/// A bar on a terminal, for files that are long enough to wait for.
fn progress(input: &Input, terminal: bool) -> ProgressBar {
    let bytes = input.len();
    let template = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
    crate::output::progress(terminal && bytes.is_some(), bytes, template)
}
