//! `logs import`: files become records.

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use indicatif::ProgressBar;
use logs_domain::AppendBatch;
use logs_import::Map;
use logs_import::source::MOST_ROW_BYTES;

use crate::failure::Failure;
use crate::import::{Format, Input, Job, Outcome, Pipeline, Plan, RefusedFile, Repeats, start};
use crate::output::one_line;
use crate::session::Session;

/// Import files as records
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Import {
    /// Files, also in gzip or zstd; a folder is its files, `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The jq program that makes drafts of each record, or the name of a map that comes with the
    /// command (see docs/import.md)
    #[arg(long, value_name = "MAP.jq")]
    map: Option<PathBuf>,

    /// The format of the files [default: detected]
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// The path to the array of records in a JSON document, such as `data.items`
    #[arg(long, value_name = "PATH", conflicts_with_all = ["delimiter", "columns"])]
    records: Option<String>,

    /// The separator of the cells of CSV [default: a comma, or what the first line has instead]
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    delimiter: Option<u8>,

    /// The columns of CSV without a line of names, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    columns: Option<Vec<String>>,

    /// The name of the source, from which ids are derived [default: the SHA-256 of the file]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,

    /// What to do if a key occurs again in a file with other content [default: refuse, for sessions last]
    #[arg(long, value_enum)]
    repeats: Option<Repeats>,

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
Without a map, each line of a file is a JSON object: a draft or an exported record.
  {\"llm_run\":{\"run_id\":\"r-1\",\"provider\":\"anthropic\",\"model\":\"claude-sonnet-4\",
    \"execution_status\":\"SUCCEEDED\",\"started_at\":\"2026-03-02T10:15:04Z\",\"source\":\"SDK\"}}
The command also knows traces of Langfuse and requests of OpenTelemetry. For any other JSON or CSV, a map is a jq program whose
outputs are such drafts. docs/import.md describes maps, and lists those of the command.
A second import of a file stores nothing twice.

Examples:
  logs import runs.ndjson --tenant acme
  logs import trace.json --tenant acme
  logs import usage.csv --tenant acme --map usage.jq --dry-run
  logs import trail.json.gz --map cloudtrail
  logs import ~/.claude/projects --tenant acme --format claude-code
  logs import otlp.jsonl.gz --tenant acme
  logs import usage.csv --tenant acme --map usage.jq --skip-bad refused.csv";

impl Import {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let plan = self.plan()?;
        let mut refused = self.skip_bad.clone().map(RefusedFile::new).transpose()?;
        let mut inputs = Vec::new();
        for path in &self.files {
            inputs.extend(Input::all(path).map_err(|error| unreadable(path, &error))?);
        }
        let pipe = inputs.iter().find(|input| !input.is_regular());
        if let Some(pipe) = pipe
            && self.source.is_none()
            && plan.uses_source
        {
            return Err(Failure::usage(format!(
                "{} has no name to derive ids from: name it with --source",
                pipe.name()
            )));
        }
        if inputs.len() > 1 && self.source.is_some() && plan.map.is_some() {
            return Err(Failure::usage(
                "--source takes one file, because records of several files would get the same ids",
            ));
        }
        if plan.map.is_none() && !self.platform {
            session.tenant()?;
        }
        let store = if self.dry_run {
            session.scratch().await?
        } else {
            session.store().await?
        };
        let mut all = Outcome::default();
        let mut ended = Ok(());
        for input in inputs {
            let name = input.name();
            if let Some(refused) = &mut refused {
                refused.start(name.clone(), heading(&plan, &input));
            }
            let bar = progress(&input, session.streams.err_is_terminal);
            let pipeline = Pipeline::new(Arc::clone(&store), self.batch as usize, refused.as_mut());
            let advance = |bytes| bar.set_position(bytes);
            let job = self.job(input, &plan, session);
            let (outcome, result) = pipeline.run(start(job), &advance).await;
            bar.finish_and_clear();
            let err = &mut session.streams.err;
            for refusal in &outcome.refusals {
                writeln!(err, "refused: {name}: {}", one_line(refusal))?;
            }
            for note in outcome.left_out.iter().chain(&outcome.notes) {
                writeln!(err, "note: {name}: {}", one_line(note))?;
            }
            all.notes.extend(outcome.left_out);
            all.notes.extend(outcome.notes);
            all.tenants.extend(outcome.tenants);
            all.stored += outcome.stored;
            all.already_stored += outcome.already_stored;
            all.refused += outcome.refused;
            ended = result.map_err(|failure| failure.within(&name, &self.told(&all, session)));
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
                "tenants": all.tenants,
            });
            writeln!(session.streams.out, "{summary}")?;
        } else {
            let told = self.told(&all, session);
            writeln!(session.streams.out, "{told}")?;
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

    fn plan(&self) -> Result<Plan, Failure> {
        let map = match &self.map {
            Some(path) => Some(program(path)?),
            None => None,
        };
        let records = self.records.iter().flat_map(|path| path.split('.'));
        let records: Vec<String> = records
            .map(|name| name.trim_end_matches("[]").to_owned())
            .collect();
        if records.iter().any(String::is_empty) {
            return Err(Failure::usage(
                "--records: names of members, such as data.items",
            ));
        }
        if !records.is_empty() && matches!(self.format, Some(Format::Ndjson | Format::Csv)) {
            return Err(Failure::usage(
                "--records is for JSON documents, without --format or with --format json",
            ));
        }
        Ok(Plan {
            format: self.format,
            uses_source: map.as_ref().is_some_and(|program| program.uses_source),
            own_map: map.as_ref().is_some_and(|program| program.own),
            map: map.map(|program| program.text),
            records,
            delimiter: self.delimiter,
            columns: self.columns.clone(),
        })
    }

    fn job(&self, input: Input, plan: &Plan, session: &Session<'_>) -> Job {
        let repeats = match self.repeats {
            Some(repeats) => repeats,
            None if plan.grows() => Repeats::Last,
            None => Repeats::Refuse,
        };
        Job {
            input,
            plan: plan.clone(),
            source: self.source.clone(),
            tenant: session.globals.tenant.clone(),
            only_tenant: session.globals.tenant_is_flag,
            platform: self.platform,
            repeats,
        }
    }

    /// The counts, and the tenants unless the command names the only one.
    fn told(&self, outcome: &Outcome, session: &Session<'_>) -> String {
        let Outcome {
            stored,
            already_stored,
            refused,
            ..
        } = outcome;
        let records = if *stored == 1 { "record" } else { "records" };
        let mut told = if self.dry_run {
            format!(
                "{stored} {records} would be stored, {already_stored} repeated, {refused} refused"
            )
        } else {
            format!("{stored} {records} stored, {already_stored} already stored, {refused} refused")
        };
        let named = session.globals.tenant.as_ref();
        if outcome.tenants.iter().any(|tenant| Some(tenant) != named) {
            const SHOWN: usize = 5;
            let names: Vec<&str> = outcome
                .tenants
                .iter()
                .take(SHOWN)
                .map(|tenant| tenant.as_str())
                .collect();
            let more = outcome.tenants.len().saturating_sub(SHOWN);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            told.push_str(&format!("; tenants: {}{more}", names.join(", ")));
        }
        told
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Ok(*byte),
        _ => Err("expected one ASCII character other than a quote, or \\t".to_owned()),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("{} cannot be read: {error}", path.display()))
}

/// The program of a map.
struct Program {
    text: String,
    /// Whether it names `$source`.
    uses_source: bool,
    /// Whether it is the user's.
    own: bool,
}

/// The program of a file, or of a map that comes with the command.
fn program(path: &Path) -> Result<Program, Failure> {
    let named = path.to_str().and_then(Map::shipped);
    let (text, own) = match (named, std::fs::read_to_string(path)) {
        (Some(program), Err(_)) => (program.to_owned(), false),
        (_, Ok(program)) => (program, true),
        (None, Err(error)) => {
            let names: Vec<&str> = Map::shipped_names().collect();
            let known = names.join(", ");
            let path = path.display();
            return Err(Failure::usage(format!(
                "--map: {path} cannot be read: {error}; the maps of the command are {known}"
            )));
        }
    };
    // A mistake is told before any file is read.
    match Map::parse(&text) {
        Ok(map) => Ok(Program {
            text,
            uses_source: map.uses_source(),
            own,
        }),
        Err(error) => Err(Failure::usage(format!("{}: {error}", path.display()))),
    }
}

/// The names of the columns of CSV, which refused rows need in a file of their own.
fn heading(plan: &Plan, input: &Input) -> Option<String> {
    if !input.is_regular() {
        return None;
    }
    let mut reader = input.open().ok()?;
    if !plan.has_heading(reader.fill_buf().ok()?) {
        return None;
    }
    let mut line = Vec::new();
    std::io::Read::take(reader, MOST_ROW_BYTES as u64)
        .read_until(b'\n', &mut line)
        .ok()?;
    Some(String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// A bar on a terminal, for files that are long enough to wait for.
fn progress(input: &Input, terminal: bool) -> ProgressBar {
    let bytes = input.len();
    let template = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
    crate::output::progress(terminal && bytes.is_some(), bytes, template)
}
