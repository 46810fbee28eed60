//! The service on a database.

use std::sync::Arc;

use logs_domain::{StoreLifecycle, StoreOptions};
use logs_postgres::PostgresStore;

use super::BACKEND;
use super::test_server::TestServer;
use crate::arguments::Arguments;
use crate::data::Population;
use crate::samples::Samples;
use crate::service::{self, Subject};

pub(super) async fn run(
    server: &TestServer,
    arguments: &Arguments,
    population: &Population,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    let (served, bare) = (server.database().await?, server.database().await?);
    let reader = Arc::new(PostgresStore::connect(&served.url, StoreOptions::default()).await?);
    let alone = Arc::new(PostgresStore::connect(&bare.url, StoreOptions::default()).await?);
    let subject = Subject {
        backend: BACKEND,
        url: served.url.clone(),
        reader: reader.clone(),
        bare: alone.clone(),
        meter: server.meter().await?,
    };
    service::measure(&subject, arguments, population, samples).await?;
    reader.close().await?;
    alone.close().await?;
    Ok(())
}
