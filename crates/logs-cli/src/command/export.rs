//! `logs export`: writes records to a file for readers without access to the store.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use indicatif::ProgressBar;
use logs_domain::{ActorId, Checksum, LogsStore, NewLogExport, TenantId, TimeRange, Timestamp};
use logs_facade::{LogsFacade, PendingExport};

use crate::export::{
    Columns, Destination, EvidenceFile, FileFormat, Manifest, Scope, Sink, Written, unwritable,
    write_all,
};
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::output::{self, Fields};
use crate::session::Session;
use crate::window::window;

/// The interval between two checks of an unsettled window.
const WAIT: Duration = Duration::from_millis(500);

const DETAILS: &str = "\
The file holds the records of the tenant in a settled window of record times (created_at). The same
window of the same store always gives the same bytes. llm_run holds runs, then trace headers, then
trace steps. system holds the records of the tenant and those of the platform, whose tenant_id is
null. In each kind, the newest record comes first, by created_at and then by id.

json has one exact record on each line, {\"llm_run\":{…}}. `logs import` reads it. csv has a header
and the kind in the first column. Unknown values are empty, and JSON objects are text. An apostrophe
precedes texts that a spreadsheet would run. docs/export.md has the details.

FILE.manifest.json has the SHA-256, the number of records and the window. Both files appear when
they are complete. The store keeps a record of the export: pending, then completed or failed.

Examples:
  logs export --scope audit --format json --out audit.ndjson
  logs export --scope llm_run --format csv --out march.csv \\
    --from 2026-03-01T00:00:00Z --to 2026-04-01T00:00:00Z
  sha256sum audit.ndjson && jq -r .sha256 audit.ndjson.manifest.json";

/// Write records to a file with a checksum and a manifest
#[derive(Args, Debug)]
#[command(after_help = DETAILS)]
pub(crate) struct Export {
    /// The records to export
    #[arg(long, value_name = "SCOPE")]
    scope: Scope,
    /// The format of the file
    #[arg(long, value_name = "FORMAT")]
    format: FileFormat,
    /// The file to write; it must not exist
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Only records stored at or after this time
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// Only records stored before this time [default: the settled time]
    #[arg(long, value_name = "TIME")]
    to: Option<Timestamp>,
    /// Wait until the whole window is settled
    #[arg(long)]
    wait: bool,
    /// Omit records that another program altered, name them in the manifest, and end with exit code 1.
    /// Without this flag, such a record fails the export
    #[arg(long)]
    skip_inconsistent: bool,
    /// The person who requests the export [default: the name in USER, else unknown]
    #[arg(long, value_name = "WHO")]
    requested_by: Option<ActorId>,
}

/// An export in progress.
struct ExportJob<'a> {
    flags: &'a Export,
    place: Destination,
    tenant: TenantId,
    window: TimeRange,
    request: NewLogExport,
    pending: PendingExport,
    requested_at: Timestamp,
}

impl Export {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = session.tenant()?;
        if self.out.as_os_str() == "-" {
            return Err(Failure::usage(
                "--out: a file with a name, because the manifest stands beside it",
            ));
        }
        let place = Destination::new(&self.out);
        if let Some(path) = place.taken() {
            return Err(Failure::refused(format!(
                "{} exists already; an export replaces no file, choose another --out",
                path.display()
            )));
        }
        if !place.folder().is_dir() {
            let folder = place.folder().display();
            return Err(Failure::usage(format!(
                "--out: there is no folder {folder}"
            )));
        }
        window(("--from", self.from), ("--to", self.to))?;
        let store = session.store().await?;
        let settled = store.settled_before(&tenant).await?;
        let to = self.to.unwrap_or(settled);
        if to > settled && !self.wait {
            return Err(Failure::refused(format!(
                "the window ends at {to}, but new records may still appear from {settled} on; \
                 omit --to, choose an earlier time, or use --wait"
            )));
        }
        let window = window(("--from", self.from), ("the settled time", Some(to)))?;
        let id = session.ids().next_id();
        let (scope, format) = (self.scope.into(), self.format.into());
        let request = NewLogExport::new(id, scope, format, self.requested_by()?);
        let facade = LogsFacade::new(Arc::clone(&store));
        let pending = facade.request_export(&tenant, request.clone(), window, None);
        let pending = pending.await?;
        let order = ExportJob {
            flags: &self,
            place,
            tenant,
            window,
            request,
            pending,
            requested_at: session.clock().now(),
        };
        let bar = progress(session.streams.err_is_terminal);
        let written = tokio::select! {
            written = order.write(&*store, &bar) => written,
            () = interrupted() => Err(Failure::refused("interrupted; nothing was exported")),
        };
        bar.finish_and_clear();
        let manifest = match written {
            Ok(manifest) => manifest,
            Err(failure) => return Err(order.record_failure(failure).await),
        };
        let checksum = Checksum::new(format!("sha256:{}", manifest.sha256))?;
        let completed = order
            .pending
            .complete(checksum, session.clock().now())
            .await;
        completed.map_err(|error| {
            Failure::from(error)
                .and_also("the file is complete, but its export stays pending in the store")
        })?;
        order.report(session, &manifest)?;
        match manifest.inconsistent.len() {
            0 => Ok(()),
            count => Err(Failure::inconsistent(count as u64)),
        }
    }
}

