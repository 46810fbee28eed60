//! Rule 11, broken.

use async_trait::async_trait;
use logs_domain::{
    LogsReader, PageRequest, RunId, StoreResult, TenantId, TraceFilter, TraceId, TraceSnapshot,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r11_headers_are_ignored: IgnoresHeaders,
    r11_headers_come_before_the_runs_own: HeadersFirst,
    r11_the_latest_header_is_taken: TakesLatest,
    r11_headers_of_equal_times_go_by_their_ids: GoesByIds,
    r11_the_run_must_be_stored: NeedsRun,
    r11_headers_are_found_without_regard_to_case: FoldsCase,
}

async fn headers(
    inner: &MemoryStore,
    tenant: &TenantId,
    run_id: &RunId,
) -> StoreResult<Vec<TraceSnapshot>> {
    let filter = TraceFilter::default().run_id(run_id.clone());
    Ok(inner
        .list_traces(tenant, &filter, &PageRequest::default())
        .await?
        .items)
}

async fn own(
    inner: &MemoryStore,
    tenant: &TenantId,
    run_id: &RunId,
) -> StoreResult<Option<TraceId>> {
    Ok(inner
        .get_llm_run(tenant, run_id)
        .await?
        .and_then(|run| run.trace_id))
}

macro_rules! finds_traces {
    ($($name:ident: |$inner:ident, $tenant:ident, $run_id:ident| $body:block)+) => {
        $(
            #[derive(Debug, Default)]
            struct $name;

            #[async_trait]
            impl Fault for $name {
                async fn get_trace_id_for_run(&self, $inner: &MemoryStore, $tenant: &TenantId, $run_id: &RunId) -> StoreResult<Option<TraceId>> {
                    $body
                }
            }
        )+
    };
}

finds_traces! {
    IgnoresHeaders: |inner, tenant, run_id| {
        own(inner, tenant, run_id).await
    }

    HeadersFirst: |inner, tenant, run_id| {
        match headers(inner, tenant, run_id).await?.pop() {
            Some(header) => Ok(Some(header.trace_id)),
            None => own(inner, tenant, run_id).await,
        }
    }

    TakesLatest: |inner, tenant, run_id| {
        let own = own(inner, tenant, run_id).await?;
        let headers = headers(inner, tenant, run_id).await?;
        let latest = headers.into_iter().max_by_key(|header| header.created_at);
        Ok(own.or(latest.map(|header| header.trace_id)))
    }

    GoesByIds: |inner, tenant, run_id| {
        let own = own(inner, tenant, run_id).await?;
        let headers = headers(inner, tenant, run_id).await?;
        let first = headers.into_iter().min_by_key(|header| (header.created_at, header.id));
        Ok(own.or(first.map(|header| header.trace_id)))
    }

    NeedsRun: |inner, tenant, run_id| {
        match inner.get_llm_run(tenant, run_id).await? {
            Some(_) => inner.get_trace_id_for_run(tenant, run_id).await,
            None => Ok(None),
        }
    }

    FoldsCase: |inner, tenant, run_id| {
        let folded = RunId::new(run_id.as_str().to_lowercase()).unwrap();
        inner.get_trace_id_for_run(tenant, &folded).await
    }
}
