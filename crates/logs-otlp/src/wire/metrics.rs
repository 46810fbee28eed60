//! Metrics. They are counted and never stored, so nothing of their points is read.

use bytes::Bytes;
use prost::Message;
use serde::Deserialize;

use super::json;

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct MetricsRequest {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::list")]
    pub(crate) resource_metrics: Vec<ResourceMetrics>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ResourceMetrics {
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "json::list")]
    pub(crate) scope_metrics: Vec<ScopeMetrics>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ScopeMetrics {
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "json::list")]
    pub(crate) metrics: Vec<Metric>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Metric {
    #[prost(bytes = "bytes", tag = "1")]
    #[serde(deserialize_with = "json::text")]
    pub(crate) name: Bytes,
    #[prost(message, optional, tag = "5")]
    pub(crate) gauge: Option<Points>,
    #[prost(message, optional, tag = "7")]
    pub(crate) sum: Option<Points>,
    #[prost(message, optional, tag = "9")]
    pub(crate) histogram: Option<Points>,
    #[prost(message, optional, tag = "10")]
    pub(crate) exponential_histogram: Option<Points>,
    #[prost(message, optional, tag = "11")]
    pub(crate) summary: Option<Points>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Points {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::list")]
    pub(crate) data_points: Vec<Point>,
}

/// A point, of which nothing is read.
#[derive(Clone, Copy, PartialEq, Message, Deserialize)]
pub(crate) struct Point {}

impl MetricsRequest {
    /// Every metric.
    pub(crate) fn metrics(&self) -> impl Iterator<Item = &Metric> {
        self.resource_metrics
            .iter()
            .flat_map(|resource| &resource.scope_metrics)
            .flat_map(|scope| &scope.metrics)
    }
}

impl Metric {
    /// How many points it has.
    pub(crate) fn points(&self) -> usize {
        let Self {
            gauge,
            sum,
            histogram,
            exponential_histogram,
            summary,
            name: _,
        } = self;
        [gauge, sum, histogram, exponential_histogram, summary]
            .into_iter()
            .flatten()
            .map(|points| points.data_points.len())
            .sum()
    }
}
