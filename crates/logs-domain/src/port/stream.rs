//! Whole lists as streams.

use futures_util::Stream;
use futures_util::stream::{self, StreamExt};

use super::LogsReader;
use crate::{
    AuditFilter, AuditLedgerSnapshot, CountMode, LlmRunFilter, LlmRunSnapshot, PageLimit,
    PageRequest, QueryResult, StoreResult, SystemRecordFilter, SystemRecordSnapshot, TenantId,
    TraceFilter, TraceId, TraceSnapshot, TraceStepFilter, TraceStepRecord, TraceStepSnapshot,
};

/// Whole lists as streams, for every reader: each fetches one uncounted page of 1000 records at a
/// time and ends after the last record or with the first error.
///
/// A record that is [`Inconsistent`](crate::StoreError::Inconsistent) is an error in its place. The
/// stream goes on behind it, for callers who want the others, where the error has a
/// [`next`](crate::StoreError::next).
pub trait LogsReaderExt: LogsReader {
    /// All of [`list_llm_runs`](LogsReader::list_llm_runs).
    fn stream_llm_runs<'a>(
        &'a self,
        tenant: &'a TenantId,
        filter: &'a LlmRunFilter,
    ) -> impl Stream<Item = StoreResult<LlmRunSnapshot>> + Send + 'a {
        all_pages(move |page| async move { self.list_llm_runs(tenant, filter, &page).await })
    }

    /// All of [`list_traces`](LogsReader::list_traces).
    fn stream_traces<'a>(
        &'a self,
        tenant: &'a TenantId,
        filter: &'a TraceFilter,
    ) -> impl Stream<Item = StoreResult<TraceSnapshot>> + Send + 'a {
        all_pages(move |page| async move { self.list_traces(tenant, filter, &page).await })
    }

    /// All of [`list_trace_steps`](LogsReader::list_trace_steps).
    fn stream_trace_steps<'a>(
        &'a self,
        tenant: &'a TenantId,
        filter: &'a TraceStepFilter,
    ) -> impl Stream<Item = StoreResult<TraceStepRecord>> + Send + 'a {
        all_pages(move |page| async move { self.list_trace_steps(tenant, filter, &page).await })
    }

    /// All of [`get_trace_steps`](LogsReader::get_trace_steps).
    fn stream_steps_of_trace<'a>(
        &'a self,
        tenant: &'a TenantId,
        trace_id: &'a TraceId,
    ) -> impl Stream<Item = StoreResult<TraceStepSnapshot>> + Send + 'a {
        all_pages(move |page| async move { self.get_trace_steps(tenant, trace_id, &page).await })
    }

    /// All of [`list_system_records`](LogsReader::list_system_records).
    fn stream_system_records<'a>(
        &'a self,
        tenant: &'a TenantId,
        filter: &'a SystemRecordFilter,
    ) -> impl Stream<Item = StoreResult<SystemRecordSnapshot>> + Send + 'a {
        all_pages(move |page| async move { self.list_system_records(tenant, filter, &page).await })
    }

    /// All of [`list_audit_entries`](LogsReader::list_audit_entries).
    fn stream_audit_entries<'a>(
        &'a self,
        tenant: &'a TenantId,
        filter: &'a AuditFilter,
    ) -> impl Stream<Item = StoreResult<AuditLedgerSnapshot>> + Send + 'a {
        all_pages(move |page| async move { self.list_audit_entries(tenant, filter, &page).await })
    }
}

impl<R: LogsReader + ?Sized> LogsReaderExt for R {}

/// Fetches page after page and hands out their items one by one.
fn all_pages<'a, T, F, P>(fetch: F) -> impl Stream<Item = StoreResult<T>> + Send + 'a
where
    T: Send + 'a,
    F: Fn(PageRequest) -> P + Clone + Send + Sync + 'a,
    P: Future<Output = StoreResult<QueryResult<T>>> + Send + 'a,
{
    let first = PageRequest::default()
        .limit(PageLimit::MAX)
        .count(CountMode::Skip);
    stream::unfold(Some(first), move |request| {
        let fetch = fetch.clone();
        async move {
            let request = request?;
            let (items, next) = match fetch(request.clone()).await {
                Ok(page) => (page.items.into_iter().map(Ok).collect(), page.next),
                Err(error) => {
                    let next = error.next().cloned();
                    (vec![Err(error)], next)
                }
            };
            Some((
                stream::iter(items),
                next.map(|cursor| request.after(cursor)),
            ))
        }
    })
    .flatten()
}
