//! A feed: all records of a kind in the order in which the store recorded them.

use logs_domain::filter::ReadArguments;
use logs_domain::page::{ListKey, SystemListKey};
use logs_domain::{
    AuditFilter, CountMode, Cursor, CursorKey, CursorScope, Direction, InvalidValue, LlmRunFilter,
    LogExportFilter, PageLimit, PageRequest, QueryResult, ReadMethod, Record, RecordKind,
    StoreError, StoreResult, SystemRecordFilter, TenantId, Timestamp, TraceFilter, TraceStepFilter,
};
use serde::Serialize;

use crate::{Evidence, LogsFacade};

/// A part of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Feed {
    /// The records, oldest first by record time and id.
    pub items: Vec<FeedItem>,
    /// The position for the next part: that of the last item, or else that of this request.
    pub next: Option<Cursor>,
    /// The settled time: this feed holds only records with an earlier record time, and all of them.
    pub complete_until: Timestamp,
}

/// A record of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedItem {
    /// The position behind this record.
    pub cursor: Cursor,
    /// The kind of the record.
    pub kind: RecordKind,
    /// What is known about the record beside its content.
    pub evidence: Evidence,
    /// The record.
    #[serde(serialize_with = "content")]
    pub record: Record,
}

/// The record without the member that names its kind.
fn content<S: serde::Serializer>(record: &Record, serializer: S) -> Result<S::Ok, S::Error> {
    match record {
        Record::LlmRun(record) => record.serialize(serializer),
        Record::Trace(record) => record.serialize(serializer),
        Record::TraceStep(record) => record.serialize(serializer),
        Record::SystemRecord(record) => record.serialize(serializer),
        Record::AuditEntry(record) => record.serialize(serializer),
        Record::LogExport(record) => record.serialize(serializer),
    }
}

impl LogsFacade {
    /// The kinds of records that feeds have. The outcome of an export is a part of the export.
    pub const FEEDS: &'static [RecordKind] = &[
        RecordKind::LlmRun,
        RecordKind::Trace,
        RecordKind::TraceStep,
        RecordKind::SystemRecord,
        RecordKind::AuditEntry,
        RecordKind::LogExport,
    ];

    /// The records of a kind behind a position, oldest first, up to the settled time.
    ///
    /// A reader that continues with `next` gets each record exactly once, in order, however often it asks. An export
    /// comes once, with the outcome that it has by then.
    ///
    /// # Errors
    /// Those of every read. Behind a record that is [`Inconsistent`](StoreError::Inconsistent), the feed continues
    /// at the [`place`](StoreError::place) of the error.
    pub async fn feed(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        from: Option<Cursor>,
        limit: PageLimit,
    ) -> StoreResult<Feed> {
        let complete_until = self.store.settled_before(tenant).await?;
        let mut page = PageRequest::default()
            .direction(Direction::Ascending)
            .count(CountMode::Skip)
            .limit(limit);
        if let Some(from) = &from {
            page = page.after(from.clone());
        }
        let store = &self.store;
        let items = match kind {
            RecordKind::LlmRun => {
                let filter = LlmRunFilter::default();
                let found = store.list_llm_runs(tenant, &filter, &page).await?;
                let scope = scope(ReadMethod::ListLlmRuns, tenant, &filter);
                items(found, &scope, Record::LlmRun, complete_until)
            }
            RecordKind::Trace => {
                let filter = TraceFilter::default();
                let found = store.list_traces(tenant, &filter, &page).await?;
                let scope = scope(ReadMethod::ListTraces, tenant, &filter);
                items(found, &scope, Record::Trace, complete_until)
            }
            RecordKind::TraceStep => {
                let filter = TraceStepFilter::default();
                let found = store.list_trace_steps(tenant, &filter, &page).await?;
                let scope = scope(ReadMethod::ListTraceSteps, tenant, &filter);
                items(found, &scope, Record::TraceStep, complete_until)
            }
            RecordKind::SystemRecord => {
                let filter = SystemRecordFilter::default();
                let found = store.list_system_records(tenant, &filter, &page).await?;
                let scope = scope(ReadMethod::ListSystemRecords, tenant, &filter);
                items(found, &scope, Record::SystemRecord, complete_until)
            }
            RecordKind::AuditEntry => {
                let filter = AuditFilter::default();
                let found = store.list_audit_entries(tenant, &filter, &page).await?;
                let scope = scope(ReadMethod::ListAuditEntries, tenant, &filter);
                items(found, &scope, Record::AuditEntry, complete_until)
            }
            RecordKind::LogExport => {
                let filter = LogExportFilter::default();
                let found = store.list_log_exports(tenant, &filter, &page).await?;
                let scope = scope(ReadMethod::ListLogExports, tenant, &filter);
                items(found, &scope, Record::LogExport, complete_until)
            }
            RecordKind::LogExportOutcome => {
                let expected = "a kind that has a feed: an outcome is a part of its export";
                return Err(StoreError::from(InvalidValue::new("kind", kind, expected)));
            }
        };
        let next = items.last().map(|item| item.cursor.clone()).or(from);
        Ok(Feed {
            items,
            next,
            complete_until,
        })
    }
}

fn scope(method: ReadMethod, tenant: &TenantId, filter: &impl ReadArguments) -> CursorScope {
    CursorScope::new(method, tenant, filter, Direction::Ascending)
}

fn items<T>(
    page: QueryResult<T>,
    scope: &CursorScope,
    record: fn(T) -> Record,
    complete_until: Timestamp,
) -> Vec<FeedItem>
where
    for<'a> Evidence: From<&'a T>,
{
    let items = page.items.into_iter().map(|found| {
        let evidence = Evidence::from(&found);
        let record = record(found);
        FeedItem {
            cursor: position(scope, &record),
            kind: record.kind(),
            evidence,
            record,
        }
    });
    let is_settled = |item: &FeedItem| item.record.created_at() < complete_until;
    items.take_while(is_settled).collect()
}

/// The position of a record in its list.
fn position(scope: &CursorScope, record: &Record) -> Cursor {
    fn encoded(scope: &CursorScope, key: &impl CursorKey) -> Cursor {
        Cursor::encode(scope, key)
    }
    let (created_at, id) = (record.created_at(), record.id().as_uuid());
    if let Record::SystemRecord(found) = record {
        let platform = found.is_platform();
        return encoded(
            scope,
            &SystemListKey {
                created_at,
                platform,
                id,
            },
        );
    }
    encoded(scope, &ListKey { created_at, id })
}
