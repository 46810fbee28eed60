#![doc = include_str!("../README.md")]

mod access;
mod admin;
mod api;
mod app;
mod authentication;
mod body;
mod connection;
mod cors;
mod download;
mod limiter;
#[cfg(test)]
mod limits;
mod metrics;
mod options;
mod otlp;
mod peer;
mod problem;
mod readiness;
mod request_id;
mod serve;
mod service;
mod tls;

pub use api::openapi;
pub use authentication::Authentication;
pub use cors::Origin;
pub use logs_ingest::IngestOptions;
pub use logs_otlp::map::{AgentCalls, Settings};
pub use options::{Rates, ServerOptions};
pub use serve::{Server, Shutdown};
pub use service::Service;
pub use tls::{CertificateError, Certificates};
