//! Clients that send exports, and callers that append the same records without a service.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use logs_domain::{AppendBatch, LogsStore, OnConflict, TenantId};
use logs_otlp::decode::{self, Encoding};
use logs_otlp::map::{self, Settings};
use tokio::task::JoinSet;

use super::client::{Client, export};

/// What some requests took.
#[derive(Debug, Default)]
pub(crate) struct Took {
    pub(crate) wall: Duration,
    /// Of each request, until its acknowledgement.
    pub(crate) answers: Vec<Duration>,
}

/// How the requests of a connection follow each other.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// Each after the answer to the one before.
    AtOnce,
    /// At fixed times. An answer that is late makes those behind it late, and their clocks run by then.
    Every(Duration),
}

/// Sends the bodies of each connection.
pub(crate) async fn send(
    clients: Vec<Client>,
    bodies: &[Vec<Bytes>],
    pace: Pace,
) -> anyhow::Result<Took> {
    let mut tasks = JoinSet::new();
    let connections = bodies.len() as u32;
    let begun = Instant::now();
    for (place, (mut client, bodies)) in clients.into_iter().zip(bodies).enumerate() {
        let requests: Vec<Bytes> = bodies.iter().map(|body| export(body)).collect();
        tasks.spawn(async move {
            let mut answers = Vec::with_capacity(requests.len());
            for (number, request) in requests.iter().enumerate() {
                let due = match pace {
                    Pace::AtOnce => Instant::now(),
                    Pace::Every(interval) => {
                        let offset = interval * place as u32 / connections;
                        let due = begun + offset + interval * number as u32;
                        tokio::time::sleep_until(due.into()).await;
                        due
                    }
                };
                let body = client.ask(request).await?;
                answers.push(due.elapsed());
                // Protobuf: a success without refused spans is empty.
                anyhow::ensure!(body.is_empty(), "spans were refused: {body:?}");
            }
            Ok::<_, anyhow::Error>(answers)
        });
    }
    let mut took = Took::default();
    while let Some(task) = tasks.join_next().await {
        took.answers.extend(task??);
    }
    took.wall = begun.elapsed();
    Ok(took)
}

/// The batches of records that bodies become.
pub(crate) fn mapped(tenant: &TenantId, bodies: &[Bytes]) -> anyhow::Result<Vec<AppendBatch>> {
    let batches = bodies.iter().map(|body| {
        let request = decode::traces(body, Encoding::Protobuf)?;
        let mapped = map::traces(&request, tenant, &Settings::default());
        let drafts = mapped.drafts.into_iter().map(|made| made.draft);
        Ok(AppendBatch::new(drafts.collect())?)
    });
    batches.collect()
}

/// Appends the batches of each caller.
pub(crate) async fn append(
    store: &Arc<dyn LogsStore>,
    tenant: &TenantId,
    batches: Vec<Vec<AppendBatch>>,
) -> anyhow::Result<Took> {
    let mut tasks = JoinSet::new();
    let begun = Instant::now();
    for batches in batches {
        let (store, tenant) = (Arc::clone(store), tenant.clone());
        tasks.spawn(async move {
            let mut answers = Vec::with_capacity(batches.len());
            for batch in &batches {
                let begun = Instant::now();
                store.append(&tenant, batch, OnConflict::SkipRecord).await?;
                answers.push(begun.elapsed());
            }
            Ok::<_, anyhow::Error>(answers)
        });
    }
    let mut took = Took::default();
    while let Some(task) = tasks.join_next().await {
        took.answers.extend(task??);
    }
    took.wall = begun.elapsed();
    Ok(took)
}
