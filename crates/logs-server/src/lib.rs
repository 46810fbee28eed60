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
mod request_id;
mod serve;

pub use api::openapi;
pub use app::Service;
pub use authentication::Authentication;
pub use logs_ingest::IngestOptions;
pub use options::ServerOptions;
pub use serve::{Server, Shutdown};
