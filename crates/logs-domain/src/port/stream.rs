//! Whole lists as streams.

use futures_util::Stream;
use futures_util::stream::{self, StreamExt};

use super::LogsReader;
use crate::{
    AuditFilter, AuditLedgerSnapshot, CountMode, Direction, JsonObject, LlmRunFilter,
    LlmRunSnapshot, PageLimit, PageRequest, QueryResult, StoreResult, SystemRecordFilter,
    SystemRecordSnapshot, TenantId, TraceFilter, TraceId, TraceSnapshot, TraceStepFilter,
    TraceStepRecord, TraceStepSnapshot,
};

/// How many records the first page has. The largest of them take 13 MiB.
const FIRST_RECORDS: usize = 100;
/// How many times more records a page has at most than the one before.
const GROWTH: usize = 4;
/// How many bytes of JSON a page has, as far as the page before tells.
const PAGE_BYTES: usize = 8 * 1024 * 1024;

/// Whole lists as streams, in either direction, for every reader. A stream reads one uncounted page at a time.
/// It ends after the last record or with the first error.
///
/// The first page has 100 records. Each later page has up to four times as many, and at most 1000. From the
/// largest record of the previous page, the stream chooses a size that keeps the JSON of a page below 8 MiB.
///
/// An [`Inconsistent`](crate::StoreError::Inconsistent) record is an error in the stream. If the error has a
/// [`place`](crate::StoreError::place), a caller may continue, and the stream returns the records after it.
pub trait LogsReaderExt: LogsReader {
    /// All of [`list_llm_runs`](LogsReader::list_llm_runs).
    fn stream_llm_runs<'a>(
        &'a self,
        tenant: &'a TenantId,
        filter: &'a LlmRunFilter,
        direction: Direction,
    ) -> impl Stream<Item = StoreResult<LlmRunSnapshot>> + Send + 'a {
        all_pages(direction, move |page| async move {
            self.list_llm_runs(tenant, filter, &page).await
        })
    }

    /// All of [`list_traces`](LogsReader::list_traces).
    fn stream_traces<'a>(
        &'a self,
        tenant: &'a TenantId,
        filter: &'a TraceFilter,
        direction: Direction,
    ) -> impl Stream<Item = StoreResult<TraceSnapshot>> + Send + 'a {
        all_pages(direction, move |page| async move {
            self.list_traces(tenant, filter, &page).await
        })
    }

    /// All of [`list_trace_steps`](LogsReader::list_trace_steps).
    fn stream_trace_steps<'a>(
        &'a self,
        tenant: &'a TenantId,
        filter: &'a TraceStepFilter,
        direction: Direction,
    ) -> impl Stream<Item = StoreResult<TraceStepRecord>> + Send + 'a {
        all_pages(direction, move |page| async move {
            self.list_trace_steps(tenant, filter, &page).await
        })
    }

    /// All of [`get_trace_steps`](LogsReader::get_trace_steps).
    fn stream_steps_of_trace<'a>(
        &'a self,
        tenant: &'a TenantId,
        trace_id: &'a TraceId,
        direction: Direction,
    ) -> impl Stream<Item = StoreResult<TraceStepSnapshot>> + Send + 'a {
        all_pages(direction, move |page| async move {
            self.get_trace_steps(tenant, trace_id, &page).await
        })
    }

    /// All of [`list_system_records`](LogsReader::list_system_records).
    fn stream_system_records<'a>(
        &'a self,
        tenant: &'a TenantId,
        filter: &'a SystemRecordFilter,
        direction: Direction,
    ) -> impl Stream<Item = StoreResult<SystemRecordSnapshot>> + Send + 'a {
        all_pages(direction, move |page| async move {
            self.list_system_records(tenant, filter, &page).await
        })
    }

    /// All of [`list_audit_entries`](LogsReader::list_audit_entries).
    fn stream_audit_entries<'a>(
        &'a self,
        tenant: &'a TenantId,
        filter: &'a AuditFilter,
        direction: Direction,
    ) -> impl Stream<Item = StoreResult<AuditLedgerSnapshot>> + Send + 'a {
        all_pages(direction, move |page| async move {
            self.list_audit_entries(tenant, filter, &page).await
        })
    }
}

