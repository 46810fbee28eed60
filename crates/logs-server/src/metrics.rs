//! What the service counts, without a word about any tenant.

mod ingest;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use logs_domain::{RecordKind, RecordOutcome, RecordReceipt};
use logs_ingest::Ingest;
use logs_otlp::Signal;
use logs_otlp::map::Mapped;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use self::ingest::IngestCollector;
use self::tls::TlsCollector;
use crate::tls::Certificates;

/// Seconds that a request may take, as bounds of buckets.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RecordLabels {
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ItemLabels {
    signal: &'static str,
    result: &'static str,
    reason: &'static str,
}

/// A limit that callers may exceed.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, EncodeLabelValue)]
pub(crate) enum Limit {
    /// Requests of a key.
    KeyRequests,
    /// Records of a tenant.
    TenantItems,
    /// Reads of a tenant.
    TenantReads,
    /// Exports of a tenant.
    TenantExports,
    /// Requests of an address without a valid key.
    FailedKeys,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct LimitLabels {
    limit: Limit,
}

/// What the service counts.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram>,
    records: Family<RecordLabels, Counter>,
    items: Family<ItemLabels, Counter>,
    unattributed_usage: Counter,
    limited: Family<LimitLabels, Counter>,
}

impl Metrics {
    /// Nothing counted yet.
    pub(crate) fn new(ingest: Ingest, certificates: Option<Arc<Certificates>>) -> Self {
        let mut registry = Registry::with_prefix("logs");
        let requests = Family::<RequestLabels, Counter>::default();
        let durations =
            Family::<RouteLabels, Histogram>::new_with_constructor(|| Histogram::new(SECONDS));
        let records = Family::<RecordLabels, Counter>::default();
        let items = Family::<ItemLabels, Counter>::default();
        let unattributed_usage = Counter::default();
        registry.register("http_requests", "Answered requests", requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time to the answer, without its body",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register(
            "append_records",
            "Records of appends, by outcome",
            records.clone(),
        );
        registry.register(
            "otlp_items",
            "Spans, log records and metrics, by result",
            items.clone(),
        );
        registry.register(
            "otlp_unattributed_usage",
            "Spans that claim usage without a call of a model in their request",
            unattributed_usage.clone(),
        );
        let limited = Family::<LimitLabels, Counter>::default();
        registry.register(
            "limited_requests",
            "Requests refused because a caller asked for too much",
            limited.clone(),
        );
        registry.register_collector(Box::new(IngestCollector(ingest)));
        if let Some(certificates) = certificates {
            registry.register_collector(Box::new(TlsCollector(certificates)));
        }
        Self {
            registry,
            requests,
            durations,
            records,
            items,
            unattributed_usage,
            limited,
        }
    }

    /// Counts an answered request. `route` is a pattern of the router and never a path of a client.
    pub(crate) fn answered(
        &self,
        (method, route): (&'static str, &str),
        status: u16,
        took: Duration,
    ) {
        let route = route.to_owned();
        let labels = RouteLabels {
            method,
            route: route.clone(),
        };
        self.durations
            .get_or_create(&labels)
            .observe(took.as_secs_f64());
        let labels = RequestLabels {
            method,
            route,
            status,
        };
        self.requests.get_or_create(&labels).inc();
    }

    /// Counts a request that a limit refused.
    pub(crate) fn limited(&self, limit: Limit) {
        self.limited.get_or_create(&LimitLabels { limit }).inc();
    }

    /// Counts the records of an append.
    pub(crate) fn appended(&self, receipts: &[RecordReceipt]) {
        for receipt in receipts {
            let kind: RecordKind = receipt.key.kind();
            let labels = RecordLabels {
                kind: kind.as_str(),
                outcome: outcome(receipt.outcome),
            };
            self.records.get_or_create(&labels).inc();
        }
    }

    /// Counts the items of a request of telemetry.
    pub(crate) fn mapped(&self, mapped: &Mapped) {
        let signal = match mapped.signal {
            Signal::Traces => "traces",
            Signal::Logs => "logs",
            Signal::Metrics => "metrics",
        };
        let count = |result, reason, number: u64| {
            if number > 0 {
                let labels = ItemLabels {
                    signal,
                    result,
                    reason,
                };
                self.items.get_or_create(&labels).inc_by(number);
            }
        };
        let ignored: u64 = mapped.counts.ignored.values().sum();
        let refused = mapped.refused.len() as u64;
        count("refused", "", refused);
        for (reason, number) in &mapped.counts.ignored {
            count("ignored", reason, *number);
        }
        let items = mapped.items as u64;
        count(
            "mapped",
            "",
            items.saturating_sub(ignored).saturating_sub(refused),
        );
        self.unattributed_usage
            .inc_by(mapped.counts.unattributed_usage);
    }

    /// All of it, in the text format of OpenMetrics.
    pub(crate) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// The word of an outcome, in answers and metrics.
pub(crate) const fn outcome(outcome: RecordOutcome) -> &'static str {
    match outcome {
        RecordOutcome::Stored => "stored",
        RecordOutcome::AlreadyStored => "already_stored",
        RecordOutcome::Conflict => "conflict",
        RecordOutcome::Gone => "gone",
    }
}
