//! `logs system`: what happened on the platform.

use clap::{Args, Subcommand};
use logs_domain::{
    Component, CorrelationId, Severity, SystemEventType, SystemRecordFilter, Timestamp,
};

use crate::failure::Failure;
use crate::one_of::one_of;
use crate::output::{self, Noun};
use crate::page_flags::PageFlags;
use crate::session::Session;
use crate::window::{CreatedFlags, OccurredFlags, window};

const NOUN: Noun = Noun::new("system record", "system records");

#[derive(Debug, Subcommand)]
pub(crate) enum System {
    /// List records of the tenant and the platform, newest first by the time they were stored
    #[command(after_help = LIST_EXAMPLES)]
    List(Box<List>),
    /// List what occurred in a window, oldest first
    #[command(after_help = WINDOW_EXAMPLES)]
    Window(Window),
    /// List what carries a correlation id, oldest first
    #[command(after_help = CORRELATION_EXAMPLES)]
    ByCorrelation(ByCorrelation),
}

const LIST_EXAMPLES: &str = "\
Examples:
  logs system list --severity CRITICAL
  logs system list --component worker --event-type ERROR --all --json";

const WINDOW_EXAMPLES: &str = "\
Examples:
  logs system window --from 2026-03-02T10:00:00Z --to 2026-03-02T11:00:00Z";

const CORRELATION_EXAMPLES: &str = "\
Examples:
  logs system by-correlation req-5512";

#[derive(Args, Debug)]
pub(crate) struct List {
    /// Only records of this part of the platform, such as worker, api, scheduler, db
    #[arg(long, value_name = "COMPONENT")]
    component: Option<Component>,
    /// Only records of this, such as STARTUP, DEPLOY, ERROR
    #[arg(long, value_name = "EVENT")]
    event_type: Option<SystemEventType>,
    /// Only records as serious as this
    #[arg(long, value_name = "SEVERITY", value_parser = one_of(Severity::ALL, Severity::as_str))]
    severity: Option<Severity>,
    /// Only records with this correlation id
    #[arg(long, value_name = "ID")]
    correlation: Option<CorrelationId>,
    #[command(flatten)]
    occurred: OccurredFlags,
    #[command(flatten)]
    created: CreatedFlags,
    #[command(flatten)]
    page: PageFlags,
}

#[derive(Args, Debug)]
pub(crate) struct Window {
    /// The start of the window (included) [default: the beginning]
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// The end of the window (excluded) [default: the end]
    #[arg(long, value_name = "TIME")]
    to: Option<Timestamp>,
    #[command(flatten)]
    page: PageFlags,
}

#[derive(Args, Debug)]
pub(crate) struct ByCorrelation {
    /// The correlation id
    #[arg(value_name = "ID")]
    correlation: CorrelationId,
    #[command(flatten)]
    page: PageFlags,
}

impl System {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(session).await,
            Self::Window(window) => window.run(session).await,
            Self::ByCorrelation(correlation) => correlation.run(session).await,
        }
    }
}

impl List {
    fn filter(&self) -> Result<SystemRecordFilter, Failure> {
        let mut filter = SystemRecordFilter::default()
            .occurred(self.occurred.range()?)
            .created(self.created.range()?);
        filter.component.clone_from(&self.component);
        filter.event_type.clone_from(&self.event_type);
        filter.severity = self.severity;
        filter.correlation_id.clone_from(&self.correlation);
        Ok(filter)
    }

    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let (tenant, filter) = (session.tenant()?, self.filter()?);
        let store = session.reader().await?;
        output::list(session.output(), &self.page, NOUN, async |page| {
            store.list_system_records(&tenant, &filter, &page).await
        })
        .await
    }
}

impl Window {
    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = session.tenant()?;
        let window = window(("--from", self.from), ("--to", self.to))?;
        let store = session.reader().await?;
        output::list(session.output(), &self.page, NOUN, async |page| {
            store
                .get_system_records_in_window(&tenant, &window, &page)
                .await
        })
        .await
    }
}

impl ByCorrelation {
    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = session.tenant()?;
        let store = session.reader().await?;
        output::list(session.output(), &self.page, NOUN, async |page| {
            store
                .get_system_record_by_correlation(&tenant, &self.correlation, &page)
                .await
        })
        .await
    }
}
