#![doc = include_str!("../README.md")]

mod access;
mod admin;
mod api;
mod app;
mod authentication;
mod body;
mod metrics;
mod options;
mod otlp;
mod problem;
mod readiness;
mod request_id;
mod serve;
mod service;

pub use api::openapi;
pub use authentication::Authentication;
pub use logs_ingest::IngestOptions;
pub use options::ServerOptions;
pub use serve::{Server, Shutdown};
pub use service::Service;
