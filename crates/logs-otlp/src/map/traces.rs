//! Spans to runs, steps and audit entries.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use logs_domain::{Draft, InvalidValue, TenantId};

use super::kind::Kind;
use super::mapped::{Mapped, MappedDraft};
use super::settings::Settings;
use super::source::Source;
use super::span::{self, Made};
use crate::Signal;
use crate::decode::Traces;
use crate::wire::trace::Span;

/// Maps the spans of a request of `tenant`.
#[must_use]
pub fn traces(request: &Traces, tenant: &TenantId, settings: &Settings) -> Mapped {
    let mut request_so_far = SoFar::new(request.len());
    for resource in &request.0.resource_spans {
        for scope in &resource.scope_spans {
            let source = Source::read(resource.resource.as_ref(), scope.scope.as_ref(), tenant);
            for span in &scope.spans {
                let made = match &source {
                    Ok(source) => span::map(span, source, settings),
                    Err(error) => Err(error.clone()),
                };
                request_so_far.take(span, made);
            }
        }
    }
    request_so_far.finish()
}

/// What the spans so far gave.
struct SoFar {
    mapped: Mapped,
    next: usize,
    /// The drafts of each span, by its ids: a range of those so far.
    seen: HashMap<(Bytes, Bytes), (usize, usize)>,
    traces_with_runs: HashSet<Bytes>,
    /// The traces of spans that claim usage and own none.
    usage_elsewhere: Vec<Bytes>,
}

impl SoFar {
    fn new(spans: usize) -> Self {
        Self {
            mapped: Mapped::new(Signal::Traces, spans),
            next: 0,
            seen: HashMap::with_capacity(spans),
            traces_with_runs: HashSet::new(),
            usage_elsewhere: Vec::new(),
        }
    }

    fn take(&mut self, span: &Span, made: Result<Made, InvalidValue>) {
        let item = self.next;
        self.next += 1;
        match made {
            Ok(made) => self.keep(item, span, made),
            Err(error) => self.mapped.refuse(item, error),
        }
    }

    fn keep(&mut self, item: usize, span: &Span, made: Made) {
        let counts = &mut self.mapped.counts;
        if let Some(operation) = made.unknown_operation {
            *counts.unknown_operations.entry(operation).or_default() += 1;
        }
        match made.kind {
            Kind::Run => {
                self.traces_with_runs.insert(span.trace_id.clone());
            }
            Kind::Step if made.is_agent_call => counts.agent_calls += 1,
            Kind::Step | Kind::Other if made.has_usage => {
                self.usage_elsewhere.push(span.trace_id.clone());
            }
            Kind::Step | Kind::Other => {}
        }
        if made.drafts.is_empty() {
            counts.ignore("other");
            return;
        }
        let key = (span.trace_id.clone(), span.span_id.clone());
        let drafts = &mut self.mapped.drafts;
        if let Some((from, to)) = self.seen.get(&key) {
            let earlier = drafts.get(*from..*to).unwrap_or_default();
            let is_equal = earlier
                .iter()
                .map(|earlier| &earlier.draft)
                .eq(&made.drafts);
            if is_equal {
                counts.ignore("repeated");
            } else {
                self.mapped.refuse(item, twice(span));
            }
            return;
        }
        let from = drafts.len();
        let with_item = |draft: Draft| MappedDraft { item, draft };
        drafts.extend(made.drafts.into_iter().map(with_item));
        self.seen.insert(key, (from, drafts.len()));
    }

    fn finish(mut self) -> Mapped {
        let without_run = |trace: &&Bytes| !self.traces_with_runs.contains(*trace);
        let unattributed = self.usage_elsewhere.iter().filter(without_run).count();
        self.mapped.counts.unattributed_usage = unattributed as u64;
        self.mapped
    }
}

fn twice(span: &Span) -> InvalidValue {
    let expected = "other ids, or the content of the earlier span with these ids";
    InvalidValue::new("spanId", super::ids::hex(&span.span_id), expected)
}
