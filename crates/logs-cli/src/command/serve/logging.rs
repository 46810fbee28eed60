//! What the service logs about itself, on standard error.

use clap::{Args, ValueEnum};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What is logged, and in which form.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Logging {
    /// Log what is at least so important
    #[arg(
        long,
        value_name = "LEVEL",
        env = "LOGS_LOG_LEVEL",
        default_value = "info"
    )]
    log_level: Level,
    /// The form of what is logged: lines for people, or an object of JSON a line
    #[arg(
        long,
        value_name = "FORM",
        env = "LOGS_LOG_FORMAT",
        default_value = "text"
    )]
    log_format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Logging {
    /// Logs from now on. Where something else receives the events of the process, that stays.
    pub(super) fn start(self) {
        let level = match self.log_level {
            Level::Error => LevelFilter::ERROR,
            Level::Warn => LevelFilter::WARN,
            Level::Info => LevelFilter::INFO,
            Level::Debug => LevelFilter::DEBUG,
        };
        // Other crates may log the heads of requests, which hold keys.
        let ours = Targets::new().with_target("logs", level);
        let lines = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(std::io::stderr);
        let lines = match self.log_format {
            Format::Text => lines.boxed(),
            Format::Json => lines.json().boxed(),
        };
        let subscriber = tracing_subscriber::registry().with(lines.with_filter(ours));
        let _already_there = subscriber.try_init();
    }
}
