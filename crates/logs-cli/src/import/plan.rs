//! How a file is imported: its form, and what makes drafts of its records.

use std::collections::HashMap;

use clap::ValueEnum;
use logs_domain::RecordKind;
use logs_import::source::{Form, Looks, looks_like};
use serde::de::IgnoredAny;

use super::otlp;

/// The format of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One JSON value on each line
    #[value(alias = "jsonl")]
    Ndjson,
    /// Comma-separated values
    Csv,
    /// One JSON document
    Json,
    /// Traces and observations exported by Langfuse
    Langfuse,
    /// Sessions of Claude Code
    ClaudeCode,
    /// Sessions of Codex
    Codex,
    /// Requests of OpenTelemetry in JSON, as a collector writes them
    Otlp,
}

impl Format {
    /// The map that comes with the command for this format.
    const fn map(self) -> Option<&'static str> {
        match self {
            Self::Langfuse => Some("langfuse"),
            Self::ClaudeCode => Some("claude-code"),
            Self::Codex => Some("codex"),
            Self::Ndjson | Self::Csv | Self::Json | Self::Otlp => None,
        }
    }
}

/// What the command line says about files.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) format: Option<Format>,
    /// The program of `--map`.
    pub(crate) map: Option<String>,
    /// Whether it derives ids from the name of the source.
    pub(crate) uses_source: bool,
    /// Whether it is the user's, and none that comes with the command.
    pub(crate) own_map: bool,
    /// The path to the records of a document.
    pub(crate) records: Vec<String>,
    pub(crate) delimiter: Option<u8>,
    pub(crate) columns: Option<Vec<String>>,
}

/// The plan for one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) form: Form,
    pub(super) content: Content,
}

/// What the records of a file are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Drafts, or records from `logs export`.
    Own,
    /// Export requests of OpenTelemetry.
    Otlp,
    /// Records of which this program makes drafts.
    Foreign {
        map: String,
        /// Whether the map is the user's, who wants to know about its fields.
        own_map: bool,
    },
}

const SEE: &str = "see docs/import.md";

impl Plan {
    /// Whether files of sessions grow: the last draft of a key is the whole one.
    pub(crate) const fn grows(&self) -> bool {
        matches!(self.format, Some(Format::ClaudeCode | Format::Codex))
    }

    /// Whether a file with these first bytes is CSV with a line of names.
    pub(crate) fn has_heading(&self, start: &[u8]) -> bool {
        let form = self.choose(start).map(|chosen| chosen.form);
        matches!(form, Ok(Form::Csv { columns: None, .. }))
    }

    /// Chooses by the first bytes of a file.
    ///
    /// # Errors
    /// A sentence for the user of the command.
    pub(super) fn choose(&self, start: &[u8]) -> Result<Chosen, String> {
        let looks = looks_like(start);
        match looks {
            Looks::Utf16 => {
                let told = "this is UTF-16, and an import reads UTF-8: convert it with \
                            `iconv -f UTF-16 -t UTF-8 FILE | logs import -`";
                return Err(told.into());
            }
            Looks::Binary(name) => {
                return Err(format!("this is {name}, not JSON or CSV; {SEE}"));
            }
            Looks::Empty | Looks::Lines | Looks::Document | Looks::Text => {}
        }
        let csv = || Form::Csv {
            delimiter: self.delimiter.unwrap_or_else(|| separator(start)),
            columns: self.columns.clone(),
        };
        let by_looks = || match looks {
            _ if !self.records.is_empty() => Form::Document(self.records.clone()),
            _ if self.delimiter.is_some() || self.columns.is_some() => csv(),
            Looks::Document => Form::Document(Vec::new()),
            Looks::Text => csv(),
            Looks::Empty | Looks::Lines | Looks::Utf16 | Looks::Binary(_) => Form::Lines,
        };
        let form = match self.format {
            Some(Format::Ndjson) => Form::Lines,
            Some(Format::Json) => Form::Document(self.records.clone()),
            Some(Format::Csv) => csv(),
            Some(Format::Langfuse | Format::ClaudeCode | Format::Codex | Format::Otlp) | None => {
                by_looks()
            }
        };
        if let Some(map) = &self.map {
            let content = Content::Foreign {
                map: map.clone(),
                own_map: self.own_map,
            };
            return Ok(Chosen { form, content });
        }
        let shipped = |name| {
            let map = logs_import::Map::shipped(name).map(str::to_owned);
            let missing = || format!("this command has no map {name}");
            let content = Content::Foreign {
                map: map.ok_or_else(missing)?,
                own_map: false,
            };
            Ok(Chosen {
                form: form.clone(),
                content,
            })
        };
        if let Some(name) = self.format.and_then(Format::map) {
            return shipped(name);
        }
        if self.format == Some(Format::Otlp) || (self.format.is_none() && otlp::is_request(start)) {
            return match form {
                Form::Lines | Form::Document(_) => Ok(Chosen {
                    form,
                    content: Content::Otlp,
                }),
                Form::Csv { .. } => Err(format!(
                    "this is no JSON: the file exporter of a collector writes it with `format: json` and \
                     without `compression`; {SEE}"
                )),
            };
        }
        let native = Chosen {
            form: Form::Lines,
            content: Content::Own,
        };
        let has = |name: &str| {
            start
                .windows(name.len())
                .any(|part| part == name.as_bytes())
        };
        let of_langfuse = has("\"observations\"") || (has("traceId") && has("startTime"));
        match (&form, looks) {
            (_, Looks::Empty) => Ok(native),
            (Form::Csv { .. }, _) if is_own_csv(start) => shipped("logs-csv"),
            _ if of_langfuse && !is_draft(start) => shipped("langfuse"),
            (Form::Csv { .. }, Looks::Text) if self.format.is_none() => Err(format!(
                "this is no JSON; if it is CSV, --map MAP.jq says what its columns mean: {SEE}"
            )),
            (Form::Csv { .. }, _) => Err(format!(
                "CSV needs --map MAP.jq, which says what its columns mean: {SEE}"
            )),
            (Form::Document(_), Looks::Document) if self.format.is_none() => Err(format!(
                "this JSON document is no trace of Langfuse; any other needs --map MAP.jq, and drafts \
                 need a line for each: {SEE}"
            )),
            (Form::Document(_), _) if self.format.is_some() => Err(format!(
                "a JSON document needs --map MAP.jq, which says what its members mean: {SEE}"
            )),
            (Form::Document(_) | Form::Lines, _) => Ok(native),
        }
    }
}

