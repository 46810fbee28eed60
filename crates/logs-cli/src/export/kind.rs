//! The scopes and formats of exports.

use clap::ValueEnum;
use logs_domain::{ExportFormat, ExportScope};

/// The scopes that this command writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scope {
    /// LLM runs, traces and trace steps
    #[value(name = "llm_run")]
    LlmRun,
    /// System records of the tenant and the platform
    System,
    /// Audit entries
    Audit,
}

impl From<Scope> for ExportScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::LlmRun => Self::LlmRun,
            Scope::System => Self::System,
            Scope::Audit => Self::Audit,
        }
    }
}

/// The formats that this command writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    /// One JSON record on each line
    Json,
    /// Comma-separated values
    Csv,
}

impl From<FileFormat> for ExportFormat {
    fn from(format: FileFormat) -> Self {
        match format {
            FileFormat::Json => Self::Json,
            FileFormat::Csv => Self::Csv,
        }
    }
}
