//! `logs exports`: which exports were asked for and what became of them.

use clap::Args;
use logs_domain::{ExportScope, ExportStatus, LogExportFilter};

use crate::failure::Failure;
use crate::one_of::one_of;
use crate::output::{self, Noun};
use crate::page_flags::PageFlags;
use crate::session::Session;
use crate::window::CreatedFlags;

const NOUN: Noun = Noun::new("export", "exports");

const EXAMPLES: &str = "\
Examples:
  logs exports
  logs exports --status pending --scope audit";

/// List exports and what became of them, newest first by the time they were asked for
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Exports {
    /// Only exports of this
    #[arg(long, value_name = "SCOPE", value_parser = one_of(ExportScope::ALL, ExportScope::as_str))]
    scope: Option<ExportScope>,
    /// Only exports that have come so far
    #[arg(long, value_name = "STATUS", value_parser = one_of(ExportStatus::ALL, ExportStatus::as_str))]
    status: Option<ExportStatus>,
    #[command(flatten)]
    created: CreatedFlags,
    #[command(flatten)]
    page: PageFlags,
}

impl Exports {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = session.tenant()?;
        let mut filter = LogExportFilter::default().created(self.created.range()?);
        filter.scope = self.scope;
        filter.status = self.status;
        let store = session.reader().await?;
        output::list(session.output(), &self.page, NOUN, async |page| {
            store.list_log_exports(&tenant, &filter, &page).await
        })
        .await
    }
}
