//! Writes the records of an export.

use std::io;

use futures_util::StreamExt;
use logs_facade::PendingExport;

use super::sink::Sink;
use crate::failure::Failure;
use crate::output::Inconsistency;

/// Decides what to do about an inconsistent record.
const SKIP: &str = "--skip-inconsistent leaves such records out and names them";

/// Writes every record of the export in its order.
pub(crate) async fn write_all(export: &PendingExport, sink: &mut Sink) -> Result<(), Failure> {
    let mut records = export.records();
    while let Some(item) = records.next().await {
        match item {
            Ok(record) => sink.write(&record).map_err(unwritable)?,
            // Without its position, the stream cannot continue past it, and later records would be
            // missing.
            Err(error) => match Inconsistency::of(&error) {
                Some(found) if sink.skips() && error.place().is_some() => sink.skip(found),
                Some(found) => return Err(found.as_error().and_also(SKIP)),
                None => return Err(error.into()),
            },
        }
    }
    Ok(())
}

/// The file cannot be written.
pub(crate) fn unwritable(error: io::Error) -> Failure {
    Failure::refused(format!("the export cannot be written: {error}"))
}
