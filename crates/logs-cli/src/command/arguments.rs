//! The command line as a whole.

use std::ffi::OsString;
use std::io::Write;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};

use super::Command;
use super::serve::words_of_file;
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
    /// Parses a command line, its first word being the name of the program, and the file that it names. `None` if it
    /// asks for help, which is printed.
    pub(crate) fn of(
        words: impl IntoIterator<Item = OsString>,
        out: &mut dyn Write,
    ) -> Result<Option<Self>, Failure> {
        let mut words: Vec<OsString> = words.into_iter().collect();
        match Self::parsed(&mut words)? {
            Ok(arguments) => Ok(Some(arguments)),
            Err(error) => explain(&error, &words, out).map(|()| None),
        }
    }

    /// Parses words, with those of the file that they name.
    fn parsed(words: &mut Vec<OsString>) -> Result<Result<Self, clap::Error>, Failure> {
        let matches = match Self::command().try_get_matches_from(words.iter()) {
            Ok(matches) => matches,
            Err(error) => return Ok(Err(error)),
        };
        let Some((name @ "serve", inner)) = matches.subcommand() else {
            return Ok(Self::of_matches(&matches));
        };
        let mut command = Self::command();
        // Only then do commands have the options of every command.
        command.build();
        if let Some(serve) = command.find_subcommand(name) {
            words.extend(words_of_file(serve, inner)?);
        }
        let matches = Self::command().try_get_matches_from(words.iter());
        Ok(matches.and_then(|matches| Self::of_matches(&matches)))
    }

    fn of_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut arguments = Self::from_arg_matches(matches)?;
        let mut innermost = matches;
        while let Some((_, inner)) = innermost.subcommand() {
            innermost = inner;
        }
        let source = innermost.value_source("tenant");
        arguments.globals.tenant_is_flag = source == Some(ValueSource::CommandLine);
        Ok(arguments)
    }
}

/// Prints requested help, and reduces an error of the command line to one line.
fn explain(error: &clap::Error, words: &[OsString], out: &mut dyn Write) -> Result<(), Failure> {
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
    let variable = variable(error, words);
    let variable = variable.map_or_else(String::new, |name| format!("{name}: "));
    Err(Failure::usage(variable + &in_one_line(&text)))
}

/// The variable of the environment whose value is wrong; `None` if the value is that of a flag.
fn variable(error: &clap::Error, words: &[OsString]) -> Option<String> {
    let Some(ContextValue::String(option)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let flag = option.split([' ', '=']).next()?;
    let is_flag = |word: &OsString| word.to_string_lossy().split('=').next() == Some(flag);
    if words.iter().any(is_flag) {
        return None;
    }
    variable_of(&Arguments::command(), flag.strip_prefix("--")?)
}

/// The variable of an option of a command, or of those below it.
fn variable_of(command: &clap::Command, long: &str) -> Option<String> {
    let option = command
        .get_arguments()
        .find(|option| option.get_long() == Some(long));
    if let Some(variable) = option.and_then(|option| option.get_env()) {
        return Some(variable.to_string_lossy().into_owned());
    }
    command
        .get_subcommands()
        .find_map(|command| variable_of(command, long))
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
        let line = std::iter::once(&"logs").chain(words);
        let error = Arguments::try_parse_from(line).unwrap_err();
        let words: Vec<_> = words.iter().map(Into::into).collect();
        let failure = explain(&error, &words, &mut Vec::new()).unwrap_err();
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
