//! Export requests of OpenTelemetry in JSON, as the file exporter of a collector writes them.

use std::collections::BTreeMap;

use logs_domain::{InvalidValue, TenantId};
use logs_otlp::Signal;
use logs_otlp::decode::{self, DecodeError, Encoding};
use logs_otlp::map::{self, Mapped, MappedDraft, Settings};

use super::pipeline::Owner;
use super::reading::Translated;

/// How much of a record that is no request an error shows.
const SHOWN_BYTES: usize = 64;

/// What the requests of a file say besides their records.
#[derive(Debug, Default)]
pub(super) struct Counted {
    ignored: BTreeMap<&'static str, u64>,
    agent_calls: u64,
}

impl Counted {
    /// Which items were left out, and why.
    pub(super) fn left_out(&self) -> Vec<String> {
        let told = self.ignored.iter();
        told.map(|(reason, count)| format!("{count} left out: {}", shown(reason)))
            .collect()
    }

    /// What the user should know about the records.
    pub(super) fn notes(&self) -> Vec<String> {
        if self.agent_calls == 0 {
            return Vec::new();
        }
        vec![format!(
            "{} spans of a coding agent's calls are steps alone: its events tell the runs, see docs/otlp.md",
            self.agent_calls
        )]
    }
}

/// A [reason](logs_otlp::map::Counts::ignored) in words.
fn shown(reason: &str) -> &str {
    match reason {
        "other" => "spans and log records that are about no model, tool or agent",
        "content" => "prompts, answers and raw bodies",
        "detail" => "events of which another event or span tells the same",
        "repeated" => "items that repeat an earlier one of their request",
        "metric" => "metrics, which repeat sums of spans and events",
        other => other,
    }
}

/// Whether a source with these first bytes is a request.
pub(super) fn is_request(start: &[u8]) -> bool {
    let first = start.trim_ascii_start().strip_prefix(b"{");
    let first = first.and_then(|rest| rest.trim_ascii_start().strip_prefix(b"\""));
    let named =
        |signal: &Signal| first.is_some_and(|name| name.starts_with(signal.member().as_bytes()));
    Signal::ALL.iter().any(named)
}

/// The drafts of a request, and its refused items.
pub(super) fn translate(bytes: &[u8], tenant: &TenantId, counted: &mut Counted) -> Vec<Translated> {
    let mapped = match read(bytes, tenant) {
        Ok(mapped) => mapped,
        Err(error) => {
            let shown = String::from_utf8_lossy(bytes.get(..SHOWN_BYTES).unwrap_or(bytes));
            let expected = format!("an export request of OTLP in JSON ({error})");
            return vec![Err(InvalidValue::new("record", shown, expected))];
        }
    };
    for (reason, count) in mapped.counts.ignored {
        *counted.ignored.entry(reason).or_default() += count;
    }
    counted.agent_calls += mapped.counts.agent_calls;
    let owned = |one: MappedDraft| Ok((Owner::Tenant(tenant.clone()), one.draft));
    let refused = mapped.refused.into_iter().map(|refused| {
        let place = format!("{}: {}", refused.place(), refused.why.field());
        Err(refused.why.in_field(place))
    });
    mapped
        .drafts
        .into_iter()
        .map(owned)
        .chain(refused)
        .collect()
}

/// Reads a request of any signal.
fn read(bytes: &[u8], tenant: &TenantId) -> Result<Mapped, DecodeError> {
    let (body, json) = (bytes.to_vec().into(), Encoding::Json);
    let traces = decode::traces(&body, json);
    Ok(match traces {
        Err(DecodeError::WrongSignal {
            found: Signal::Logs,
            ..
        }) => map::logs(&decode::logs(&body, json)?, tenant, &Settings::default()),
        Err(DecodeError::WrongSignal {
            found: Signal::Metrics,
            ..
        }) => map::metrics(&decode::metrics(&body, json)?),
        traces => map::traces(&traces?, tenant, &Settings::default()),
    })
}
