//! Many callers at once.

use std::sync::Arc;

use anyhow::Context;
use logs_domain::TenantId;

use super::{Bench, Key};
use crate::report;

/// How many callers read at once.
const CALLERS: [usize; 3] = [1, 8, 32];
/// How many reads one measurement is, all callers together.
const READS: usize = 1_600;

/// Prints what a read by key takes when several callers read at once.
pub(crate) async fn measure(
    bench: &mut Bench<'_>,
    tenant: &TenantId,
    keys: Vec<Key>,
) -> anyhow::Result<()> {
    let keys = Arc::new(keys);
    let mut rounds = crate::appends::Rounds::new();
    for round in 0..=bench.arguments.rounds() {
        for callers in CALLERS {
            let work = async {
                let mut tasks = tokio::task::JoinSet::new();
                for caller in 0..callers {
                    let (store, keys) = (bench.store.clone(), keys.clone());
                    let tenant = tenant.clone();
                    tasks.spawn(async move {
                        for read in (caller..READS).step_by(callers) {
                            let place = (read * 7_919 + round) % keys.len();
                            let key = keys.get(place).context("a key")?;
                            let run = store.get_llm_run(&tenant, &key.run_id).await?;
                            anyhow::ensure!(run.is_some(), "a run is missing");
                        }
                        Ok(())
                    });
                }
                while let Some(task) = tasks.join_next().await {
                    task??;
                }
                Ok(())
            };
            let usage = bench.meter.measure(work).await?.1;
            if round > 0 {
                let name = name(callers);
                bench
                    .samples
                    .note(bench.backend, "callers", &name, (round, READS), &usage)?;
                rounds.entry(name).or_default().push(usage);
            }
        }
    }
    let first = name(1);
    let title = format!("reads by key of {}, several callers at once", bench.backend);
    report::head(&title, "read", &[&first]);
    for callers in CALLERS {
        let name = name(callers);
        report::line(&name, &name, &[&first], &rounds, READS);
    }
    Ok(())
}

fn name(callers: usize) -> String {
    format!("{callers} at once")
}
