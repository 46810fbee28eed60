//! `logs exports`: exports with their outcomes.

use clap::{Args, Subcommand};
use logs_domain::{ExportScope, ExportStatus, LogExportFilter, LogExportSnapshot, RecordId};

use crate::failure::Failure;
use crate::one_of::one_of;
use crate::output::{self, Fields, Noun};
use crate::page_flags::PageFlags;
use crate::session::Session;
use crate::window::CreatedFlags;

const NOUN: Noun = Noun::new("export", "exports");

const EXAMPLES: &str = "\
Examples:
  logs exports
  logs exports --status pending --scope audit
  logs exports show 019cae2f-1c00-7000-8000-000000000051";

const SHOW_EXAMPLES: &str = "\
Examples:
  logs exports show 019cae2f-1c00-7000-8000-000000000051
  logs exports show 019cae2f-1c00-7000-8000-000000000051 --json";

/// List exports and what became of them, newest first by the time they were requested
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub(crate) struct Exports {
    #[command(subcommand)]
    command: Option<Command>,
    /// Only exports of this scope
    #[arg(long, value_name = "SCOPE", value_parser = one_of(ExportScope::ALL, ExportScope::as_str))]
    scope: Option<ExportScope>,
    /// Only exports with this status
    #[arg(long, value_name = "STATUS", value_parser = one_of(ExportStatus::ALL, ExportStatus::as_str))]
    status: Option<ExportStatus>,
    #[command(flatten)]
    created: CreatedFlags,
    #[command(flatten)]
    page: PageFlags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show one export with its outcome
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Show),
}

#[derive(Args, Debug)]
struct Show {
    /// The id of the export
    #[arg(value_name = "ID")]
    id: RecordId,
}

impl Exports {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        if let Some(Command::Show(show)) = self.command {
            return show.run(session).await;
        }
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

impl Show {
    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = session.tenant()?;
        let store = session.reader().await?;
        let found = store.get_log_export(&tenant, &self.id).await?;
        output::one(session.output(), found, fields, || {
            format!(
                "tenant `{tenant}` has no export `{}`; `logs exports` lists the exports",
                self.id
            )
        })
    }
}

fn fields(export: &LogExportSnapshot) -> Fields {
    Fields::default()
        .add("id", export.id)
        .add("tenant", &export.tenant_id)
        .add("scope", export.scope)
        .add("format", export.format)
        .add("requested by", &export.requested_by)
        .add("status", export.status)
        .add_optional("checksum", export.checksum.as_ref())
        .add_optional("delivered", export.delivered_at.map(output::time))
        .add_optional("failure", export.failure_reason.as_ref())
        .add_time("stored", export.created_at)
}

#[cfg(test)]
mod tests {
    use logs_domain::{Draft, ExportResult, LogExportSnapshot, RecordKind, TenantId, Timestamp};

    use super::fields;

    #[test]
    fn every_field_of_an_export_is_shown() {
        let json = r#"{"log_export":{"id":"019cae2f-1c00-7000-8000-000000000001","scope":"audit",
            "format":"json","requested_by":"a"}}"#;
        let Draft::LogExport(draft) = Draft::from_json(json).unwrap() else {
            panic!("an export");
        };
        let time = Timestamp::from_micros(0).unwrap();
        let checksum = "sha256:9f86".parse().unwrap();
        let completed = ExportResult::Completed {
            checksum,
            delivered_at: time,
        };
        let failed = ExportResult::Failed {
            reason: "full".parse().unwrap(),
        };
        // The id, the tenant, the status and the record time are no columns of the kind.
        let requested = RecordKind::LogExport.columns().count() + 4;
        for (result, fields_of_it) in [(None, 0), (Some(completed), 2), (Some(failed), 1)] {
            let tenant = TenantId::new("t").unwrap();
            let export = LogExportSnapshot::from_parts(tenant, draft.clone(), time, result);
            let mut out = Vec::new();
            fields(&export).write(&mut out).unwrap();
            let lines = String::from_utf8(out).unwrap().lines().count();
            assert_eq!(lines, requested + fields_of_it, "{export:?}");
        }
    }
}
