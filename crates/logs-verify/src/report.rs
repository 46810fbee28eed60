//! What is said of a bundle or a receipt: for a lawyer to read, or one JSON object a line.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::DateTime;
use logs_ledger::{BundleForm, Finding, ReceiptSummary, Summary, TreeHead, Unreadable, kind_name};
use serde_json::{Value, json};

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
            let kind = record.map(|(kind, _)| kind_word(kind));
            let id = record.map(|(_, id)| hex(id));
            let problem = finding.problem.to_string();
            json!({"entry": entry, "kind": kind, "id": id, "problem": problem}).to_string()
        } else {
            format!("bad  {}", plain(&finding.to_string()))
        };
        self.line(&line);
    }

    /// The end of a bundle that could be judged.
    pub(crate) fn bundle(&mut self, summary: &Summary) {
        let manifest = &summary.manifest;
        let verdict = verdict(summary.findings);
        let recorded = summary.recorded_micros;
        let recorded = recorded.map(|(from, to)| (time(from), time(to)));
        if self.json {
            let form = match &manifest.form {
                BundleForm::Range { from, to } => json!({"from": from, "to": to}),
                BundleForm::Selection { question, answers } => {
                    let answers: BTreeMap<&str, u64> = answers.iter().collect();
                    json!({"question": question, "answers": answers})
                }
            };
            let mut line = json!({
                "verdict": verdict.to_lowercase(),
                "log": manifest.origin,
                "tenant": manifest.tenant,
                "size": manifest.size,
                "root": format!("{:?}", manifest.root),
                "present": summary.present,
                "redacted": summary.redacted,
                "expired": summary.expired,
                "minimum_index": manifest.minimum_index,
                "recorded_from": recorded.as_ref().map(|(from, _)| from),
                "recorded_to": recorded.as_ref().map(|(_, to)| to),
                "signed_by": summary.signed_by,
                "older_checkpoints": summary.older,
                "extends_trusted": summary.extends,
                "findings": summary.findings,
            });
            if let (Some(line), Value::Object(form)) = (line.as_object_mut(), form) {
                line.extend(form);
            }
            return self.line(&line.to_string());
        }
        let head = TreeHead {
            size: manifest.size,
            root: manifest.root,
        };
        self.log(&manifest.origin, &manifest.tenant, head, &summary.signed_by);
        let (form, said) = match &manifest.form {
            BundleForm::Range { from, to } => (
                format!("all from {from} to {}", to.saturating_sub(1)),
                "nothing was changed, inserted, removed or reordered",
            ),
            BundleForm::Selection { question, answers } => {
                let answers: Vec<String> = answers
                    .iter()
                    .map(|(part, count)| format!("{count} {part}"))
                    .collect();
                self.named("question", &format!("{question}, as the bundle says"));
                (
                    format!("chosen: {}", answers.join(", ")),
                    "each record is intact and in the log; others may have been left out",
                )
            }
        };
        self.named("entries", &form);
        let (present, redacted) = (summary.present, summary.redacted);
        let expired = match (summary.expired, manifest.minimum_index) {
            (0, _) => "0 expired".to_owned(),
            (count, index) => {
                format!("{count} expired, below entry {index}, as the bundle says")
            }
        };
        let records = format!("{present} present, {redacted} redacted, {expired}");
        self.named("records", &records);
        if let Some((from, to)) = recorded {
            self.named("recorded", &format!("{from} to {to}, as the records say"));
        }
        let older = match summary.older {
            0 => "no older ones".to_owned(),
            1 => "1 older one, which the log extends".to_owned(),
            more => format!("{more} older ones, which the log extends"),
        };
        self.named("checkpoints", &older);
        self.trusted(summary.extends);
        self.verdict(summary.findings, said);
    }

    /// The end of a receipt that could be judged.
    pub(crate) fn receipt(&mut self, summary: &ReceiptSummary) {
        let recorded = summary.recorded_at_micros.map(time);
        if self.json {
            let record = summary.entry.record;
            let line = json!({
                "verdict": verdict(summary.findings).to_lowercase(),
                "log": summary.origin,
                "tenant": summary.tenant,
                "size": summary.head.size,
                "root": format!("{:?}", summary.head.root),
                "entry": summary.entry.index,
                "kind": record.map(|(kind, _)| kind_word(kind)),
                "id": record.map(|(_, id)| hex(id)),
                "recorded_at": recorded,
                "signed_by": summary.signed_by,
                "extends_trusted": summary.extends,
                "findings": summary.findings,
            });
            return self.line(&line.to_string());
        }
        self.log(
            &summary.origin,
            &summary.tenant,
            summary.head,
            &summary.signed_by,
        );
        self.named("receipt", &format!("of {}", summary.entry));
        if let Some(recorded) = recorded {
            self.named("recorded", &format!("{recorded}, as the record says"));
        }
        self.trusted(summary.extends);
        self.verdict(summary.findings, "the record is intact and in the log");
    }

    fn log(&mut self, origin: &str, tenant: &str, head: TreeHead, signed_by: &[String]) {
        self.named("log", &format!("{origin}, of {tenant}"));
        let size = head.size;
        self.named("size", &format!("{size} entries at the checkpoint"));
        self.named("root", &format!("{:?}", head.root));
        let signed_by = match signed_by {
            [] => "no key that was given".to_owned(),
            keys => keys.join(", "),
        };
        self.named("signed by", &signed_by);
    }

    fn trusted(&mut self, extends: Option<u64>) {
        let trusted = match extends {
            Some(size) => format!("the log extends the trusted checkpoint of {size} entries"),
            None => "no checkpoint that was obtained earlier is shown to be extended".to_owned(),
        };
        self.named("trusted", &trusted);
    }

    fn verdict(&mut self, findings: u64, intact: &str) {
        let said = match findings {
            0 => intact.to_owned(),
            1 => "1 thing is wrong, told above".to_owned(),
            more => format!("{more} things are wrong, told above"),
        };
        self.named("verdict", &format!("{}: {said}", verdict(findings)));
    }

    /// A line with a name in front.
    fn named(&mut self, name: &str, value: &str) {
        self.line(&format!("{name:<12} {}", plain(value)));
    }

    /// The end of a bundle that cannot be judged.
    pub(crate) fn unreadable(&mut self, unreadable: &Unreadable) {
        let reason = unreadable.to_string();
        if self.json {
            let line = json!({"verdict": "unreadable", "reason": reason});
            self.line(&line.to_string());
        } else {
            self.named("verdict", &format!("UNREADABLE: {reason}"));
        }
    }

    fn line(&mut self, line: &str) {
        if self.failed.is_none() {
            self.failed = writeln!(self.out, "{line}").err();
        }
    }
}

const fn verdict(findings: u64) -> &'static str {
    if findings == 0 { "INTACT" } else { "ALTERED" }
}

/// The word for a kind, or its number where it has none yet.
fn kind_word(kind: u16) -> String {
    kind_name(kind).map_or_else(|| kind.to_string(), str::to_owned)
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
