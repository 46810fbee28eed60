//! The messages of OTLP (opentelemetry-proto 1.10), with the fields that are read. One declaration serves
//! protobuf and JSON.
//!
//! Texts are bytes, so that one text that is not UTF-8 does not cost the whole request.

pub(crate) mod common;
pub(crate) mod json;
pub(crate) mod logs;
pub(crate) mod metrics;
pub(crate) mod trace;
