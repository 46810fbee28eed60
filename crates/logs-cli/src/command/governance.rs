//! `logs governance`: events of policies, limits and incidents.

use clap::Args;
use logs_domain::{GovernanceFilter, RunId};

use crate::failure::Failure;
use crate::output::{self, Noun};
use crate::page_flags::PageFlags;
use crate::session::Session;
use crate::window::OccurredFlags;

const NOUN: Noun = Noun::new("governance event", "governance events");

const EXAMPLES: &str = "\
Examples:
  logs governance run-7f3a
  logs governance --occurred-from 2026-03-02T00:00:00Z --all --json";

/// List events of policy rules, policy proposals, limits and incidents, newest first by record time
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Governance {
    /// Only events that name this run in the state before or after
    #[arg(value_name = "RUN")]
    run: Option<RunId>,
    #[command(flatten)]
    occurred: OccurredFlags,
    #[command(flatten)]
    page: PageFlags,
}

impl Governance {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = session.tenant()?;
        let mut filter = GovernanceFilter::default().occurred(self.occurred.range()?);
        filter.run_id = self.run;
        let store = session.reader().await?;
        output::list(session.output(), &self.page, NOUN, async |page| {
            store.get_governance_events(&tenant, &filter, &page).await
        })
        .await
    }
}
