//! The counts of the queue of appends, read when somebody asks for them.

use std::fmt::Error;

use logs_ingest::{Histogram, Ingest};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Reads the counts of an ingest.
#[derive(Debug)]
pub(super) struct IngestCollector(pub(super) Ingest);

impl Collector for IngestCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let stats = self.0.stats();
        let counts = &stats.counts;
        for (name, help, value) in [
            (
                "queue_requests",
                "Requests that are admitted and not answered",
                stats.open_requests,
            ),
            ("queue_bytes", "Bytes of these requests", stats.open_bytes),
            (
                "queue_waiting",
                "Parts of requests that wait for a commit",
                stats.waiting_parts,
            ),
            (
                "queue_lanes",
                "Tenants with parts that wait or are committed",
                stats.lanes,
            ),
            ("commits_running", "Appends that run", stats.running_commits),
        ] {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            let metric = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
            gauge.encode(metric)?;
        }
        for (name, help, value) in [
            (
                "pushback_requests",
                "Requests refused for want of a slot",
                counts.busy_requests,
            ),
            (
                "pushback_bytes",
                "Requests refused for want of bytes",
                counts.busy_bytes,
            ),
            (
                "pushback_tenant",
                "Requests refused beyond the share of a tenant",
                counts.busy_tenant,
            ),
            (
                "pushback_deadline",
                "Requests that waited too long",
                counts.deadlines,
            ),
            (
                "commits",
                "Appends that the store acknowledged",
                counts.commits,
            ),
            (
                "commits_failed",
                "Appends that failed",
                counts.failed_commits,
            ),
            (
                "commits_alone",
                "Parts appended again alone",
                counts.alone_retries,
            ),
            (
                "conflicts_moved",
                "Parts moved to the next append",
                counts.conflicts_moved,
            ),
            (
                "clients_gone",
                "Clients that left while they waited",
                counts.clients_gone,
            ),
        ] {
            let counter = ConstCounter::new(value);
            let metric = encoder.encode_descriptor(name, help, None, counter.metric_type())?;
            counter.encode(metric)?;
        }
        let seconds = 1e-6;
        let waits = "Time until the commit of a part began";
        histogram(
            &mut encoder,
            ("commit_wait_seconds", waits),
            &counts.wait_micros,
            seconds,
        )?;
        let took = "Time of an append";
        histogram(
            &mut encoder,
            ("append_duration_seconds", took),
            &counts.commit_micros,
            seconds,
        )?;
        let parts = "Requests of one append";
        histogram(
            &mut encoder,
            ("commit_requests", parts),
            &counts.parts_per_commit,
            1.0,
        )?;
        let records = "Records of one append";
        histogram(
            &mut encoder,
            ("commit_records", records),
            &counts.records_per_commit,
            1.0,
        )
    }
}

/// Writes a histogram, its values multiplied by `unit`.
fn histogram(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): (&str, &str),
    histogram: &Histogram,
    unit: f64,
) -> Result<(), Error> {
    let bounds = histogram.bounds().iter().map(|bound| *bound as f64 * unit);
    let bounds = bounds.chain([f64::MAX]);
    let buckets: Vec<(f64, u64)> = bounds.zip(histogram.counts().iter().copied()).collect();
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
    let sum = histogram.sum() as f64 * unit;
    metric.encode_histogram::<NoLabelSet>(sum, histogram.count(), &buckets, None)
}
