//! How much SQLite works for a page: the same at ten times the records, for every promised question, in both
//! directions and at any depth. Work is counted in steps of its virtual machine, so that no clock is involved.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use logs_contract::questions::{Question, fill, tenant};
use logs_contract::samples::{first, run_id, trace_id};
use logs_domain::{CountMode, Direction, LogsReader, RecordId, StoreOptions};

use crate::SqliteStore;

/// Steps between two counts.
const STEPS: i32 = 10;
/// How many records of each kind the larger store has.
const MANY: usize = 10_000;
const FEW: usize = 1_000;

/// A store with so many records of each kind, and the steps that its readers take.
struct Scene {
    store: SqliteStore,
    steps: Arc<AtomicU64>,
    /// How many records are before the deep pages.
    depth: u32,
}

impl Scene {
    async fn new(path: &Path, records: usize) -> Self {
        let opened = SqliteStore::open(path, StoreOptions::default()).await;
        let store = opened.unwrap();
        fill(&store, 0..records).await;
        let steps = Arc::new(AtomicU64::new(0));
        let mut connections = Vec::new();
        for _ in 0..store.readers.most() {
            let mut connection = store.readers.acquire().await.unwrap();
            let counted = Arc::clone(&steps);
            let mut handle = connection.lock_handle().await.unwrap();
            handle.set_progress_handler(STEPS, move || {
                counted.fetch_add(1, Ordering::Relaxed);
                true
            });
            drop(handle);
            connections.push(connection);
        }
        drop(connections);
        let depth = u32::try_from(records / 20).unwrap();
        Self {
            store,
            steps,
            depth,
        }
    }

    /// The counts of ten calls. One before them prepares the statement, and is not counted.
    async fn work(&self, call: impl AsyncFn(&SqliteStore)) -> u64 {
        call(&self.store).await;
        let before = self.steps.load(Ordering::Relaxed);
        for _ in 0..10 {
            call(&self.store).await;
        }
        self.steps.load(Ordering::Relaxed) - before
    }

    /// The work for pages of a question: the first, and those after and before a
    /// place that is deeper the more records there are.
    async fn pages(&self, question: Question, direction: Direction) -> Vec<(String, u64)> {
        let page = first(10).count(CountMode::Skip).direction(direction);
        let deep = first(self.depth)
            .count(CountMode::Skip)
            .direction(direction);
        let (_, middle) = question.page(&self.store, &deep).await.unwrap();
        let mut pages = vec![("first", page.clone())];
        if let Some(middle) = middle {
            pages.push(("after", page.clone().after(middle.clone())));
            pages.push(("before", page.before(middle)));
        }
        let mut table = Vec::new();
        for (name, page) in pages {
            let asked = async |store: &SqliteStore| {
                question.page(store, &page).await.unwrap();
            };
            let name = format!("{question:?} {direction:?} {name}");
            table.push((name, self.work(asked).await));
        }
        table
    }

    /// The work for records that are asked for by what is theirs.
    async fn gets(&self) -> Vec<(String, u64)> {
        let a = &tenant();
        let (run, header) = (run_id("r7"), trace_id("t7"));
        let [record, entry, export]: [RecordId; 3] = [1, 2, 3].map(|kind| {
            let id = format!("018f4e5c-8f4e-7c3a-8b4e-{kind:06}000007");
            id.parse().unwrap()
        });
        let mut table = Vec::new();
        macro_rules! count {
            ($($name:literal: $method:ident($asked:expr);)+) => {$(
                let asked = async |store: &SqliteStore| {
                    let found = store.$method(a, $asked).await.unwrap();
                    assert!(found.is_some(), "{} is there", $name);
                };
                table.push(($name.to_owned(), self.work(asked).await));
            )+};
        }
        count! {
            "a run": get_llm_run(&run);
            "the trace of a run": get_trace_id_for_run(&run_id("hot"));
            "a trace": get_trace(&header);
            "a system record": get_system_record(&record);
            "an audit entry": get_audit_entry(&entry);
            "an export": get_log_export(&export);
        }
        table
    }
}

/// The work for each promised question, by its name.
async fn work(records: usize) -> Vec<(String, u64)> {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(&folder.path().join("logs.db"), records).await;
    let mut table = scene.gets().await;
    for question in Question::ALL.iter().copied() {
        for direction in [Direction::Ascending, Direction::Descending] {
            table.extend(scene.pages(question, direction).await);
        }
    }
    table
}

#[tokio::test]
async fn a_page_of_every_promised_question_costs_the_same_at_ten_times_the_records() {
    let (few, many) = (work(FEW).await, work(MANY).await);
    // The rare records are as few in both stores: there is no deep place among them.
    let few: BTreeMap<String, u64> = few.into_iter().collect();
    assert!(many.len() >= 6 + 2 * (3 * Question::ALL.len() - 4));
    // A page of ten records is hundreds of steps; a scan of ten times the rows would be thousands more. Fewer
    // matches at first are within the allowance.
    let too_much: Vec<String> = many
        .into_iter()
        .map(|(name, many)| (few[&name], many, name))
        .filter(|(few, many, name)| *many > few * 12 / 10 + 200 + counted(name))
        .map(|(few, many, name)| format!("{name}: {few} and {many}"))
        .collect();
    assert!(too_much.is_empty(), "{FEW} and {MANY}: {too_much:#?}");
}

/// The work to count the spans of the trace, a tenth of all: each has that of those before it for a number.
fn counted(name: &str) -> u64 {
    let numbers = [Question::StepsOfTrace, Question::ReplayOfTrace];
    let is_numbered = numbers
        .iter()
        .any(|question| name.starts_with(&format!("{question:?}")));
    if is_numbered {
        25 * MANY as u64 / 10
    } else {
        0
    }
}
