//! What a request gave.

use std::collections::BTreeMap;
use std::fmt;

use logs_domain::{Draft, InvalidValue};

use crate::Signal;

/// What a request gave: each of its items has drafts, is refused, or is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// The signal of the request.
    pub signal: Signal,
    /// How many items the request had.
    pub items: usize,
    /// The drafts, in the order of their items. No two have one key and different content.
    pub drafts: Vec<MappedDraft>,
    /// The refused items, in their order.
    pub refused: Vec<Refused>,
    /// What was counted.
    pub counts: Counts,
}

/// A draft, and the item that it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedDraft {
    /// The place of the span or log record among those of the request, from 0.
    pub item: usize,
    /// The draft.
    pub draft: Draft,
}

/// A span or log record that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The place of the item among those of the request, from 0.
    pub item: usize,
    /// The signal of the item.
    pub signal: Signal,
    /// The field, its value and the expectation.
    pub why: InvalidValue,
}

/// What was counted, for the metrics of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Items that were accepted and not stored, by the reason:
    ///
    /// - `other`: spans and records that are about no model, tool or agent;
    /// - `content`: prompts, answers and raw bodies;
    /// - `detail`: events whose call or decision another event or span tells;
    /// - `repeated`: an item that was equal to an earlier one of the request;
    /// - `metric`: metrics.
    pub ignored: BTreeMap<&'static str, u64>,
    /// Spans that claim usage, in a trace of which the request has no run. Nobody adds it to a sum.
    pub unattributed_usage: u64,
    /// Spans of the calls of coding agents that became steps alone, because events tell the same calls. See
    /// [`AgentCalls`](super::AgentCalls): an agent that sends only traces has no runs here.
    pub agent_calls: u64,
    /// Spans of operations that the mapping does not know, by operation. They are steps. A sender chooses the
    /// names.
    pub unknown_operations: BTreeMap<String, u64>,
}

impl Counts {
    pub(crate) fn ignore(&mut self, reason: &'static str) {
        *self.ignored.entry(reason).or_default() += 1;
    }
}

impl Mapped {
    pub(crate) fn new(signal: Signal, items: usize) -> Self {
        Self {
            signal,
            items,
            drafts: Vec::new(),
            refused: Vec::new(),
            counts: Counts::default(),
        }
    }

    pub(crate) fn refuse(&mut self, item: usize, why: InvalidValue) {
        let signal = self.signal;
        self.refused.push(Refused { item, signal, why });
    }

    /// Whether the request has items, and all are refused: then the answer is an error and no partial success.
    #[must_use]
    pub fn is_wholly_refused(&self) -> bool {
        self.items > 0 && self.refused.len() == self.items
    }
}

impl Refused {
    /// What was refused and its place, such as `span 3`.
    #[must_use]
    pub fn place(&self) -> String {
        let item = match self.signal {
            Signal::Traces => "span",
            Signal::Logs => "log record",
            Signal::Metrics => "metric",
        };
        format!("{item} {}", self.item)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place(), self.why)
    }
}
