//! The file of configuration. Its keys are the options of the command line, so each option is declared once.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use logs_domain::InvalidValue;
use toml::{Table, Value};

use crate::failure::Failure;

/// Options that are no keys of the file.
const NO_KEYS: [&str; 5] = ["check", "config", "help", "json", "version"];
/// The option whose value may hold a password, which no error shows.
const SECRET: &str = "store";

/// The words that the file of `--config` adds to the command line of `command`: nothing where a flag or the
/// environment says something else. `matches` are those of the command.
///
/// # Errors
/// The file cannot be read, is no TOML, or has a key or a value that is not taken.
pub(crate) fn words_of_file(
    command: &Command,
    matches: &ArgMatches,
) -> Result<Vec<OsString>, Failure> {
    let Ok(Some(file)) = matches.try_get_one::<std::path::PathBuf>("config") else {
        return Ok(Vec::new());
    };
    let mut words = Vec::new();
    for (key, value) in &read(file)? {
        let refused =
            |reason: String| Failure::usage(format!("{}: {key}: {reason}", file.display()));
        let option = option(command, key).map_err(refused)?;
        let texts = texts(option, value).map_err(refused)?;
        for text in &texts {
            taken(option, text).map_err(refused)?;
        }
        let source = matches.value_source(option.get_id().as_str());
        if matches!(
            source,
            Some(ValueSource::CommandLine | ValueSource::EnvVariable)
        ) {
            continue;
        }
        let long = option.get_long().unwrap_or_default();
        words.extend(
            texts
                .into_iter()
                .map(|text| format!("--{long}={text}").into()),
        );
    }
    Ok(words)
}

fn read(file: &Path) -> Result<Table, Failure> {
    let name = file.display();
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::usage(format!("--config: {name}: {error}")))?;
    text.parse().map_err(|error: toml::de::Error| {
        // The error itself shows the line, which may hold a password.
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.unwrap_or_default().matches('\n').count() + 1;
        Failure::usage(format!(
            "{name}: line {line}: expected TOML: {}",
            error.message()
        ))
    })
}

/// The option that a key names.
fn option<'a>(command: &'a Command, key: &str) -> Result<&'a Arg, String> {
    let key_of = |option: &Arg| option.get_long().map(|long| long.replace('-', "_"));
    let mut keys: Vec<(String, &Arg)> = command
        .get_arguments()
        .filter_map(|option| Some((key_of(option)?, option)))
        .filter(|(key, _)| !NO_KEYS.contains(&key.as_str()))
        .collect();
    if let Some((_, option)) = keys.iter().find(|(known, _)| known == key) {
        return Ok(option);
    }
    keys.sort_by(|one, other| one.0.cmp(&other.0));
    let keys: Vec<&str> = keys.iter().map(|(key, _)| key.as_str()).collect();
    Err(format!("unknown, expected one of {}", keys.join(", ")))
}

/// The values of a key, as words of a command line have them.
fn texts(option: &Arg, value: &Value) -> Result<Vec<String>, String> {
    let is_list = matches!(option.get_action(), ArgAction::Append);
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_)
        | Value::Array(_)
        | Value::Table(_) => None,
    };
    let texts = match value.as_array().filter(|_| is_list) {
        Some(values) => values.iter().map(text).collect(),
        None => text(value).map(|text| vec![text]),
    };
    texts.ok_or_else(|| {
        let shown = match option.get_id().as_str() {
            SECRET => value.type_str().to_owned(),
            _ => value.to_string(),
        };
        let expected = if is_list {
            "a text or a list of texts"
        } else {
            "a text or a whole number"
        };
        format!("got `{shown}`, expected {expected}")
    })
}

/// Whether an option takes a value.
fn taken(option: &Arg, text: &str) -> Result<(), String> {
    let long = option.get_long().unwrap_or_default();
    let alone = Command::new("logs")
        .no_binary_name(true)
        .arg(option.clone());
    let Err(error) = alone.try_get_matches_from([format!("--{long}={text}")]) else {
        return Ok(());
    };
    let source = error.source();
    let expected = match (source, error.get(ContextKind::ValidValue)) {
        (Some(source), _) => match source.downcast_ref::<InvalidValue>() {
            Some(refused) => format!("expected {}", refused.expected()),
            None => source.to_string(),
        },
        (None, Some(ContextValue::Strings(words))) => {
            format!("expected one of {}", words.join(", "))
        }
        (None, _) => "expected another value".to_owned(),
    };
    Err(format!("got `{text}`, {expected}"))
}
