//! What tests of the command line share: stores with a sample, and commands run in-process.

use std::ffi::OsString;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use logs_cli::{Dependencies, ExitStatus, Streams};
use logs_domain::{
    AppendBatch, Clock, Draft, LogsStore, NewSystemRecord, OnConflict, PlatformBatch, RecordId,
    RecordIdGenerator, StoreOptions, TenantId, Timestamp,
};
use sqlx::{Connection, PgConnection};
use test_postgres::{Database, Durability, Server};

/// The sample that the project ships.
pub(crate) const SAMPLE: &str = include_str!("../../../../examples/sample/agent-run.ndjson");

/// A clock that goes on by a second each time it is asked, from 2026-03-03T00:00:00Z.
#[derive(Debug)]
pub(crate) struct SteppingClock(AtomicI64);

impl SteppingClock {
    pub(crate) fn new() -> Arc<Self> {
        let start = Timestamp::parse_rfc3339("2026-03-03T00:00:00Z").unwrap();
        Arc::new(Self(AtomicI64::new(start.as_micros())))
    }
}

impl Clock for SteppingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.fetch_add(1_000_000, Ordering::SeqCst)).unwrap()
    }

    fn tells_time_of_day(&self) -> bool {
        false
    }
}

/// Ids in order.
#[derive(Debug, Default)]
pub(crate) struct CountingIds(AtomicI64);

impl RecordIdGenerator for CountingIds {
    fn next_id(&self) -> RecordId {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        let tenant = TenantId::new("ids").unwrap();
        RecordId::imported(&tenant, "test", number.unsigned_abs())
    }
}

/// A store, and what commands on it take from their context.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    pub(crate) name: &'static str,
    pub(crate) dependencies: Dependencies,
    /// The database of a store on a server; it goes with the value.
    _database: Option<Arc<Database>>,
}

impl Backend {
    fn new(name: &'static str, store: Arc<dyn LogsStore>, clock: Arc<dyn Clock>) -> Self {
        let dependencies = Dependencies {
            store: Some(store),
            clock,
            ids: Arc::new(CountingIds::default()),
        };
        Self {
            name,
            dependencies,
            _database: None,
        }
    }

    pub(crate) fn store(&self) -> &Arc<dyn LogsStore> {
        self.dependencies.store.as_ref().unwrap()
    }

    /// Runs a command line on this store.
    pub(crate) async fn logs(&self, words: &[&str]) -> Outcome {
        run(words, self.dependencies.clone()).await
    }

    /// Stores drafts for `tenant`.
    pub(crate) async fn append(&self, tenant: &str, drafts: Vec<Draft>) {
        let batch = AppendBatch::new(drafts).unwrap();
        let tenant = TenantId::new(tenant).unwrap();
        let reject = OnConflict::RejectCall;
        self.store().append(&tenant, &batch, reject).await.unwrap();
    }

    /// Stores a record of the platform.
    pub(crate) async fn append_platform(&self, record: NewSystemRecord) {
        let batch = PlatformBatch::new(vec![record]).unwrap();
        let reject = OnConflict::RejectCall;
        self.store().append_platform(&batch, reject).await.unwrap();
    }

    /// Stores the sample for tenant `acme`, and one record of the platform.
    pub(crate) async fn append_sample(&self) {
        let drafts = SAMPLE.lines().map(|line| Draft::from_json(line).unwrap());
        self.append("acme", drafts.collect()).await;
        let platform = r#"{"system_record":{"id":"019cae2f-1c00-7000-8000-0000000000f1",
            "component":"db","event_type":"MIGRATION","severity":"INFO",
            "summary":"schema 1","occurred_at":"2026-03-02T10:15:00Z"}}"#;
        let Draft::SystemRecord(record) = Draft::from_json(platform).unwrap() else {
            panic!("a system record");
        };
        self.append_platform(record).await;
    }
}

/// An empty store of every embedded backend. Files are in `folder`.
pub(crate) async fn backends(folder: &tempfile::TempDir) -> Vec<Backend> {
    let file = folder.path().join("logs.db");
    vec![
        open("memory", "memory:").await,
        open("sqlite", &format!("sqlite:{}", file.display())).await,
    ]
}

/// An empty store of every backend. Files are in `folder`.
pub(crate) async fn all_backends(folder: &tempfile::TempDir) -> Vec<Backend> {
    let mut backends = backends(folder).await;
    let database = database();
    logs_store::migrate(&database.url()).await.unwrap();
    // A program has the server make months about now alone, and this clock stands in an older one.
    let mut owner = PgConnection::connect(&database.url()).await.unwrap();
    let month = "SELECT logs.make_partitions('2026-03-03', 1)";
    sqlx::raw_sql(month).execute(&mut owner).await.unwrap();
    owner.close().await.unwrap();
    let application = database.url_as_member("logs_application").unwrap();
    let mut backend = open("postgres", &application).await;
    backend._database = Some(Arc::new(database));
    backends.push(backend);
    backends
}

/// An empty database of a server that ends with the process.
pub(crate) fn database() -> Database {
    static SERVER: LazyLock<Server> = LazyLock::new(|| Server::start(Durability::On).unwrap());
    SERVER.empty().unwrap()
}

pub(crate) async fn open(name: &'static str, url: &str) -> Backend {
    let clock: Arc<dyn Clock> = SteppingClock::new();
    let options = StoreOptions::default()
        .clock(Arc::clone(&clock))
        .count_budget(std::time::Duration::from_secs(60));
    let store = logs_store::connect_with(url, options).await.unwrap();
    Backend::new(name, store, clock)
}

/// What a command line wrote and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) status: ExitStatus,
}

impl Outcome {
    /// Both streams and the status, as a golden file shows them.
    pub(crate) fn shown(&self) -> String {
        let mut shown = self.out.clone();
        if !self.err.is_empty() {
            shown.push_str("--- standard error\n");
            shown.push_str(&self.err);
        }
        if self.status != ExitStatus::Done {
            shown.push_str(&format!("--- exit code {}\n", self.status as u8));
        }
        shown
    }

    /// The cursor of the next page, from the last line.
    pub(crate) fn cursor(&self) -> Option<String> {
        let cursor = self
            .out
            .lines()
            .last()?
            .strip_prefix("next page: --after ")?;
        Some(cursor.to_owned())
    }

    /// The cursor of the page before, from one of the last two lines.
    pub(crate) fn previous(&self) -> Option<String> {
        let mut lines = self.out.lines().rev().take(2);
        let cursor = lines.find_map(|line| line.strip_prefix("previous page: --before "))?;
        Some(cursor.to_owned())
    }
}

/// Runs a command line.
pub(crate) async fn run(words: &[&str], dependencies: Dependencies) -> Outcome {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let words = std::iter::once(&"logs").chain(words).map(OsString::from);
    let streams = Streams {
        out: &mut out,
        err: &mut err,
        err_is_terminal: false,
    };
    let status = logs_cli::run(words, streams, dependencies).await;
    Outcome {
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(err).unwrap(),
        status,
    }
}
