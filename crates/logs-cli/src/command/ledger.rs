//! `logs ledger`: the logs that cover the records of a store.

use clap::{Args, Subcommand};
use logs_domain::{LedgerLog, LogsLedger, PageLimit, RecordKind, StoreOptions};
use logs_proof::{Finding, Summary, check_log};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{self, Column, Row, Table};
use crate::session::Session;

const VERIFY_EXAMPLES: &str = "\
The command changes nothing. It reads every entry of a log and every record of its owner, and
prints a line for each finding. It ends with exit code 1 when there is one. The command compares the
store with itself: only a signed checkpoint that left the store shows that somebody computed a
whole log anew.

Examples:
  logs ledger verify
  logs ledger verify --tenant acme --json";

/// Logs of entries, one for each tenant and one for the platform.
#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    /// Compare each log with the records of its owner
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(Verify),
}

impl Ledger {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        match self {
            Self::Verify(command) => command.run(session).await,
        }
    }
}

/// With a tenant, its log alone.
#[derive(Args, Debug)]
pub(crate) struct Verify {}

/// What a check of one log came to.
#[derive(Serialize)]
struct LogLine {
    log: String,
    entries: u64,
    not_covered: u64,
    findings: u64,
}

impl Row for LogLine {
    const COLUMNS: &'static [Column] = &[
        Column::text("LOG"),
        Column::number("ENTRIES"),
        Column::number("NOT COVERED"),
        Column::number("FINDINGS"),
    ];

    fn cells(&self) -> Vec<String> {
        let numbers = [self.entries, self.not_covered, self.findings];
        let numbers = numbers.map(|number| number.to_string());
        [vec![self.log.clone()], numbers.to_vec()].concat()
    }
}

#[derive(Serialize)]
struct FindingLine<'a> {
    log: &'a str,
    finding: String,
    kind: Option<RecordKind>,
    id: Option<String>,
    index: Option<u64>,
}

impl Verify {
    async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let options = StoreOptions::default();
        let store = logs_store::connect_ledger(&session.globals.store, options).await?;
        let logs = match &session.globals.tenant {
            Some(tenant) => vec![LedgerLog::of(Some(tenant))],
            None => all(&*store).await?,
        };
        let mut lines = Vec::new();
        for log in logs {
            let (findings, summary) = check(&*store, &log, session.streams.err_is_terminal).await?;
            for finding in &findings {
                tell(session, log.as_str(), finding)?;
            }
            lines.push(LogLine {
                log: log.to_string(),
                entries: summary.entries,
                not_covered: summary.not_covered,
                findings: summary.findings,
            });
        }
        store.close().await?;
        if session.json() {
            for line in &lines {
                output::json(session.output(), line)?;
            }
        } else {
            Table::new(LogLine::COLUMNS).write(session.streams.out, &lines)?;
        }
        let wrong: Vec<&str> = lines
            .iter()
            .filter(|line| line.findings > 0)
            .map(|line| line.log.as_str())
            .collect();
        if wrong.is_empty() {
            return Ok(());
        }
        let (count, names) = (wrong.len(), wrong.join(", "));
        Err(Failure::refused(format!(
            "{count} of {} logs do not fit their records: {names}",
            lines.len()
        )))
    }
}

/// All logs of a store.
async fn all(ledger: &dyn LogsLedger) -> Result<Vec<LedgerLog>, Failure> {
    let mut logs: Vec<LedgerLog> = Vec::new();
    loop {
        let page = ledger.ledger_logs(logs.last().cloned(), PageLimit::MAX);
        let page = page.await?;
        if page.is_empty() {
            return Ok(logs);
        }
        logs.extend(page.into_iter().map(|status| status.log));
    }
}

async fn check(
    ledger: &dyn LogsLedger,
    log: &LedgerLog,
    is_terminal: bool,
) -> Result<(Vec<Finding>, Summary), Failure> {
    let template = "{bar:40} {human_pos} of {human_len} entries, {elapsed}, {eta} left";
    let bar = output::progress(is_terminal, Some(0), template);
    let advance = |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let mut findings = Vec::new();
    let mut tell = |finding| findings.push(finding);
    let summary = check_log(ledger, log, &mut tell, &advance).await;
    bar.finish_and_clear();
    Ok((findings, summary?))
}

fn tell(session: &mut Session<'_>, log: &str, finding: &Finding) -> Result<(), Failure> {
    if !session.json() {
        return Ok(writeln!(session.streams.out, "{log}: {finding}")?);
    }
    let line = FindingLine {
        log,
        finding: finding.problem.to_string(),
        kind: finding.kind.and_then(RecordKind::from_number),
        id: finding.id.map(|id| id.to_string()),
        index: finding.index,
    };
    output::json(session.output(), &line)
}
