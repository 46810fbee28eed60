//! Clients on several threads.

use std::sync::Arc;
use std::time::Duration;

use logs_contract::samples::{largest, tenant};
use logs_domain::{LlmRunFilter, LogsReader as _, RecordOutcome, StoreOptions};
use logs_ingest::{Ingest, IngestError, IngestOptions};
use logs_memory::MemoryStore;

use crate::scripted::{SKIP, draft};

const TENANTS: usize = 6;
const CLIENTS: usize = 8;
const REQUESTS: usize = 40;

/// Each client sends its requests one after the other, again while the ingest is busy.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_request_is_stored_once_and_everything_is_free_at_the_end() {
    let store = Arc::new(MemoryStore::new(StoreOptions::default()));
    let options = IngestOptions::default().queue(16, 1 << 20).commits(3, 2);
    let ingest = Ingest::new(store.clone(), options);
    let mut clients = Vec::new();
    for number in 0..TENANTS * CLIENTS {
        let (ingest, client) = (ingest.clone(), number / TENANTS);
        let tenant = tenant(&format!("t{}", number % TENANTS));
        clients.push(tokio::spawn(async move {
            for request in 0..REQUESTS {
                let admission = loop {
                    match ingest.admit(&tenant, 100) {
                        Ok(admission) => break admission,
                        Err(IngestError::Busy(_)) => tokio::task::yield_now().await,
                        Err(error) => panic!("{error}"),
                    }
                };
                let drafts = vec![draft(format!("{client}-{request}"))];
                let receipts = admission.submit(drafts, SKIP).await.unwrap();
                assert_eq!(receipts[0].outcome, RecordOutcome::Stored);
            }
        }));
    }
    for client in clients {
        client.await.unwrap();
    }
    assert_eq!(ingest.shutdown(Duration::from_secs(25)).await, 0);
    let stats = ingest.stats();
    assert_eq!((stats.open_requests, stats.open_bytes), (0, 0));
    assert_eq!(stats.waiting_parts, 0);
    let records = (TENANTS * CLIENTS * REQUESTS) as u64;
    assert_eq!(stats.counts.records_per_commit.sum(), records);
    let filter = LlmRunFilter::default();
    for number in 0..TENANTS {
        let tenant = tenant(&format!("t{number}"));
        let page = store.list_llm_runs(&tenant, &filter, &largest()).await;
        assert_eq!(page.unwrap().items.len(), CLIENTS * REQUESTS);
    }
}
