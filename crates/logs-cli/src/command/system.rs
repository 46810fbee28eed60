//! `logs system`: system records of tenant and platform.

use clap::{Args, Subcommand};
use logs_domain::{
    Component, CorrelationId, RecordId, Severity, SystemEventType, SystemRecordFilter,
    SystemRecordSnapshot, TenantId, Timestamp,
};

use crate::failure::Failure;
use crate::one_of::one_of;
use crate::output::{self, Fields, Noun};
use crate::page_flags::PageFlags;
use crate::session::Session;
use crate::window::{CreatedFlags, OccurredFlags, window};

const NOUN: Noun = Noun::new("system record", "system records");

#[derive(Debug, Subcommand)]
pub(crate) enum System {
    /// List records of the tenant and the platform, newest first by record time
    #[command(after_help = LIST_EXAMPLES)]
    List(Box<List>),
    /// Show one record of the tenant, or of the platform if the tenant has none with this id
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Show),
    /// List records that occurred in a window, oldest first
    #[command(after_help = WINDOW_EXAMPLES)]
    Window(Window),
    /// List records with a correlation id, oldest first
    #[command(after_help = CORRELATION_EXAMPLES)]
    ByCorrelation(ByCorrelation),
}

const LIST_EXAMPLES: &str = "\
Examples:
  logs system list --severity CRITICAL
  logs system list --component worker --event-type ERROR --all --json";

const SHOW_EXAMPLES: &str = "\
Examples:
  logs system show 019cae2f-1c00-7000-8000-000000000002
  logs system show 019cae2f-1c00-7000-8000-000000000002 --json";

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
    /// Only records of this event type, such as STARTUP, DEPLOY, ERROR
    #[arg(long, value_name = "EVENT")]
    event_type: Option<SystemEventType>,
    /// Only records of this severity
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
pub(crate) struct Show {
    /// The id of the record
    #[arg(value_name = "ID")]
    id: RecordId,
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
            Self::Show(show) => show.run(session).await,
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

impl Show {
    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = session.tenant()?;
        let store = session.reader().await?;
        let found = store.get_system_record(&tenant, &self.id).await?;
        output::one(session.output(), found, fields, || {
            format!(
                "neither tenant `{tenant}` nor the platform has a system record `{}`; \
                 `logs system list` shows what is there",
                self.id
            )
        })
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

fn fields(record: &SystemRecordSnapshot) -> Fields {
    let owner = record.tenant_id.as_ref();
    Fields::default()
        .add("id", record.id)
        .add(
            "tenant",
            owner.map_or("none, it is the platform's", TenantId::as_str),
        )
        .add("component", &record.component)
        .add("event", &record.event_type)
        .add("severity", record.severity)
        .add("summary", &record.summary)
        .add_optional("details", record.details.as_ref())
        .add("caused by", output::optional(record.caused_by))
        .add_optional("correlation", record.correlation_id.as_ref())
        .add_time("occurred", record.occurred_at)
        .add_time("stored", record.created_at)
}

#[cfg(test)]
mod tests {
    use logs_domain::{Draft, RecordKind, SystemRecordSnapshot, TenantId, Timestamp};

    use super::fields;

    #[test]
    fn every_field_of_a_record_is_shown() {
        let json = r#"{"system_record":{"id":"019cae2f-1c00-7000-8000-000000000001","component":"c",
            "event_type":"e","severity":"INFO","summary":"s","details":{},"caused_by":"HUMAN",
            "correlation_id":"c"}}"#;
        let Draft::SystemRecord(draft) = Draft::from_json(json).unwrap() else {
            panic!("a system record");
        };
        for tenant in [TenantId::new("t").ok(), None] {
            let time = Timestamp::from_micros(0).unwrap();
            let record = SystemRecordSnapshot::from_parts(tenant.clone(), draft.clone(), time);
            let mut out = Vec::new();
            fields(&record).write(&mut out).unwrap();
            let out = String::from_utf8(out).unwrap();
            // The id, the tenant and the record time are no columns of the kind.
            let expected = RecordKind::SystemRecord.columns().count() + 3;
            assert_eq!(out.lines().count(), expected);
            assert_eq!(out.contains("the platform's"), tenant.is_none(), "{out}");
        }
    }
}
