//! The service, `logs serve`, beside the store alone: exports of spans, questions, memory, start.

mod child;
mod client;
mod exports;
mod load;
mod questions;
mod spans;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use logs_domain::LogsStore;

use self::child::Service;
use self::client::{Client, get};
use crate::arguments::Arguments;
use crate::data::Population;
use crate::machine;
use crate::meter::Meter;
use crate::samples::Samples;
use crate::statistics::Spread;

/// The tenant of everything that is sent.
const TENANT: &str = "bench";
/// Connections that have sent the head of a request and never send its body.
const SLOW: usize = 1_000;
/// How often the service starts on the store that was filled.
const STARTS: usize = 7;

/// A store that is served, and one beside it.
pub(crate) struct Subject {
    pub(crate) backend: &'static str,
    /// The store that is served.
    pub(crate) url: String,
    /// The same store, opened by this process.
    pub(crate) reader: Arc<dyn LogsStore>,
    /// Another store of this kind, which this process appends to.
    pub(crate) bare: Arc<dyn LogsStore>,
    /// Sees the processes of the database.
    pub(crate) meter: Meter,
}

/// Measures everything about the service on a store.
pub(crate) async fn measure(
    subject: &Subject,
    arguments: &Arguments,
    population: &Population,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    machine::load()?;
    let service = Service::start(&subject.url, TENANT).await?;
    let (idle, _) = service.memory()?;
    let sent = exports::measure(subject, &service, arguments, population, samples).await?;
    machine::load()?;
    let (after, most) = service.memory()?;
    let mut client = Client::connect(service.address).await?;
    let usage = client.ask(&get("/api/v1/usage")).await?;
    let usage: serde_json::Value = serde_json::from_slice(&usage)?;
    let stored = usage
        .pointer("/groups/0/runs")
        .and_then(serde_json::Value::as_u64);
    anyhow::ensure!(
        stored == Some(sent as u64),
        "{sent} spans were acknowledged, and the store has {stored:?}"
    );
    println!("{sent} spans were acknowledged, and are stored");
    questions::measure(subject, &service, arguments).await?;
    let slow = slow(&service).await?;
    println!(
        "\nmemory, MB: {idle:.0} idle, {after:.0} after the load, {most:.0} at most, {slow:.0} with {SLOW} slow connections"
    );
    service.end()?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let service = Service::start(&subject.url, TENANT).await?;
        starts.push(service.started_in.as_secs_f64() * 1e3);
        service.end()?;
    }
    let spread = Spread::of(starts);
    println!(
        "start on the store, to the first answer: {:.0} ms ({:.0} to {:.0})",
        spread.median, spread.low, spread.high
    );
    machine::load()
}

/// The memory of the service while many connections are in the middle of a request.
async fn slow(service: &Service) -> anyhow::Result<f64> {
    let request = client::export(&[0; 1_000]);
    let part = request.get(..request.len() - 500).context("a part")?;
    let mut connections = Vec::with_capacity(SLOW);
    for _ in 0..SLOW {
        let mut connection = Client::connect(service.address).await?;
        connection.send(part).await?;
        connections.push(connection);
    }
    // All are read when a request that came behind them is answered, and a moment has passed.
    let mut last = Client::connect(service.address).await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    last.ask(&get("/api/v1/runs?limit=1&count=skip")).await?;
    Ok(service.memory()?.0)
}