/// The separator of a first line without any comma, as spreadsheets write it in some languages.
fn separator(start: &[u8]) -> u8 {
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or(start);
    let candidates = [b',', b';', b'\t', b'|'].into_iter();
    let mut found = candidates.filter(|separator| line.contains(separator));
    found.next().unwrap_or(b',')
}

/// Whether a source is CSV from `logs export`.
fn is_own_csv(start: &[u8]) -> bool {
    start.starts_with(b"kind,")
}

/// Whether the first value of a source is a draft or a record of ours: an object with one member, named
/// after a kind.
fn is_draft(start: &[u8]) -> bool {
    let values = serde_json::Deserializer::from_slice(start);
    let first = values.into_iter::<HashMap<String, IgnoredAny>>().next();
    let Some(Ok(members)) = first else {
        return false;
    };
    let is_kind = |name: &String| RecordKind::ALL.iter().any(|kind| kind.as_str() == name);
    members.len() == 1 && members.keys().all(is_kind)
}

#[cfg(test)]
mod tests {
    use super::{Content, Format, Plan};

    fn chosen(plan: &Plan, start: &str) -> String {
        match plan.choose(start.as_bytes()) {
            Ok(chosen) => {
                let content = match chosen.content {
                    Content::Own => "",
                    Content::Otlp => "OTLP",
                    Content::Foreign { ref map, .. } => map.lines().next().unwrap_or_default(),
                };
                let content = content.get(..20).unwrap_or(content);
                format!("{:?} {content}", chosen.form)
            }
            Err(told) => told,
        }
    }

    #[test]
    fn a_file_says_what_it_is() {
        let plan = Plan::default();
        for (start, expected) in [
            ("", "Lines "),
            ("{\"trace\":{\"trace_id\":\"t\"}}\n", "Lines "),
            (
                "{\"trace_step\":{\"attributes\":{\"observations\":1}}}",
                "Lines ",
            ),
            (
                "{\"trace\":{},\"observations\":[]}",
                "Lines # What Langfuse",
            ),
            (
                "{\n\"id\":1,\"observations\":[]}",
                "Document([]) # What Langfuse",
            ),
            (
                "[{\"traceId\":\"t\",\"startTime\":\"x\"}]",
                "Document([]) # What Langfuse",
            ),
            (
                "kind,id\n",
                "Csv { delimiter: 44, columns: None } # What `logs export",
            ),
            ("{\"a\":1}\n", "Lines "),
            ("{\"resourceSpans\":[", "Lines OTLP"),
            ("{\n \"resourceLogs\":[]\n}", "Document([]) OTLP"),
            ("id,in\n", "this is no JSON; if it is CSV, --map"),
            ("[1]", "this JSON document is no trace"),
            ("PK\u{3}\u{4}", "this is a zip archive"),
            ("a\0b\0", "this is UTF-16"),
        ] {
            let found = chosen(&plan, start);
            assert!(found.starts_with(expected), "{start:?}: {found}");
        }
    }

    #[test]
    fn a_format_or_a_map_decides() {
        let with = |format| Plan {
            format: Some(format),
            ..Plan::default()
        };
        assert!(chosen(&with(Format::Csv), "a\n").starts_with("CSV needs --map"));
        assert!(chosen(&with(Format::Json), "{}").starts_with("a JSON document needs --map"));
        assert!(chosen(&with(Format::Langfuse), "id,traceId\n").starts_with("Csv"));
        assert!(chosen(&with(Format::Otlp), "\0\0\u{1}").contains("`format: json`"));
        assert_eq!(chosen(&with(Format::Otlp), "[{}]"), "Document([]) OTLP");
        let mapped = Plan {
            map: Some(".".into()),
            ..Plan::default()
        };
        assert_eq!(chosen(&mapped, "[1]"), "Document([]) .");
        assert_eq!(chosen(&mapped, "{}\n"), "Lines .");
        for (start, delimiter) in [
            ("a,b;c\n", 44),
            ("a;b\n1,2\n", 59),
            ("a\tb\n", 9),
            ("a\n;\n", 44),
        ] {
            let expected = format!("Csv {{ delimiter: {delimiter}, columns: None }} .");
            assert_eq!(chosen(&mapped, start), expected, "{start:?}");
        }
        let records = Plan {
            records: vec!["a".into()],
            ..mapped
        };
        assert_eq!(chosen(&records, "{}\n"), "Document([\"a\"]) .");
    }
}
