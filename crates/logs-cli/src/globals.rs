//! Flags of every command.

use clap::Args;
use logs_domain::TenantId;

/// Flags of every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Globals {
    // The URL may contain a password. So help never shows the value of the environment, and the
    // command parses it later: an error of clap would show it.
    /// The store: memory:, sqlite:PATH, postgres://USER@HOST/DATABASE
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = logs_store::URL_VARIABLE,
        hide_env_values = true,
        default_value = logs_store::DEFAULT_URL
    )]
    pub(crate) store: String,

    /// The tenant whose records the command reads or writes
    #[arg(
        long,
        global = true,
        value_name = "TENANT",
        env = "LOGS_TENANT",
        hide_env_values = true
    )]
    pub(crate) tenant: Option<TenantId>,

    /// Whether the tenant is from the command line, not from the environment.
    #[arg(skip)]
    pub(crate) tenant_is_flag: bool,

    /// Print one JSON object per line, in full precision, instead of a table
    #[arg(long, global = true)]
    pub(crate) json: bool,
}
