//! Several writers at once, of one tenant and of many.

use anyhow::Context;
use logs_domain::TenantId;

use crate::appends::{Rounds, tenant};
use crate::batch::Batch;
use crate::data::{Population, Producer, Random};
use crate::meter::Usage;
use crate::reads::Bench;
use crate::report;
use crate::subject::Store;

/// How many appends one measurement is, all writers together, and how large they are.
const APPENDS: usize = 16;
const RECORDS: usize = 100;
/// The most writers at once.
const WRITERS: usize = 8;
/// Tenants of which the first is asked for most, the second half as often, and so on.
const TENANTS: usize = 20;
const ONE: &str = "1 writer, 1 tenant";

/// Prints what an appended record takes when several append at once.
pub(crate) async fn measure(bench: &mut Bench<'_>, population: &Population) -> anyhow::Result<()> {
    let hot = vec![tenant()?];
    let many = (1..=TENANTS).map(|number| Ok(TenantId::new(format!("tenant-{number}"))?));
    let many: Vec<TenantId> = many.collect::<anyhow::Result<_>>()?;
    let scenarios = [
        (ONE, 1, &hot),
        ("8 writers, 1 tenant", WRITERS, &hot),
        ("8 writers, 20 tenants", WRITERS, &many),
    ];
    let mut rounds = Rounds::new();
    let mut random = Random(17);
    for round in 0..=bench.arguments.rounds() {
        for (name, writers, tenants) in scenarios {
            let mut batches = Vec::with_capacity(APPENDS);
            for _ in 0..APPENDS {
                let mut producer = Producer::new(population, random.next());
                let tenant = zipf(&mut random, tenants)?;
                batches.push(Batch::fresh(tenant, &mut producer, RECORDS)?);
            }
            let usage = append(bench, batches, writers).await?;
            if round > 0 {
                let units = (round, APPENDS * RECORDS);
                bench
                    .samples
                    .note(bench.backend, "writers", name, units, &usage)?;
                rounds.entry(name.to_owned()).or_default().push(usage);
            }
        }
    }
    let title = format!(
        "appends of {RECORDS} records to {}, several at once",
        bench.backend
    );
    report::head(&title, "record", &[ONE]);
    for (name, _, _) in scenarios {
        report::line(name, name, &[ONE], &rounds, APPENDS * RECORDS);
    }
    Ok(())
}

async fn append(bench: &Bench<'_>, batches: Vec<Batch>, writers: usize) -> anyhow::Result<Usage> {
    let mut shares: Vec<Vec<Batch>> = vec![Vec::new(); writers];
    for (place, batch) in batches.into_iter().enumerate() {
        shares
            .get_mut(place % writers)
            .context("a writer")?
            .push(batch);
    }
    let work = async {
        let mut tasks = tokio::task::JoinSet::new();
        for share in shares {
            let store = Store(bench.store.clone());
            tasks.spawn(async move {
                for batch in &share {
                    store.append_new(batch, batch.rows.len()).await?;
                }
                Ok::<_, anyhow::Error>(())
            });
        }
        while let Some(task) = tasks.join_next().await {
            task??;
        }
        Ok(())
    };
    Ok(bench.meter.measure(work).await?.1)
}

/// The tenant of a place `n` is chosen as often as 1/n says.
fn zipf<'a>(random: &mut Random, tenants: &'a [TenantId]) -> anyhow::Result<&'a TenantId> {
    let weight = |place: usize| 1.0 / (place + 1) as f64;
    let mut left = random.fraction() * (0..tenants.len()).map(weight).sum::<f64>();
    let chosen = (0..tenants.len()).find(|place| {
        left -= weight(*place);
        left < 0.0
    });
    tenants.get(chosen.unwrap_or(0)).context("a tenant")
}
