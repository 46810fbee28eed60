//! `logs-verify`: checks a bundle of evidence, or the receipt of a record, offline.

mod directory;
mod report;

use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use logs_ledger::{
    Checkpoint, MAX_NOTE_BYTES, MAX_TLOG_PROOF_BYTES, NoteVerifier, SignedNote, Verification,
};

use self::directory::Directory;
use self::report::Report;

const ALTERED: u8 = 1;
const UNREADABLE: u8 = 2;
const USAGE: u8 = 64;

/// Check that the records of an evidence bundle or a receipt are intact and in the log
///
/// It trusts only the given keys and the checkpoint that you obtained earlier from another source. It
/// uses no network.
#[derive(Parser)]
#[command(version, after_long_help = HELP)]
struct Arguments {
    /// A public key of the log, such as logs.example/acme+1a2b3c4d+AZ…; two during a rotation
    #[arg(long = "key", value_name = "VKEY", required = true, value_parser = key)]
    keys: Vec<NoteVerifier>,

    /// An earlier checkpoint of the log, which the log must extend
    #[arg(long, value_name = "FILE")]
    trusted_checkpoint: Option<PathBuf>,

    /// Print one JSON object a line: the findings, then the verdict
    #[arg(long)]
    json: bool,

    /// The folder of a bundle, or the file of a receipt
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
}

const HELP: &str = "\
Exit codes: 0 intact, 1 altered, 2 unreadable (which proves no more than altered), 64 wrong usage.

Examples:
  logs-verify --key logs.example/acme+1a2b3c4d+AZ… --trusted-checkpoint march.checkpoint evidence/
  logs-verify --key logs.example/acme+1a2b3c4d+AZ… run-1.receipt";

fn key(text: &str) -> Result<NoteVerifier, String> {
    NoteVerifier::parse(text).map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // There is nowhere to report that this cannot be written.
            let _ = error.print();
            let code = if error.use_stderr() { USAGE } else { 0 };
            return ExitCode::from(code);
        }
    };
    let mut out = BufWriter::new(io::stdout().lock());
    match run(&arguments, &mut out).and_then(|code| {
        out.flush().map_err(unwritten)?;
        Ok(code)
    }) {
        Ok(code) => ExitCode::from(code),
        Err((code, message)) => {
            // There is nowhere to report that this cannot be written.
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::from(code)
        }
    }
}

/// Checks the bundle; the exit code, or another one and why.
fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<u8, (u8, String)> {
    let trusted = match &arguments.trusted_checkpoint {
        Some(path) => Some(
            trusted(path, &arguments.keys)
                .map_err(|reason| (USAGE, format!("{}: {reason}", path.display())))?,
        ),
        None => None,
    };
    let unusable = |error| (USAGE, format!("{}: {error}", arguments.bundle.display()));
    let receipt = fs::metadata(&arguments.bundle).map_err(unusable)?.is_file();
    let verification = Verification {
        keys: &arguments.keys,
        trusted: trusted.as_ref(),
    };
    let mut report = Report {
        out,
        json: arguments.json,
        failed: None,
    };
    let judged = if receipt {
        let text = receipt_text(&arguments.bundle).map_err(unusable)?;
        let judged = verification.run_receipt(&text, &mut |finding| report.finding(finding));
        judged.map(|summary| {
            report.receipt(&summary);
            summary.findings
        })
    } else {
        let source = Directory::open(&arguments.bundle).map_err(unusable)?;
        let judged = verification.run(&source, &mut |finding| report.finding(finding));
        judged.map(|summary| {
            report.bundle(&summary);
            summary.findings
        })
    };
    let code = match judged {
        Ok(0) => 0,
        Ok(_) => ALTERED,
        Err(unreadable) => {
            report.unreadable(&unreadable);
            UNREADABLE
        }
    };
    match report.failed {
        None => Ok(code),
        Some(error) => Err(unwritten(error)),
    }
}

/// Reads a receipt. One byte more than the longest is enough to refuse it.
fn receipt_text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MAX_TLOG_PROOF_BYTES).unwrap_or(u64::MAX);
    fs::File::open(path)?
        .take(most + 1)
        .read_to_end(&mut bytes)?;
    // What is no text is no receipt: it is refused as one that was damaged.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The answer got lost: nobody may take that for intact.
fn unwritten(error: io::Error) -> (u8, String) {
    (UNREADABLE, format!("the answer cannot be written: {error}"))
}

/// Reads the trusted checkpoint. It is signed too: a file that was damaged helps nobody.
fn trusted(path: &Path, keys: &[NoteVerifier]) -> Result<Checkpoint, String> {
    let length = fs::metadata(path).map_err(|error| error.to_string())?;
    if usize::try_from(length.len()).is_ok_and(|length| length > MAX_NOTE_BYTES) {
        return Err(format!("a checkpoint has at most {MAX_NOTE_BYTES} bytes"));
    }
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let note = SignedNote::parse(&text).map_err(|error| error.to_string())?;
    Checkpoint::open(&note, keys).map_err(|error| error.to_string())
}
