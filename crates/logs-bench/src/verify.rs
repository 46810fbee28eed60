//! What was written is there: every page of everything is read back through the store.

use futures_util::TryStreamExt;
use logs_domain::{Direction, LlmRunFilter, LogsReader, LogsReaderExt, TenantId};

use crate::appends::{Stored, tenant};

/// Reads every run of a tenant back and counts them. The store checks the digest of each against
/// its fields, so a run that came back otherwise than it was written is an error.
pub(crate) async fn count(store: &dyn LogsReader, tenant: &TenantId) -> anyhow::Result<usize> {
    let filter = LlmRunFilter::default();
    let mut runs = std::pin::pin!(store.stream_llm_runs(tenant, &filter, Direction::Descending));
    let mut counted = 0;
    while let Some(_run) = runs.try_next().await? {
        counted += 1;
    }
    Ok(counted)
}

/// Reads back what the contestants wrote for the tenant of the benchmark, and says so.
///
/// # Errors
/// When one of them holds another number of records than it was given.
pub(crate) async fn read_back(
    written: &[(&str, &dyn LogsReader)],
    stored: &Stored,
) -> anyhow::Result<()> {
    for (name, reader) in written {
        let counted = count(*reader, &tenant()?).await?;
        let expected = stored.get(name).copied().unwrap_or_default();
        anyhow::ensure!(
            counted == expected,
            "{name}: {counted} of {expected} records"
        );
        println!("{name}: {counted} records read back");
    }
    Ok(())
}
