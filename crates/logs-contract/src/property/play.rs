//! A play: each operation on both stores, every answer compared.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use logs_domain::{
    AppendBatch, AppendReceipt, CountMode, Draft, LogsStore, OnConflict, PageLimit, PageOffset,
    PageRequest, PlatformBatch, RecordOutcome, StoreError, StoreOptions, StoreResult, TenantId,
    Timestamp,
};
use logs_memory::MemoryStore;

use super::ask::{Answer, Page, ask, look_up};
use super::coverage::Coverage;
use super::filters::{Asked, Question};
use super::operations::{Append, Count, Operation};
use super::settled::compare_settled;
use crate::{ContractBackend, TestClock};

/// Plays the operations on a fresh store of `backend` and on the oracle.
pub(super) async fn play(
    backend: &dyn ContractBackend,
    operations: &[Operation],
    coverage: &Coverage,
) -> Result<(), String> {
    let clock = Arc::new(TestClock::new());
    let options = StoreOptions::default()
        .clock(Arc::<TestClock>::clone(&clock))
        .count_budget(Duration::from_secs(3600));
    let home = backend
        .fresh()
        .await
        .map_err(|error| format!("no store: {error}"))?;
    let subject = home.open(options.clone()).await;
    let subject = subject.map_err(|error| format!("no store: {error}"))?;
    let oracle: Arc<dyn LogsStore> = Arc::new(MemoryStore::new(options));
    let mut play = Play {
        oracle,
        subject,
        clock,
        coverage,
        appends: Vec::new(),
        seen: HashMap::new(),
        latest_steps: HashMap::new(),
    };
    for (place, operation) in operations.iter().enumerate() {
        let played = play.operation(operation).await;
        played.map_err(|difference| format!("operation {place}, {difference}"))?;
    }
    play.subject
        .close()
        .await
        .map_err(|error| format!("close: {error}"))
}

struct Play<'a> {
    oracle: Arc<dyn LogsStore>,
    subject: Arc<dyn LogsStore>,
    clock: Arc<TestClock>,
    coverage: &'a Coverage,
    appends: Vec<Append>,
    /// The texts of ids that each tenant used.
    seen: HashMap<String, BTreeSet<String>>,
    /// The latest time of a step of each trace of each tenant.
    latest_steps: HashMap<String, Timestamp>,
}