impl<R: LogsReader + ?Sized> LogsReaderExt for R {}

/// A record whose size is known.
trait Weighed {
    /// The bytes of its JSON objects, which can make it large.
    fn json_bytes(&self) -> usize;
}

macro_rules! weighed {
    ($($record:ty: $($object:ident),*;)+) => {
        $(impl Weighed for $record {
            fn json_bytes(&self) -> usize {
                let objects: &[&Option<JsonObject>] = &[$(&self.$object),*];
                let bytes = |object: &&Option<JsonObject>| object.as_ref().map_or(0, bytes_of);
                objects.iter().map(bytes).sum()
            }
        })+
    };
}

weighed! {
    LlmRunSnapshot: attributes;
    TraceSnapshot: attributes;
    TraceStepRecord: attributes;
    TraceStepSnapshot: attributes;
    SystemRecordSnapshot: details;
    AuditLedgerSnapshot: before_state, after_state, attributes;
}

fn bytes_of(object: &JsonObject) -> usize {
    object.as_bytes().len()
}

/// How many records to ask for after a page of so many.
fn next_limit<T: Weighed>(page: &[T], limit: PageLimit) -> PageLimit {
    let largest = page
        .iter()
        .map(Weighed::json_bytes)
        .max()
        .unwrap_or_default();
    let grown = limit.as_usize().saturating_mul(GROWTH);
    let fitting = PAGE_BYTES.checked_div(largest).unwrap_or(grown);
    limit_of(grown.min(fitting))
}

/// The limit nearest to a number.
fn limit_of(records: usize) -> PageLimit {
    let records = u32::try_from(records.max(1)).unwrap_or(u32::MAX);
    PageLimit::new(records).unwrap_or(PageLimit::MAX)
}

