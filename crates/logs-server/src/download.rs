//! The download of an export: its lines go to the client as they are read, and then its outcome is stored.

use std::fmt::Write;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use logs_domain::{Checksum, Clock, InvalidValue};
use logs_facade::PendingExport;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::error;

use crate::limiter::Permit;

/// So many bytes of lines go to the connection at once; a longer line goes whole.
const CHUNK_BYTES: usize = 64 * 1024;
/// How many of these wait for the client.
const AHEAD: usize = 2;
/// Those that wait, and the one that is being filled.
#[cfg(test)]
pub(crate) const AHEAD_BYTES: usize = (AHEAD + 1) * CHUNK_BYTES;

/// A part of a download.
#[derive(Debug)]
enum Part {
    Lines(Bytes),
    /// The outcome is stored: the body is complete. A body that ends without it is cut off.
    End,
}

/// The downloads in flight.
#[derive(Clone, Debug)]
pub(crate) struct Downloads {
    tasks: TaskTracker,
    ending: CancellationToken,
    clock: Arc<dyn Clock>,
    /// How long a client may take nothing.
    patience: Duration,
}

impl Downloads {
    pub(crate) fn new(clock: Arc<dyn Clock>, patience: Duration) -> Self {
        Self {
            tasks: TaskTracker::new(),
            ending: CancellationToken::new(),
            clock,
            patience,
        }
    }

    /// The body of an answer with the records of the export as lines of JSON.
    ///
    /// The export is completed before the body ends, and after the connection took all lines. If the client goes away,
    /// takes nothing for a while, or a record cannot be read, then the export fails and the body is cut off.
    pub(crate) fn start(&self, export: PendingExport, permit: Permit) -> Body {
        let (sender, receiver) = mpsc::channel(AHEAD);
        let downloads = self.clone();
        self.tasks.spawn(async move {
            if downloads.run(&export, &sender).await {
                // Without a receiver nobody waits for the end.
                let _ = sender.send(Part::End).await;
            }
            drop(permit);
        });
        body(receiver)
    }

    /// Ends what is in flight as failed, and waits until that is stored.
    pub(crate) async fn close(&self) {
        self.ending.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Sends the lines and stores the outcome. Returns whether the export is completed.
    async fn run(&self, export: &PendingExport, sender: &mpsc::Sender<Part>) -> bool {
        let sent = tokio::select! {
            sent = self.send(export, sender) => sent,
            () = self.ending.cancelled() => Err("the service ended before the download".to_owned()),
        };
        let stored = match &sent {
            Ok(checksum) => export.complete(checksum.clone(), self.clock.now()).await,
            Err(why) => export.fail(why).await,
        };
        if let Err(fault) = &stored {
            error!(%fault, "the outcome of an export is not stored; the export stays pending");
        }
        sent.is_ok() && stored.is_ok()
    }

    /// Sends all lines, and returns their checksum when the connection took them.
    async fn send(
        &self,
        export: &PendingExport,
        sender: &mpsc::Sender<Part>,
    ) -> Result<Checksum, String> {
        let mut digest = Sha256::new();
        let mut lines = Vec::with_capacity(CHUNK_BYTES);
        let mut records = export.records();
        while let Some(record) = records.next().await {
            let record = record.map_err(|error| error.to_string())?;
            serde_json::to_writer(&mut lines, &record).map_err(|error| error.to_string())?;
            lines.push(b'\n');
            if lines.len() >= CHUNK_BYTES {
                digest.update(&lines);
                let full = std::mem::replace(&mut lines, Vec::with_capacity(CHUNK_BYTES));
                self.hand_over(sender, full).await?;
            }
        }
        digest.update(&lines);
        if !lines.is_empty() {
            self.hand_over(sender, lines).await?;
        }
        // All places are free when the connection took every part.
        self.patiently(sender.reserve_many(AHEAD)).await?;
        checksum(digest).map_err(|error| error.to_string())
    }

    async fn hand_over(&self, sender: &mpsc::Sender<Part>, lines: Vec<u8>) -> Result<(), String> {
        self.patiently(sender.send(Part::Lines(lines.into()))).await
    }

    /// Waits for the client.
    async fn patiently<T, E>(
        &self,
        taken: impl Future<Output = Result<T, E>>,
    ) -> Result<(), String> {
        match timeout(self.patience, taken).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err("the client ended the download".to_owned()),
            Err(_) => {
                let seconds = self.patience.as_secs_f32();
                Err(format!("the client took nothing for {seconds} s"))
            }
        }
    }
}

fn body(receiver: mpsc::Receiver<Part>) -> Body {
    let parts = stream::unfold(Some(receiver), |receiver| async {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Part::Lines(lines)) => Some((Ok(lines), Some(receiver))),
            Some(Part::End) => None,
            None => Some((Err(io::Error::other("the export failed")), None)),
        }
    });
    // Compression asks again after the end.
    Body::from_stream(parts.fuse())
}

fn checksum(digest: Sha256) -> Result<Checksum, InvalidValue> {
    let mut text = String::from("sha256:");
    for byte in digest.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Checksum::new(text)
}