impl Play<'_> {
    async fn operation(&mut self, operation: &Operation) -> Result<(), String> {
        match operation {
            Operation::Append(append) => self.append(append).await,
            Operation::AppendPlatform {
                records,
                on_conflict,
            } => {
                let Ok(batch) = PlatformBatch::new(records.clone()) else {
                    return Ok(());
                };
                let ids = |tenant: &BTreeSet<String>| {
                    records
                        .iter()
                        .any(|record| tenant.contains(&record.id.to_string()))
                };
                let shared = self.seen.values().any(ids);
                self.coverage
                    .note_if(shared, "platform id equal to a tenant's");
                let expected = self.oracle.append_platform(&batch, *on_conflict).await;
                let found = self.subject.append_platform(&batch, *on_conflict).await;
                self.note_appended(batch.as_batch().drafts(), *on_conflict, &expected);
                compare("append_platform", &shown(expected), &shown(found))
            }
            Operation::Retry { back, on_conflict } => {
                let Some(place) = self.appends.len().checked_sub(back + 1) else {
                    return Ok(());
                };
                let Some(mut append) = self.appends.get(place).cloned() else {
                    return Ok(());
                };
                append.on_conflict = *on_conflict;
                self.coverage.note("retry of an earlier append");
                self.append(&append).await
            }
            Operation::Tick { micros } => {
                let by = Duration::from_micros(micros.unsigned_abs());
                if *micros < 0 {
                    self.coverage.note("clock stepped back");
                    self.clock.step_back(by);
                } else {
                    self.clock.advance(by);
                }
                Ok(())
            }
            Operation::Settled { tenant } => {
                self.coverage.note("settled time");
                let expected = self.oracle.settled_before(tenant).await;
                let found = self.subject.settled_before(tenant).await;
                compare_settled(&expected, &found)
            }
            Operation::LookUp { tenant, one } => {
                let expected = look_up(&*self.oracle, tenant, one).await;
                let found = look_up(&*self.subject, tenant, one).await;
                compare("look-up", &expected, &found)
            }
            Operation::Offset {
                tenant,
                asked,
                limit,
                offset,
                count,
            } => self.offset(tenant, asked, (*limit, *offset), *count).await,
            Operation::Walk {
                tenant,
                asked,
                limits,
                between,
            } => self.walk(tenant, asked, *limits, between.as_ref()).await,
            Operation::Foreign {
                tenant,
                from,
                to_tenant,
                to,
            } => self.foreign((tenant, from), (to_tenant, to)).await,
        }
    }

    async fn append(&mut self, append: &Append) -> Result<(), String> {
        let Append {
            tenant,
            drafts,
            on_conflict,
        } = append;
        let drafts = one_content_for_each_key(drafts);
        let batch = AppendBatch::new(drafts).map_err(|error| error.to_string())?;
        let expected = self.oracle.append(tenant, &batch, *on_conflict).await;
        let found = self.subject.append(tenant, &batch, *on_conflict).await;
        self.note_appended(batch.drafts(), *on_conflict, &expected);
        if expected.is_ok() {
            self.note_ids(tenant, batch.drafts());
        }
        self.appends.push(append.clone());
        compare("append", &shown(expected), &shown(found))
    }

    async fn offset(
        &self,
        tenant: &TenantId,
        asked: &Asked,
        (limit, offset): (u32, u32),
        count: Count,
    ) -> Result<(), String> {
        let count = match count {
            Count::Default => CountMode::Default,
            Count::Exact => CountMode::Exact,
            Count::Skip => CountMode::Skip,
        };
        let note = match count {
            CountMode::Default => "count: at the default",
            CountMode::Exact => "count: exact",
            CountMode::Skip => "count: skipped",
        };
        self.coverage.note(note);
        self.coverage.note_if(offset == 10_000, "offset 10000");
        let page = PageRequest::first(limit)
            .map_err(|error| error.to_string())?
            .count(count);
        let page = page.offset(PageOffset::new(offset).map_err(|error| error.to_string())?);
        self.page(tenant, asked, &page).await.map(|_| ())
    }

    async fn walk(
        &mut self,
        tenant: &TenantId,
        asked: &Asked,
        (first, rest): (u32, u32),
        between: Option<&Append>,
    ) -> Result<(), String> {
        let before = self.page(tenant, asked, &largest()).await?;
        let limit = |limit| PageLimit::new(limit).map_err(|error| error.to_string());
        self.coverage.note_if(first == 1, "limit 1");
        let request = PageRequest::default();
        let mut page = self
            .page(tenant, asked, &request.clone().limit(limit(first)?))
            .await?;
        let mut walked = page.items.clone();
        if let (Some(append), true) = (between, page.has_more) {
            self.append(append).await?;
            self.coverage.note("walk with an append between pages");
        }
        self.coverage.note_if(page.has_more, "walk over pages");
        self.coverage
            .note_if(page.has_more && first != rest, "cursor with another limit");
        while let Some(next) = page.next {
            let request = request.clone().limit(limit(rest)?).after(next);
            page = self.page(tenant, asked, &request).await?;
            walked.extend(page.items.iter().cloned());
        }
        exactly_once(asked, &before.items, &walked)
    }

    async fn foreign(
        &self,
        (tenant, from): (&TenantId, &Asked),
        (to_tenant, to): (&TenantId, &Asked),
    ) -> Result<(), String> {
        let page = self.page(tenant, from, &smallest()).await?;
        let Some(cursor) = page.next else {
            return Ok(());
        };
        let request = PageRequest::default().after(cursor);
        let expected = ask(&*self.oracle, to_tenant, &to.question, &request).await;
        let found = ask(&*self.subject, to_tenant, &to.question, &request).await;
        self.coverage
            .note_if(expected.is_err(), "cursor on another list refused");
        compare("foreign cursor", &expected, &found)
    }

    /// A page of both stores, which must be equal.
    async fn page(
        &self,
        tenant: &TenantId,
        asked: &Asked,
        request: &PageRequest,
    ) -> Result<Page, String> {
        let expected: Answer = ask(&*self.oracle, tenant, &asked.question, request).await;
        let found: Answer = ask(&*self.subject, tenant, &asked.question, request).await;
        compare("page", &expected, &found)?;
        self.coverage.note_filter(asked.list, &asked.fields);
        self.coverage
            .note_if(request.limit == PageLimit::MAX, "limit 1000");
        let page = expected?;
        self.coverage.note_if(page.items.is_empty(), "page: empty");
        Ok(page)
    }

    fn note_appended(
        &self,
        drafts: &[Draft],
        on_conflict: OnConflict,
        result: &StoreResult<AppendReceipt>,
    ) {
        let note = |so, what| self.coverage.note_if(so, what);
        match result {
            Err(StoreError::Conflict { .. }) => note(true, "conflict rejected"),
            Err(StoreError::InvalidArgument(_)) => {
                note(true, "export: outcome without export refused");
            }
            Err(_) => {}
            Ok(receipt) => {
                let outcomes: Vec<RecordOutcome> = receipt
                    .records
                    .iter()
                    .map(|record| record.outcome)
                    .collect();
                let skipped = on_conflict == OnConflict::SkipRecord;
                note(
                    skipped && outcomes.contains(&RecordOutcome::Conflict),
                    "conflict skipped",
                );
                for (draft, outcome) in drafts.iter().zip(outcomes) {
                    let again = outcome == RecordOutcome::AlreadyStored;
                    note(
                        again && matches!(draft, Draft::TraceStep(_)),
                        "step: sent again",
                    );
                    if let (Draft::LogExportOutcome(ended), RecordOutcome::Stored) =
                        (draft, outcome)
                    {
                        let mut exports = drafts.iter();
                        let with_export = exports.any(|draft| {
                            matches!(draft, Draft::LogExport(export) if export.id == ended.export_id)
                        });
                        note(with_export, "export: outcome in the batch of its export");
                        note(!with_export, "export: outcome later");
                    }
                }
            }
        }
    }

    fn note_ids(&mut self, tenant: &TenantId, drafts: &[Draft]) {
        let distinct: BTreeSet<String> =
            drafts.iter().map(|draft| draft.key().to_string()).collect();
        self.coverage.note_if(
            distinct.len() < drafts.len(),
            "batch with an equal duplicate",
        );
        self.coverage.note_sizes(drafts);
        let mut times = BTreeSet::new();
        for draft in drafts {
            let (text, time) = match draft {
                Draft::LlmRun(run) => (run.run_id.to_string(), Some(run.started_at)),
                Draft::SystemRecord(record) => (record.id.to_string(), record.occurred_at),
                Draft::TraceStep(step) => {
                    let trace = format!("{tenant}/{}", step.trace_id);
                    let latest = self.latest_steps.entry(trace).or_insert(step.timestamp);
                    self.coverage
                        .note_if(step.timestamp < *latest, "step: late");
                    *latest = step.timestamp.max(*latest);
                    continue;
                }
                Draft::Trace(_)
                | Draft::AuditEntry(_)
                | Draft::LogExport(_)
                | Draft::LogExportOutcome(_) => continue,
            };
            let equal = time.is_some_and(|time| !times.insert(time));
            self.coverage
                .note_if(equal, "times: equal occurred or started");
            let seen = self.seen.entry(tenant.to_string()).or_default();
            seen.insert(text.clone());
            self.coverage.note_ids(&text, seen);
        }
    }
}