/// Fetches page after page and hands out their items one by one.
fn all_pages<'a, T, F, P>(
    direction: Direction,
    fetch: F,
) -> impl Stream<Item = StoreResult<T>> + Send + 'a
where
    T: Weighed + Send + 'a,
    F: Fn(PageRequest) -> P + Clone + Send + Sync + 'a,
    P: Future<Output = StoreResult<QueryResult<T>>> + Send + 'a,
{
    let first = PageRequest::default()
        .direction(direction)
        .limit(limit_of(FIRST_RECORDS))
        .count(CountMode::Skip);
    stream::unfold(Some(first), move |request| {
        let fetch = fetch.clone();
        async move {
            let request = request?;
            let mut limit = request.limit;
            let (items, next) = match fetch(request.clone()).await {
                Ok(page) => {
                    limit = next_limit(&page.items, limit);
                    (page.items.into_iter().map(Ok).collect(), page.next)
                }
                Err(error) => {
                    let behind = error.place().cloned();
                    (vec![Err(error)], behind)
                }
            };
            let next = next.map(|cursor| request.after(cursor).limit(limit));
            Some((stream::iter(items), next))
        }
    })
    .flatten()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::{FutureExt, TryStreamExt};

    use super::{LogsReaderExt, PAGE_BYTES};
    use crate::page::{ListKey, Walk};
    use crate::{
        ActorType, AuditEventType, AuditFilter, AuditLedgerSnapshot, CountMode, Direction,
        EntityId, EntityType, JsonObject, MockLogsStore, NewAuditEntry, PageRequest, ReadMethod,
        RecordId, TenantId, Timestamp, Total,
    };

    fn entry(number: u32, state_bytes: usize) -> AuditLedgerSnapshot {
        let mut id = [0; 16];
        (id[6], id[8]) = (0x80, 0x80);
        // Newest first: the list is in the order of the numbers.
        id[12..].copy_from_slice(&(u32::MAX - number).to_be_bytes());
        let mut draft = NewAuditEntry::new(
            RecordId::from_bytes(id).unwrap(),
            AuditEventType::LIMIT_BREACHED,
            EntityType::LIMIT,
            EntityId::new(number.to_string()).unwrap(),
            ActorType::System,
        );
        if state_bytes > 0 {
            let text = "x".repeat(state_bytes - r#"{"a":""}"#.len());
            draft.after_state = JsonObject::parse(&format!(r#"{{"a":"{text}"}}"#)).ok();
            draft.before_state = draft.after_state.clone();
        }
        let at = Timestamp::from_micros(0).unwrap();
        AuditLedgerSnapshot::from_parts(TenantId::new("acme").unwrap(), draft, at)
    }

    /// Streams entries whose states have so many bytes each, and gives the limits of the pages.
    fn limits(states: &[usize]) -> Vec<u32> {
        limits_of(states, Direction::Descending)
    }

    fn limits_of(states: &[usize], direction: Direction) -> Vec<u32> {
        let mut entries: Vec<_> = (0..)
            .zip(states)
            .map(|(n, bytes)| entry(n, *bytes))
            .collect();
        let (tenant, filter) = (TenantId::new("acme").unwrap(), AuditFilter::default());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (noted, all) = (Arc::clone(&asked), entries.clone());
        let mut store = MockLogsStore::new();
        store
            .expect_list_audit_entries()
            .returning(move |tenant, filter, page: &PageRequest| {
                noted.lock().unwrap().push(page.limit.get());
                assert_eq!(
                    page.count_cap(),
                    PageRequest::default().count(CountMode::Skip).count_cap()
                );
                let walk = Walk::new(ReadMethod::ListAuditEntries, tenant, filter, page)?;
                let keyed = all.iter().map(|entry| {
                    let (created_at, id) = (entry.created_at, entry.id.as_uuid());
                    (ListKey { created_at, id }, Ok(entry.clone()))
                });
                let is_behind = |key: &ListKey| {
                    let from = walk.from();
                    from.is_none_or(|from| walk.compare(from, key).is_lt())
                };
                let mut rest: Vec<_> = keyed.filter(|(key, _)| is_behind(key)).collect();
                walk.sort(&mut rest);
                rest.truncate(walk.wanted());
                walk.page(rest, Total::NotCounted)
            });
        let streamed = store
            .stream_audit_entries(&tenant, &filter, direction)
            .try_collect();
        let streamed: Vec<_> = streamed.now_or_never().unwrap().unwrap();
        if direction == Direction::Ascending {
            entries.reverse();
        }
        assert!(streamed == entries, "each once, in order");
        asked.lock().unwrap().clone()
    }

    #[test]
    fn pages_of_small_records_grow_to_the_largest() {
        assert_eq!(limits(&[]), [100]);
        assert_eq!(limits(&[0; 100]), [100]);
        assert_eq!(limits(&[0; 3_000]), [100, 400, 1_000, 1_000, 1_000]);
        assert_eq!(limits(&[20; 600]), [100, 400, 1_000]);
        let oldest_first = limits_of(&[0; 600], Direction::Ascending);
        assert_eq!(oldest_first, [100, 400, 1_000]);
    }

    #[test]
    fn pages_of_large_records_hold_fewer() {
        let largest = u32::try_from(PAGE_BYTES / (2 * JsonObject::MAX_BYTES)).unwrap();
        let asked = limits(&[JsonObject::MAX_BYTES; 300]);
        assert_eq!(asked, [100, largest, largest, largest, largest]);
        // The largest of a page counts, and small ones after it let pages grow again.
        let mut mixed = vec![0; 2_000];
        mixed[50] = JsonObject::MAX_BYTES;
        assert_eq!(limits(&mixed), [100, largest, 4 * largest, 1_000, 1_000]);
    }
}
