//! What is said of a bundle: for a lawyer to read, or one JSON object a line.

use std::io::{self, Write};

use chrono::DateTime;
use logs_ledger::{Finding, Summary, Unreadable, kind_name};
use serde_json::json;

/// Writes the report.
pub(crate) struct Report<'a> {
    pub(crate) out: &'a mut dyn Write,
    pub(crate) json: bool,
    /// The first error of writing: nothing is written after it.
    pub(crate) failed: Option<io::Error>,
}

impl Report<'_> {
    /// One line for each thing that is wrong.
    pub(crate) fn finding(&mut self, finding: &Finding) {
        let line = if self.json {
            let entry = finding.entry.map(|entry| entry.index);
            let record = finding.entry.and_then(|entry| entry.record);
            let kind = record
                .map(|(kind, _)| kind_name(kind).map_or_else(|| kind.to_string(), str::to_owned));
            let id = record.map(|(_, id)| hex(id));
            let problem = finding.problem.to_string();
            json!({"entry": entry, "kind": kind, "id": id, "problem": problem}).to_string()
        } else {
            format!("bad  {}", plain(&finding.to_string()))
        };
        self.line(&line);
    }

    /// The end of a bundle that could be judged.
    pub(crate) fn summary(&mut self, summary: &Summary) {
        let manifest = &summary.manifest;
        let verdict = verdict(summary);
        let recorded = summary
            .recorded_micros
            .map(|(from, to)| (time(from), time(to)));
        let older = summary.older;
        if self.json {
            let line = json!({
                "verdict": verdict.to_lowercase(),
                "log": manifest.origin,
                "tenant": manifest.tenant,
                "size": manifest.size,
                "root": format!("{:?}", manifest.root),
                "from": manifest.from,
                "to": manifest.to,
                "present": summary.present,
                "redacted": summary.redacted,
                "expired": summary.expired,
                "minimum_index": manifest.minimum_index,
                "recorded_from": recorded.as_ref().map(|(from, _)| from),
                "recorded_to": recorded.as_ref().map(|(_, to)| to),
                "signed_by": summary.signed_by,
                "older_checkpoints": older,
                "extends_trusted": summary.extends,
                "findings": summary.findings,
            });
            return self.line(&line.to_string());
        }
        let signed_by = if summary.signed_by.is_empty() {
            "no key that was given".to_owned()
        } else {
            summary.signed_by.join(", ")
        };
        let trusted = match summary.extends {
            Some(size) => format!("the log extends the trusted checkpoint of {size} entries"),
            None => "no checkpoint that was obtained earlier is shown to be extended".to_owned(),
        };
        let last = manifest.to.saturating_sub(1);
        let lines = [
            (
                "log",
                format!("{}, of {}", manifest.origin, manifest.tenant),
            ),
            (
                "size",
                format!("{} entries at the checkpoint", manifest.size),
            ),
            ("root", format!("{:?}", manifest.root)),
            ("signed by", signed_by),
            (
                "entries",
                format!(
                    "{} to {last}: {} present, {} redacted, {} expired",
                    manifest.from, summary.present, summary.redacted, summary.expired
                ),
            ),
            (
                "recorded",
                match recorded {
                    Some((from, to)) => format!("{from} to {to}, as the records say"),
                    None => "no record is here".to_owned(),
                },
            ),
            (
                "expired",
                match manifest.minimum_index {
                    0 => "nothing, as the bundle says".to_owned(),
                    index => format!("up to everything below entry {index}, as the bundle says"),
                },
            ),
            (
                "checkpoints",
                match older {
                    0 => "no older ones".to_owned(),
                    1 => "1 older one, which the log extends".to_owned(),
                    more => format!("{more} older ones, which the log extends"),
                },
            ),
            ("trusted", trusted),
        ];
        for (name, value) in lines {
            self.line(&format!("{name:<12} {}", plain(&value)));
        }
        let said = match summary.findings {
            0 => "nothing was changed, inserted, removed or reordered".to_owned(),
            1 => "1 thing is wrong, told above".to_owned(),
            more => format!("{more} things are wrong, told above"),
        };
        self.line(&format!("{:<12} {verdict}: {said}", "verdict"));
    }

    /// The end of a bundle that cannot be judged.
    pub(crate) fn unreadable(&mut self, unreadable: &Unreadable) {
        let reason = unreadable.to_string();
        let line = if self.json {
            json!({"verdict": "unreadable", "reason": reason}).to_string()
        } else {
            let reason = plain(&reason);
            format!("{:<12} UNREADABLE: {reason}", "verdict")
        };
        self.line(&line);
    }

    fn line(&mut self, line: &str) {
        if self.failed.is_none() {
            self.failed = writeln!(self.out, "{line}").err();
        }
    }
}

fn verdict(summary: &Summary) -> &'static str {
    if summary.findings == 0 {
        "INTACT"
    } else {
        "ALTERED"
    }
}

/// A text that a terminal shows as it is: what a bundle says may hold anything.
fn plain(text: &str) -> String {
    let shown = |character: char| {
        if character.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            character
        }
    };
    text.chars().map(shown).collect()
}

fn hex(id: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(id))
}

fn time(micros: i64) -> String {
    let time = DateTime::from_timestamp_micros(micros);
    time.map_or_else(
        || format!("{micros} µs since 1970"),
        |time| time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
    )
}
