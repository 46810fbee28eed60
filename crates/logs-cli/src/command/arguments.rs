//! The command line as a whole.

use std::ffi::OsString;
use std::io::Write;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser};

use super::Command;
use crate::failure::Failure;
use crate::globals::Globals;

/// Store, query and export evidence of what AI agents did.
#[derive(Debug, Parser)]
#[command(name = "logs", version, term_width = 100)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Times are RFC 3339 with a zone, such as 2026-03-02T10:15:04Z; tables show them in UTC. With --json
a list has one record on each line. One line on standard error has the total and the cursors.

Exit codes: 0 done, 1 refused by data, 2 wrong usage, 3 store unavailable.

Examples:
  export LOGS_TENANT=acme
  logs import examples/sample/agent-run.ndjson
  logs runs list --status FAILED --limit 20
  logs trace show trace-7f3a
  logs replay --around run-7f3a --seconds 60";

impl Arguments {
    /// Parses a command line, its first word being the name of the program.
    pub(crate) fn of(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let matches = Self::command().try_get_matches_from(words)?;
        let mut arguments = Self::from_arg_matches(&matches)?;
        let mut innermost = &matches;
        while let Some((_, inner)) = innermost.subcommand() {
            innermost = inner;
        }
        let source = innermost.value_source("tenant");
        arguments.globals.tenant_is_flag = source == Some(ValueSource::CommandLine);
        Ok(arguments)
    }
}

/// Prints requested help, and reduces an error of the command line to one line.
pub(crate) fn explain(error: &clap::Error, out: &mut dyn Write) -> Result<(), Failure> {
    let text = error.render().to_string();
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        out.write_all(text.as_bytes())?;
        return Ok(());
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Err(Failure::usage("which command? see `logs --help`"));
    }
    Err(Failure::usage(in_one_line(&text)))
}

/// The error of clap with its tips, without its banner.
fn in_one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut message = String::new();
    for line in lines {
        let line = line.strip_prefix("error: ").unwrap_or(line);
        if let Some(usage) = line.strip_prefix("Usage: ") {
            let is_name = |word: &&str| !word.starts_with(['-', '<', '[']);
            let command: Vec<&str> = usage.split(' ').take_while(is_name).collect();
            message.push_str(&format!("; see `{} --help`", command.join(" ")));
        } else if !line.starts_with("For more information") {
            let gap = match message.chars().last() {
                None => "",
                Some(':') => " ",
                Some(_) => "; ",
            };
            message.push_str(gap);
            message.push_str(line);
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Arguments, explain};

    fn message(words: &[&str]) -> String {
        let words = std::iter::once(&"logs").chain(words);
        let error = Arguments::try_parse_from(words).unwrap_err();
        let failure = explain(&error, &mut Vec::new()).unwrap_err();
        failure.message().unwrap().to_owned()
    }

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_error_is_one_line_that_names_the_flag() {
        let error = message(&["runs", "list", "--started-from", "yesterday"]);
        assert!(error.contains("--started-from"), "{error}");
        assert!(error.contains("RFC 3339"), "{error}");
        let error = message(&["runs", "list", "--status", "BROKEN"]);
        assert!(
            error.contains("SUCCEEDED, FAILED, ABORTED, TIMEOUT"),
            "{error}"
        );
        let error = message(&["runs", "show"]);
        assert!(
            error.ends_with("<RUN>; see `logs runs show --help`"),
            "{error}"
        );
        for words in [&["runs", "show"][..], &["--nothing"], &[], &["runs"]] {
            let error = message(words);
            assert!(!error.is_empty() && !error.contains('\n'), "{error}");
        }
    }
}
