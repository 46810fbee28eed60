//! Exports of spans through the service, beside bare appends of the records that they become.

use std::time::Duration;

use bytes::Bytes;
use logs_domain::TenantId;

use super::child::Service;
use super::client::Client;
use super::load::{self, Pace, Took};
use super::{Subject, TENANT};
use crate::arguments::Arguments;
use crate::data::{Population, Producer};
use crate::meter::Usage;
use crate::samples::Samples;
use crate::statistics::{Spread, quantile};

/// Spans of a request, connections, and requests of a connection in one measurement.
const CASES: [(usize, usize, usize); 3] = [(100, 4, 50), (1_000, 4, 10), (1, 32, 60)];

/// Measures all cases, and prints a line for each: how many spans were sent.
pub(crate) async fn measure(
    subject: &Subject,
    service: &Service,
    arguments: &Arguments,
    population: &Population,
    samples: &mut Samples,
) -> anyhow::Result<usize> {
    println!(
        "\nexports to {} over HTTP/1.1, protobuf; bare: `append` of the same records by as many callers",
        subject.backend
    );
    println!(
        "{:>9} {:>5} {:>9} {:>9} {:>21} {:>9} {:>9} {:>19} {:>19}",
        "spans a",
        "conn-",
        "spans/s",
        "bare",
        "of bare (quarters)",
        "server",
        "database",
        "answer, ms",
        "at half load, ms"
    );
    println!(
        "{:>9} {:>5} {:>9} {:>9} {:>21} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "request", "ects", "", "spans/s", "", "µs/span", "µs/span", "p50", "p99", "p50", "p99"
    );
    let mut sent = 0;
    let mut seed = 1_000_000;
    for (spans, connections, requests) in CASES {
        let requests = if arguments.quick {
            requests / 5
        } else {
            requests
        };
        let case = (spans, connections, requests);
        let mut contest = Case {
            subject,
            service,
            population,
            case,
            seed,
        };
        sent += contest.measure(arguments.transfers(), samples).await?;
        seed = contest.seed;
    }
    Ok(sent)
}

struct Case<'a> {
    subject: &'a Subject,
    service: &'a Service,
    population: &'a Population,
    case: (usize, usize, usize),
    seed: u64,
}

/// What one round took.
struct Round {
    took: Took,
    client: Duration,
    /// Of the service.
    server: Duration,
    database: Duration,
}

impl Round {
    /// With the service and the database as one server.
    fn usage(&self) -> Usage {
        Usage {
            wall: self.took.wall,
            client: self.client,
            server: self.server + self.database,
        }
    }
}

impl Case<'_> {
    async fn measure(&mut self, rounds: usize, samples: &mut Samples) -> anyhow::Result<usize> {
        let (spans, connections, requests) = self.case;
        let spans_of_round = spans * connections * requests;
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        // The first round makes statements and caches warm.
        for round in 0..=rounds {
            let bodies = self.bodies()?;
            let (one, other) = if round % 2 == 0 {
                let one = self.service(&bodies).await?;
                (one, self.bare(&bodies).await?)
            } else {
                let other = self.bare(&bodies).await?;
                (self.service(&bodies).await?, other)
            };
            if round > 0 {
                let work = format!("export {spans} by {connections}");
                let place = (round, spans_of_round);
                let backend = self.subject.backend;
                for (name, usage) in [("service", one.usage()), ("bare", other.usage())] {
                    samples.note(backend, &work, name, place, &usage)?;
                }
                ours.push(one);
                bare.push(other);
            }
        }
        let rate = |took: &Took| spans_of_round as f64 / took.wall.as_secs_f64();
        let rates: Vec<f64> = ours.iter().map(|round| rate(&round.took)).collect();
        let bare: Vec<f64> = bare.iter().map(|round| rate(&round.took)).collect();
        let ratios = rates.iter().zip(&bare).map(|(ours, bare)| ours / bare);
        let ratio = Spread::of(ratios.collect());
        let (median, bare) = (Spread::of(rates).median, Spread::of(bare).median);
        let all = (spans_of_round * ours.len()) as f64;
        let micros = |of: fn(&Round) -> Duration| {
            ours.iter().map(of).sum::<Duration>().as_secs_f64() * 1e6 / all
        };
        let (server, database) = (micros(|round| round.server), micros(|round| round.database));
        let answers = ours.iter().flat_map(|round| round.took.answers.iter());
        let full = millis(answers.copied().collect());

        // Each connection sends a request in the time in which all together may send that many spans.
        let interval = (spans * connections) as f64 / (median / 2.0);
        let pace = Pace::Every(Duration::from_secs_f64(interval));
        let clients = self.connect().await?;
        let paced = load::send(clients, &self.bodies()?, pace).await?;
        let half = millis(paced.answers);
        println!(
            "{spans:>9} {connections:>5} {median:>9.0} {bare:>9.0} {:>5.2} {:>15} {server:>9.1} {database:>9.1} \
             {:>9.2} {:>9.2} {:>9.2} {:>9.2}",
            ratio.median,
            format!("({:.2} to {:.2})", ratio.low, ratio.high),
            full.0,
            full.1,
            half.0,
            half.1
        );
        Ok(spans_of_round * (rounds + 2))
    }

    /// New bodies for each connection.
    fn bodies(&mut self) -> anyhow::Result<Vec<Vec<Bytes>>> {
        let (spans, connections, requests) = self.case;
        let mut all = Vec::with_capacity(connections);
        for _ in 0..connections {
            self.seed += 1;
            let mut producer = Producer::new(self.population, self.seed);
            let bodies = (0..requests).map(|_| super::spans::request(&mut producer, spans));
            all.push(bodies.collect::<anyhow::Result<_>>()?);
        }
        Ok(all)
    }

    async fn service(&self, bodies: &[Vec<Bytes>]) -> anyhow::Result<Round> {
        let clients = self.connect().await?;
        let before = self.service.processors()?;
        let work = load::send(clients, bodies, Pace::AtOnce);
        let (took, usage) = self.subject.meter.measure(work).await?;
        Ok(Round {
            took,
            client: usage.client,
            server: self.service.processors()?.saturating_sub(before),
            database: usage.server,
        })
    }

    /// New connections: the service closes those that were silent during the turn of the bare store.
    async fn connect(&self) -> anyhow::Result<Vec<Client>> {
        let mut clients = Vec::new();
        for _ in 0..self.case.1 {
            clients.push(Client::connect(self.service.address).await?);
        }
        Ok(clients)
    }

    async fn bare(&self, bodies: &[Vec<Bytes>]) -> anyhow::Result<Round> {
        let tenant = TenantId::new(TENANT)?;
        let batches = bodies.iter().map(|bodies| load::mapped(&tenant, bodies));
        let batches = batches.collect::<anyhow::Result<Vec<_>>>()?;
        let work = load::append(&self.subject.bare, &tenant, batches);
        let (took, usage) = self.subject.meter.measure(work).await?;
        Ok(Round {
            took,
            client: usage.client,
            server: Duration::ZERO,
            database: usage.server,
        })
    }
}

/// The 50th and the 99th hundredth, in milliseconds.
fn millis(answers: Vec<Duration>) -> (f64, f64) {
    let mut millis: Vec<f64> = answers
        .iter()
        .map(|answer| answer.as_secs_f64() * 1e3)
        .collect();
    millis.sort_by(f64::total_cmp);
    (quantile(&millis, 0.5), quantile(&millis, 0.99))
}
