//! A subscriber that keeps the spans of ports.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use logs_domain::PortMethod;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use super::calls::PRIVATE;
use crate::samples::id;

/// A span.
#[derive(Debug)]
pub(super) struct Seen {
    name: &'static str,
    fields: BTreeMap<&'static str, String>,
}

impl Seen {
    /// Checks what a field says.
    pub(super) fn expect(&self, field: &str, value: &str) {
        let found = self.fields.get(field).map(String::as_str);
        assert_eq!(found, Some(value), "{field} of {self:?}");
    }

    /// Checks that a field says nothing.
    pub(super) fn lacks(&self, field: &str) {
        assert_eq!(self.fields.get(field), None, "{field} of {self:?}");
    }
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

/// Keeps the spans with the target of ports, by their ids. What a driver runs elsewhere may hold a span open
/// after the answer, so that its end tells nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorder {
    spans: Arc<Mutex<BTreeMap<u64, Seen>>>,
}

impl Recorder {
    /// A dispatcher that hands all spans to this.
    pub(super) fn dispatch(&self) -> Dispatch {
        Dispatch::new(Registry::default().with(self.clone()))
    }

    /// The one span that began since the last look: that of a call of `method`.
    pub(super) fn take_only(&self, method: PortMethod, system: &str) -> Seen {
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        let spans = std::mem::take(&mut *spans);
        assert_eq!(spans.len(), 1, "one span of {method:?}: {spans:?}");
        let (_, span) = spans.into_iter().next().expect("one span");
        assert_eq!(span.name, method.span_name());
        span.expect("db.operation.name", method.as_str());
        span.expect("db.system.name", system);
        span.expect("otel.kind", "client");
        let ids = [id(1), id(2)].map(|id| id.to_string());
        for private in [PRIVATE, &ids[0], &ids[1]] {
            let told = span.fields.values().any(|value| value.contains(private));
            assert!(!told, "{private} of a tenant: {span:?}");
        }
        span
    }
}

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        if attributes.metadata().target() != "logs" {
            return;
        }
        let mut span = Seen {
            name: attributes.metadata().name(),
            fields: BTreeMap::new(),
        };
        attributes.record(&mut span);
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        spans.insert(id.into_u64(), span);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(span) = spans.get_mut(&id.into_u64()) {
            values.record(span);
        }
    }
}
