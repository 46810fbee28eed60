//! Runs, as the model API saw them and as the store has them.

use std::fmt;

use anyhow::{Context, bail};
use serde_json::Value;

/// What is compared of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Run {
    pub(super) provider: String,
    pub(super) model: String,
    pub(super) status: String,
    pub(super) input_tokens: Option<u64>,
    pub(super) output_tokens: Option<u64>,
}

impl fmt::Display for Run {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |tokens: Option<u64>| tokens.map_or("unknown".to_owned(), |n| n.to_string());
        write!(
            formatter,
            "{} {} {}, tokens {} in, {} out",
            self.provider,
            self.model,
            self.status,
            count(self.input_tokens),
            count(self.output_tokens)
        )
    }
}

/// A call that reached the model API.
pub(super) struct Call {
    pub(super) scenario: String,
    /// The model that the client asked for.
    pub(super) asked: String,
    /// The run that a client tells of which keeps nothing back: one for each call.
    pub(super) run: Run,
}

/// The calls in the log of the model API.
pub(super) fn calls(log: &str) -> anyhow::Result<Vec<Call>> {
    let calls = log.lines().map(|line| {
        let call: Value = serde_json::from_str(line)?;
        let text = |name: &str| text(&call, name);
        let asked = text("asked")?;
        let status = match text("outcome")?.as_str() {
            "answered" => "SUCCEEDED",
            "timeout" => "TIMEOUT",
            "abandoned" => "ABORTED",
            "cut" | "refused 429" | "refused 500" => "FAILED",
            other => bail!("the outcome `{other}` of a call is unknown"),
        };
        let run = Run {
            provider: text("provider")?,
            model: text("answered").unwrap_or_else(|_| asked.clone()),
            status: status.to_owned(),
            input_tokens: call["input_tokens"].as_u64(),
            output_tokens: call["output_tokens"].as_u64(),
        };
        Ok(Call {
            scenario: text("scenario")?,
            asked,
            run,
        })
    });
    let calls: anyhow::Result<_> = calls.collect();
    calls.context("the log of the model API")
}

/// What is compared of a record of the service.
pub(super) fn of_record(record: &Value) -> anyhow::Result<Run> {
    Ok(Run {
        provider: text(record, "provider")?,
        model: text(record, "model")?,
        status: text(record, "execution_status")?,
        input_tokens: record["input_tokens"].as_u64(),
        output_tokens: record["output_tokens"].as_u64(),
    })
}

/// A member that is a text.
pub(super) fn text(object: &Value, name: &str) -> anyhow::Result<String> {
    let found = object[name].as_str();
    let found = found.with_context(|| format!("`{name}` is no text in {object}"))?;
    Ok(found.to_owned())
}