impl Export {
    fn requested_by(&self) -> Result<ActorId, Failure> {
        if let Some(name) = &self.requested_by {
            return Ok(name.clone());
        }
        let user = std::env::var("USER").ok();
        match user.and_then(|name| ActorId::new(name).ok()) {
            Some(name) => Ok(name),
            None => Ok(ActorId::new("unknown")?),
        }
    }
}

impl ExportJob<'_> {
    /// Writes both files.
    async fn write(&self, store: &dyn LogsStore, bar: &ProgressBar) -> Result<Manifest, Failure> {
        let settled_before = self.settled(store).await?;
        let file = EvidenceFile::create(&self.place).map_err(unwritable)?;
        let mut sink = match self.flags.format {
            FileFormat::Csv => {
                Sink::csv(Columns::of(self.flags.scope), file, bar).map_err(unwritable)?
            }
            FileFormat::Json => Sink::json(file, bar),
        };
        if self.flags.skip_inconsistent {
            sink = sink.skipping();
        }
        write_all(&self.pending, &mut sink).await?;
        let Written {
            file,
            sha256,
            bytes,
            counts,
            skipped,
        } = sink.finish().map_err(unwritable)?;
        let name = self.place.file.file_name().unwrap_or_default();
        let manifest = Manifest {
            manifest_version: 1,
            export_id: self.request.id,
            tenant_id: self.tenant.clone(),
            scope: self.request.scope,
            format: self.request.format,
            file: name.to_string_lossy().into_owned(),
            bytes,
            sha256,
            counts,
            inconsistent: skipped,
            window: self.window,
            settled_before,
            order: Manifest::ORDER,
            requested_by: self.request.requested_by.clone(),
            requested_at: self.requested_at,
            program: Manifest::PROGRAM,
        };
        let beside = manifest.to_bytes()?;
        self.place.publish(file, &beside).map_err(unwritable)?;
        Ok(manifest)
    }

    /// Waits until the window is settled.
    async fn settled(&self, store: &dyn LogsStore) -> Result<Timestamp, Failure> {
        loop {
            let settled = store.settled_before(&self.tenant).await?;
            if self.window.to().is_none_or(|to| to <= settled) {
                return Ok(settled);
            }
            tokio::time::sleep(WAIT).await;
        }
    }

    /// Records the failure of the export. The result also has the error if that fails.
    async fn record_failure(&self, failure: Failure) -> Failure {
        let recorded = self.pending.fail(failure.message().unwrap_or_default());
        match recorded.await.map_err(Failure::from) {
            Ok(()) => failure,
            Err(also) => failure.and_also(&format!(
                "export {} stays pending, because its failure cannot be recorded: {}",
                self.pending.id(),
                also.message().unwrap_or_default()
            )),
        }
    }

    fn report(&self, session: &mut Session<'_>, manifest: &Manifest) -> Result<(), Failure> {
        if session.json() {
            return output::json(session.output(), manifest);
        }
        let kinds = manifest.counts.records_by_kind.iter();
        let kinds: Vec<String> = kinds
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        let records = match kinds.as_slice() {
            [] => "none".to_owned(),
            kinds => kinds.join(", "),
        };
        let left_out = match manifest.inconsistent.len() {
            0 => None,
            count => Some(format!(
                "{count} that cannot be read; the manifest names them"
            )),
        };
        let (from, to) = (self.window.from(), self.window.to());
        Fields::default()
            .add("file", self.place.file.display())
            .add("manifest", self.place.manifest.display())
            .add("records", records)
            .add_optional("left out", left_out)
            .add("size", format!("{} bytes", manifest.bytes))
            .add("sha256", &manifest.sha256)
            .add(
                "from",
                from.map_or_else(|| "the beginning".to_owned(), output::time),
            )
            .add("to", output::optional(to.map(output::time)))
            .add("export", self.request.id)
            .write(session.streams.out)?;
        Ok(())
    }
}

/// Shows the number of written records on a terminal.
fn progress(is_terminal: bool) -> ProgressBar {
    output::progress(is_terminal, None, "{spinner} {human_pos} records {elapsed}")
}
