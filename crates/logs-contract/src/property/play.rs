//! A play: each operation on both stores, every answer compared.

mod pages;

use std::collections::{BTreeSet, HashMap};
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use logs_domain::{
    AppendBatch, AppendReceipt, Draft, LogsStore, OnConflict, PlatformBatch, RecordOutcome,
    StoreError, StoreOptions, StoreResult, TenantId, Timestamp,
};
use logs_memory::MemoryStore;

use super::ask::look_up;
use super::coverage::Coverage;
use super::filters::LookUp;
use super::operations::{Append, Operation};
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
                if let LookUp::Usage(query) = one
                    && let Ok(usage) = self.oracle.summarize_usage(tenant, query).await
                {
                    self.coverage.note_usage(&usage);
                }
                let expected = look_up(&*self.oracle, tenant, one).await;
                let found = look_up(&*self.subject, tenant, one).await;
                compare("look-up", &expected, &found)
            }
            Operation::Offset {
                tenant,
                asked,
                direction,
                limit,
                offset,
                count,
            } => {
                let request = self.in_direction(*direction);
                self.offset((tenant, asked), request, (*limit, *offset), *count)
                    .await
            }
            Operation::Walk {
                tenant,
                asked,
                direction,
                limits,
                between,
            } => {
                let request = self.in_direction(*direction);
                self.walk((tenant, asked), &request, *limits, between.as_ref())
                    .await
            }
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
