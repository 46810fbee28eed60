//! Who read what: each answered read is an audit entry of its tenant.

use std::sync::Arc;
use std::time::Duration;

use logs_domain::{
    AppendBatch, AuditEventType, EntityId, EntityType, InvalidValue, JsonObject, LogsStore,
    NewAuditEntry, OnConflict, RecordId, StoreResult, TenantId,
};
use serde::Serialize;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{error, warn};

use crate::authentication::Caller;

/// How many entries wait at most. More reads wait with their answers.
const WAITING: usize = 10_000;
/// How many entries one append takes. The states of so many have less than the bytes of a batch.
const APPEND: usize = AppendBatch::MAX_BYTES / (JsonObject::MAX_BYTES + 1_024);
/// How long an entry waits for others.
const DELAY: Duration = Duration::from_secs(1);
/// How long a failed append waits before the next try.
const RETRY: Duration = Duration::from_secs(1);

/// When the entry of a read is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Before the answer: what names a single thing, and what takes many records away.
    BeforeAnswer,
    /// Within a second: lists, which a person looks through.
    Soon,
}

/// What was read, as the entry tells it.
#[derive(Debug, Serialize)]
pub(crate) struct Read<'a> {
    /// The path of the route.
    pub(crate) path: &'a str,
    /// The parameters of the request.
    pub(crate) parameters: &'a serde_json::Map<String, serde_json::Value>,
    /// How many records the answer had.
    pub(crate) items: u64,
    pub(crate) request_id: &'a str,
}

impl Read<'_> {
    /// The entry about this read.
    pub(crate) fn entry(
        &self,
        id: RecordId,
        caller: &Caller,
    ) -> Result<NewAuditEntry, InvalidValue> {
        entry(id, caller, AuditEventType::RECORDS_READ, self.path, self)
    }
}

/// An export that was asked for, as the entry tells it.
#[derive(Debug, Serialize)]
pub(crate) struct Exported<'a> {
    /// The path of the route.
    pub(crate) path: &'a str,
    /// The parameters of the request.
    pub(crate) parameters: &'a serde_json::Map<String, serde_json::Value>,
    /// The export, whose record has the outcome.
    pub(crate) export_id: RecordId,
    pub(crate) request_id: &'a str,
}

impl Exported<'_> {
    /// The entry about this export.
    pub(crate) fn entry(
        &self,
        id: RecordId,
        caller: &Caller,
    ) -> Result<NewAuditEntry, InvalidValue> {
        let event_type = AuditEventType::RECORDS_EXPORTED;
        entry(id, caller, event_type, self.path, self)
    }
}

fn entry(
    id: RecordId,
    caller: &Caller,
    event_type: AuditEventType,
    path: &str,
    state: &impl Serialize,
) -> Result<NewAuditEntry, InvalidValue> {
    let state = serde_json::to_string(state)
        .map_err(|error| InvalidValue::new("after_state", error, "JSON"))?;
    let entity_id = EntityId::new(path)?;
    let mut entry = NewAuditEntry::new(
        id,
        event_type,
        EntityType::ACCESS,
        entity_id,
        caller.actor_type,
    );
    entry.actor_id.clone_from(&caller.actor_id);
    Ok(entry.after_state(JsonObject::parse(&state)?))
}

/// Stores the entries of reads.
#[derive(Debug)]
pub(crate) struct AccessLog {
    store: Arc<dyn LogsStore>,
    waiting: Mutex<Option<mpsc::Sender<(TenantId, NewAuditEntry)>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl AccessLog {
    /// An access log of this store. It needs a runtime.
    pub(crate) fn new(store: Arc<dyn LogsStore>) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        let writer = tokio::spawn(write(Arc::clone(&store), receiver));
        Self {
            store,
            waiting: Mutex::new(Some(sender)),
            writer: Mutex::new(Some(writer)),
        }
    }

    /// Stores an entry: before this returns, or within a second.
    ///
    /// # Errors
    /// Those of an append, for an entry that is stored at once. Then nobody may see the answer.
    pub(crate) async fn note(
        &self,
        tenant: &TenantId,
        entry: NewAuditEntry,
        when: When,
    ) -> StoreResult<()> {
        let sender = self.waiting.lock().await.clone();
        if when == When::Soon
            && let Some(sender) = sender
            && sender.send((tenant.clone(), entry.clone())).await.is_ok()
        {
            return Ok(());
        }
        let batch = AppendBatch::new(vec![entry.into()])?;
        let append = self.store.append(tenant, &batch, OnConflict::RejectCall);
        append.await.map(drop)
    }

    /// Stores what waits, and ends.
    pub(crate) async fn close(&self) {
        self.waiting.lock().await.take();
        let writer = self.writer.lock().await.take();
        if let Some(writer) = writer
            && let Err(fault) = writer.await
        {
            error!(%fault, "the access log ended early");
        }
    }
}

/// Stores entries in the order in which they come, until nobody sends more.
async fn write(store: Arc<dyn LogsStore>, mut receiver: mpsc::Receiver<(TenantId, NewAuditEntry)>) {
    while let Some(first) = receiver.recv().await {
        let mut entries = vec![first];
        let until = Instant::now() + DELAY;
        while entries.len() < APPEND {
            match timeout_at(until, receiver.recv()).await {
                Ok(Some(entry)) => entries.push(entry),
                Ok(None) | Err(_) => break,
            }
        }
        // The sort is stable: the entries of a tenant stay in order.
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        for of_tenant in entries.chunk_by(|(one, _), (other, _)| one == other) {
            append(&*store, of_tenant).await;
        }
    }
}

/// Stores entries of one tenant, however long it takes.
async fn append(store: &dyn LogsStore, entries: &[(TenantId, NewAuditEntry)]) {
    let Some((tenant, _)) = entries.first() else {
        return;
    };
    let drafts = entries.iter().map(|(_, entry)| entry.clone().into());
    let batch = match AppendBatch::new(drafts.collect()) {
        Ok(batch) => batch,
        Err(refused) => {
            error!(%refused, "entries of the access log cannot be stored");
            return;
        }
    };
    loop {
        match store.append(tenant, &batch, OnConflict::SkipRecord).await {
            Ok(_) => return,
            Err(fault) if fault.is_retryable() => {
                warn!(%fault, "the access log waits for the store");
                sleep(RETRY).await;
            }
            Err(fault) => {
                error!(%fault, entries = entries.len(), "entries of the access log are lost");
                return;
            }
        }
    }
}
