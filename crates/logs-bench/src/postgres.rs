//! PostgreSQL: appends beside raw COPY into the same two tables, and beside the plain insert that
//! one would write without this project.

mod baseline_reads;
mod copy;
mod plain;
mod served;
mod test_server;
mod usage;

use std::sync::Arc;

use anyhow::Context;
use logs_domain::{LogsReader, StoreLifecycle, StoreOptions};
use logs_postgres::PostgresStore;

use self::baseline_reads::{Sqlx, TokioPostgres};
use self::copy::RawCopy;
use self::plain::Plain;
use self::test_server::TestServer;
use crate::appends::{Contest, SECOND, tenant};
use crate::arguments::Arguments;
use crate::data::Population;
use crate::growth::{self, Grown};
use crate::reads::{self, Bench, Reading};
use crate::samples::Samples;
use crate::subject::{Store, Subject};
use crate::{command, report, ties, verify, writers};

const BACKEND: &str = "postgres";

pub(crate) async fn run(
    arguments: &Arguments,
    population: &Population,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    server.describe().await?;
    if arguments.growth {
        return growth(&server, arguments, population, samples).await;
    }
    if arguments.usage {
        return usage::run(&server, arguments, population, samples).await;
    }
    if arguments.service {
        return served::run(&server, arguments, population, samples).await;
    }
    let store = server.database().await?;
    let again = server.database().await?;
    let copied = server.database().await?;
    let plain = server.database().await?;

    let adapter = Arc::new(PostgresStore::connect(&store.url, StoreOptions::default()).await?);
    let second = Arc::new(PostgresStore::connect(&again.url, StoreOptions::default()).await?);
    // Makes the partitions of the baseline, and reads them back.
    let of_baseline = PostgresStore::connect(&copied.url, StoreOptions::default()).await?;
    let baselines: Vec<Box<dyn Subject>> = vec![
        Box::new(RawCopy::open(&copied.url).await?),
        Box::new(Plain::open(&plain).await?),
    ];
    let meter = server.meter().await?;
    let sees_server = meter.sees_server();
    let mut contest = Contest::new(
        BACKEND,
        (Store(adapter.clone()), Store(second.clone())),
        baselines,
        meter,
        population,
    );
    contest.fill(arguments.stored()).await?;

    let names = [RawCopy::NAME, Plain::NAME];
    report::head(
        "appends to PostgreSQL, each a transaction",
        "record",
        &names,
    );
    for size in arguments.sizes() {
        let rounds = contest.measure(size, samples).await?;
        report::lines(size, &names, &rounds);
    }
    if !sees_server {
        println!("the server's processes are not on this machine: their time is not measured");
    }
    server.log_written(&mut contest).await?;

    let stored = contest.stored.clone();
    drop(contest);
    let written: [(&str, &dyn LogsReader); 3] = [
        ("store", &*adapter),
        (SECOND, &*second),
        (RawCopy::NAME, &of_baseline),
    ];
    verify::read_back(&written, &stored).await?;
    let counted = plain.count("SELECT COUNT(*) FROM baseline.run").await?;
    let expected = stored.get(Plain::NAME).copied().unwrap_or_default();
    anyhow::ensure!(
        counted == expected,
        "{}: {counted} of {expected}",
        Plain::NAME
    );
    println!("{}: {counted} records counted", Plain::NAME);
    for (name, database) in [("store", &store), (Plain::NAME, &plain)] {
        let records = stored.get(name).copied().unwrap_or_default() as f64;
        let bytes = database.bytes().await? as f64;
        println!("disk, {name}: {:.0} bytes per record", bytes / records);
    }
    let mut bench = Bench {
        backend: BACKEND,
        store: adapter.clone(),
        meter: server.meter().await?,
        arguments,
        samples,
    };
    store.prepare("VACUUM ANALYZE").await?;
    let baselines: Vec<Box<dyn Reading>> = vec![
        Box::new(Sqlx::open(&store.url).await?),
        Box::new(TokioPostgres::open(&store.url).await?),
    ];
    reads::all(&mut bench, baselines, &tenant()?).await?;
    writers::measure(&mut bench, population).await?;
    let tied = server.database().await?;
    let still = PostgresStore::connect(&tied.url, ties::options()).await?;
    ties::measure(&mut bench, Arc::new(still), population).await?;
    command::measure(
        BACKEND,
        &server.database().await?.url,
        arguments,
        population,
    )?;
    adapter.close().await?;
    second.close().await?;
    of_baseline.close().await?;
    Ok(())
}

/// Growth.
async fn growth(
    server: &TestServer,
    arguments: &Arguments,
    population: &Population,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    let (mut grown, mut stores, mut databases) = (Vec::new(), Vec::new(), Vec::new());
    for runs in growth::sizes(arguments) {
        let database = server.database().await?;
        let store = PostgresStore::connect(&database.url, StoreOptions::default()).await?;
        let store = Arc::new(store);
        grown.push(Grown::fill(store.clone(), runs, population).await?);
        database.prepare("VACUUM ANALYZE").await?;
        let bytes = database.bytes().await? as f64 / runs as f64;
        println!("disk: {bytes:.0} bytes per run");
        stores.push(store);
        databases.push(database);
    }
    let mut bench = Bench {
        backend: BACKEND,
        store: stores.last().context("a store")?.clone(),
        meter: server.meter().await?,
        arguments,
        samples,
    };
    growth::measure(&mut bench, &grown, population).await?;
    for store in stores {
        store.close().await?;
    }
    Ok(())
}