/// The drafts without those that a batch would refuse for another content under their key.
fn one_content_for_each_key(drafts: &[Draft]) -> Vec<Draft> {
    let mut kept: Vec<Draft> = Vec::new();
    for draft in drafts {
        let clashes = |other: &Draft| other.key() == draft.key() && other != draft;
        if !kept.iter().any(clashes) {
            kept.push(draft.clone());
        }
    }
    kept
}

/// Everything that was there before the first page comes exactly once, and nothing comes twice.
/// By nature, steps may be renumbered and exports may change while a walk goes on; their identity
/// is not in the items.
fn exactly_once(asked: &Asked, before: &[String], walked: &[String]) -> Result<(), String> {
    let changing = matches!(
        asked.question,
        Question::StepsOf(_) | Question::Replay(_) | Question::Exports(_)
    );
    if changing {
        return Ok(());
    }
    for item in before {
        let times = walked.iter().filter(|found| *found == item).count();
        if times != 1 {
            return Err(format!("a walk gave {times} times, not once: {item}"));
        }
    }
    let distinct: BTreeSet<&String> = walked.iter().collect();
    if distinct.len() == walked.len() {
        return Ok(());
    }
    Err("a walk gave a record twice".to_owned())
}

fn largest() -> PageRequest {
    PageRequest::default().limit(PageLimit::MAX)
}

fn smallest() -> PageRequest {
    PageRequest::first(1).unwrap_or_default()
}

fn shown<T: Debug>(result: StoreResult<T>) -> String {
    format!("{result:?}")
}

fn compare<T: Debug + PartialEq>(what: &str, expected: &T, found: &T) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!(
        "{what} differs\n  memory: {expected:?}\n  found:  {found:?}"
    ))
}
