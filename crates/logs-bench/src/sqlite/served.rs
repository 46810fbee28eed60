//! The service on a file.

use std::path::Path;
use std::sync::Arc;

use logs_domain::{StoreLifecycle, StoreOptions};
use logs_sqlite::SqliteStore;

use super::BACKEND;
use crate::arguments::Arguments;
use crate::data::Population;
use crate::meter::Meter;
use crate::samples::Samples;
use crate::service::{self, Subject};

pub(super) async fn run(
    folder: &Path,
    arguments: &Arguments,
    population: &Population,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    let [served, bare] = ["served.db", "bare.db"].map(|name| folder.join(name));
    let reader = Arc::new(SqliteStore::open(&served, StoreOptions::default()).await?);
    let bare = Arc::new(SqliteStore::open(&bare, StoreOptions::default()).await?);
    let subject = Subject {
        backend: BACKEND,
        url: format!("sqlite:{}", served.display()),
        reader: reader.clone(),
        bare: bare.clone(),
        meter: Meter::default(),
    };
    service::measure(&subject, arguments, population, samples).await?;
    reader.close().await?;
    bare.close().await?;
    Ok(())
}
