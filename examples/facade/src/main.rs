//! Prints the story of a run: `facade TENANT RUN`, from the store of `LOGS_STORE_URL`.

#![expect(clippy::print_stdout, reason = "the output of a command line tool")]

use std::error::Error;

use logs_domain::{RunId, StoreOptions, TenantId};
use logs_example_facade::RunStories;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(tenant), Some(run), None) = (words.next(), words.next(), words.next()) else {
        return Err("give a tenant and a run: facade TENANT RUN".into());
    };
    // A wrong id is refused here, with what is expected of it, before any store is asked.
    let (tenant, run) = (TenantId::new(tenant)?, RunId::new(run)?);

    // The one place that picks a backend. Everything behind it takes what it is given.
    let url = std::env::var(logs_store::URL_VARIABLE);
    let url = url.as_deref().unwrap_or(logs_store::DEFAULT_URL);
    let store = logs_store::connect_read_only(url, StoreOptions::default()).await?;

    let stories = RunStories::new(store.clone());
    match stories.tell(&tenant, &run).await? {
        Some(story) => print!("{story}"),
        None => println!("{tenant} has no run {run}"),
    }
    store.close().await?;
    Ok(())
}
