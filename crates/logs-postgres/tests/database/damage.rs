//! Records that somebody altered with the rights of the owner: every read that meets one tells which,
//! and reads what is before and behind it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use logs_contract::damage::{Damage, assert_sound, populated, walk};
use logs_contract::samples::{first, id, run_id};
use logs_domain::{
    Direction, GovernanceFilter, LlmRunFilter, LogsReader, RecordId, StoreError, TraceFilter,
    TraceId,
};
use logs_postgres::PostgresStore;
use sqlx::{AssertSqlSafe, PgConnection};
use test_postgres::{Database, Durability, Server};

use crate::records::{as_superuser, at, tenant};
use crate::support;

/// Takes the guards away, as an owner may.
const UNGUARDED: &str = "DO $$ DECLARE guarded regclass; BEGIN \
     FOR guarded IN SELECT oid FROM pg_class WHERE relnamespace = 'logs'::regnamespace \
         AND relkind IN ('r', 'p') LOOP \
         EXECUTE format('ALTER TABLE ONLY %s DISABLE TRIGGER USER', guarded); \
     END LOOP; \
     ALTER TABLE logs.trace_step DROP CONSTRAINT trace_step_check; \
     FOR guarded IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'logs.trace_step'::regclass LOOP \
         EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS trace_step_check', guarded); \
     END LOOP; END; $$";

const TIME: &str = "2025-06-15T00:00:00Z";

/// What is done, which column of which table is told, and by which lists.
#[rustfmt::skip]
pub(crate) const DAMAGES: &[(&str, &str, &str, &[&str])] = &[
    ("UPDATE logs.llm_run SET model = 'other' WHERE run_id = 'r2'", "llm_run", "digest", Damage::RUNS),
    ("UPDATE logs.llm_run SET input_tokens = 1 WHERE run_id = 'r2'", "llm_run", "digest", Damage::RUNS),
    ("UPDATE logs.llm_run SET created_at = created_at + interval '1 s' WHERE run_id = 'r2'", "llm_run", "created_at", Damage::RUNS),
    ("UPDATE logs.llm_run SET id = 'ffffffff-ffff-4fff-8fff-ffffffffffff' WHERE run_id = 'r2'", "llm_run", "id", Damage::RUNS),
    ("INSERT INTO logs.llm_run SELECT * FROM logs.llm_run WHERE run_id = 'r2'", "llm_run", "id", Damage::RUNS),
    ("DELETE FROM logs.record_key WHERE kind = 1 AND id = (SELECT id FROM logs.llm_run WHERE run_id = 'r2')", "record_key", "id", Damage::RUNS),
    ("UPDATE logs.record_key SET created_at = created_at - interval '1 s' WHERE kind = 1 AND id = (SELECT id FROM logs.llm_run WHERE run_id = 'r2')", "llm_run", "created_at", Damage::RUNS),
    ("UPDATE logs.record_key SET digest = substr(sha256('x'), 1, 16) WHERE kind = 1 AND id = (SELECT id FROM logs.llm_run WHERE run_id = 'r2')", "llm_run", "digest", Damage::RUNS),
    // Record time and key agree, and the digest tells.
    ("WITH moved AS (UPDATE logs.llm_run SET created_at = created_at + interval '1 s' WHERE run_id = 'r2' RETURNING id) \
      UPDATE logs.record_key SET created_at = created_at + interval '1 s' FROM moved WHERE record_key.id = moved.id", "llm_run", "digest", Damage::RUNS),
    ("UPDATE logs.trace SET run_id = 'victim' WHERE trace_id = 't2'", "trace", "digest", Damage::TRACES),
    ("UPDATE logs.trace_step SET skill_name = 'other' WHERE position = 2", "trace_step", "digest", Damage::STEPS),
    ("UPDATE logs.trace_step SET timestamp = timestamp + interval '1 h' WHERE position = 2", "trace_step", "digest", Damage::STEPS),
    ("UPDATE logs.trace_step SET timestamp = 'infinity' WHERE span_id = 's1'", "trace_step", "timestamp", Damage::STEPS),
    ("UPDATE logs.trace_step SET timestamp = '-infinity' WHERE span_id = 's1'", "trace_step", "timestamp", Damage::STEPS),
    ("UPDATE logs.trace_step SET timestamp = 'infinity' WHERE position = 2", "trace_step", "timestamp", Damage::STEPS),
    ("UPDATE logs.audit_entry SET occurred_at = 'infinity' WHERE event_type = 'audit 1'", "audit_entry", "occurred_at", Damage::AUDIT),
    ("UPDATE logs.trace_step SET position = 9223372036854775807 WHERE position = 2", "trace_step", "position", Damage::STEPS),
    ("UPDATE logs.trace_step SET span_id = 'zz', timestamp = timestamp + interval '3 us' WHERE position = 2", "trace_step", "position", Damage::STEPS),
    ("UPDATE logs.trace_step SET span_id = 'zz' WHERE position = 2", "trace_step", "position", Damage::STEPS),
    ("UPDATE logs.trace_step SET skill_name = 'other' WHERE span_id = 's3'", "trace_step", "digest", Damage::STEPS),
    ("UPDATE logs.system_record SET summary = 'other' WHERE event_type = 'own 3'", "system_record", "digest", Damage::SYSTEM),
    ("UPDATE logs.system_record SET summary = 'other' WHERE event_type = 'platform 1'", "system_record", "digest", Damage::SYSTEM),
    ("UPDATE logs.system_record SET occurred_at = 'infinity' WHERE event_type = 'own 3'", "system_record", "occurred_at", Damage::SYSTEM),
    ("UPDATE logs.system_record SET occurred_at = '-infinity' WHERE event_type = 'platform 1'", "system_record", "occurred_at", Damage::SYSTEM),
    ("UPDATE logs.system_record SET tenant_id = '~platform' WHERE event_type = 'own 3'", "record_key", "id", Damage::SYSTEM),
    ("UPDATE logs.audit_entry SET after_state = '{\"run_id\":\"r\",\"x\":1}' WHERE event_type = 'audit 1'", "audit_entry", "digest", Damage::AUDIT),
    ("UPDATE logs.audit_entry SET after_state = '{\"x\":1,}' WHERE event_type = 'audit 1'", "audit_entry", "after_state", Damage::AUDIT),
    ("INSERT INTO logs.audit_entry SELECT * FROM logs.audit_entry WHERE event_type = 'audit 1'", "audit_entry", "id", Damage::AUDIT),
    ("UPDATE logs.log_export SET requested_by = 'other' WHERE id::text LIKE '%2'", "log_export", "digest", Damage::EXPORTS),
    ("UPDATE logs.log_export_outcome SET checksum = repeat('1', 64) WHERE id::text LIKE '%1'", "log_export", "digest", Damage::EXPORTS),
    ("UPDATE logs.log_export_outcome SET created_at = created_at + interval '1 s' WHERE id::text LIKE '%1'", "log_export", "created_at", Damage::EXPORTS),
    ("DELETE FROM logs.log_export_outcome WHERE id::text LIKE '%1'", "log_export", "id", Damage::EXPORTS),
    ("INSERT INTO logs.log_export_outcome SELECT tenant_id, class, created_at, '00000000-0000-8000-8000-000000000004', checksum, delivered_at, failure_reason FROM logs.log_export_outcome WHERE id::text LIKE '%1'", "record_key", "id", Damage::EXPORTS),
    ("INSERT INTO logs.log_export_outcome SELECT * FROM logs.log_export_outcome WHERE id::text LIKE '%1'", "log_export", "id", Damage::EXPORTS),
];

pub(crate) struct Scene {
    pub(crate) store: PostgresStore,
    pub(crate) superuser: PgConnection,
    // Before the server: a database is dropped while there is one.
    pub(crate) database: Database,
    _server: Server,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let server = Server::start(Durability::Off).unwrap();
        let database = support::migrated(&server).await.unwrap();
        let store = connect(&database).await;
        populated(&store, &tenant()).await;
        let mut superuser = as_superuser(&database).await;
        sqlx::raw_sql(UNGUARDED)
            .execute(&mut superuser)
            .await
            .unwrap();
        Self {
            store,
            superuser,
            database,
            _server: server,
        }
    }

    pub(crate) async fn run(&mut self, sql: &str) -> u64 {
        let ran = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        ran.execute(&mut self.superuser)
            .await
            .unwrap()
            .rows_affected()
    }
}

impl Scene {
    /// The tables of records, of their keys and of references.
    async fn tables(&mut self) -> Vec<String> {
        sqlx::query_scalar(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'logs'::regnamespace \
             AND (relkind = 'p' OR relname = 'record_key')",
        )
        .fetch_all(&mut self.superuser)
        .await
        .unwrap()
    }

    /// Copies what is stored, so that damages can be undone.
    pub(crate) async fn keep(&mut self) {
        self.run("CREATE SCHEMA kept").await;
        for table in self.tables().await {
            let copy = format!("CREATE TABLE kept.{table} AS SELECT * FROM logs.{table}");
            self.run(&copy).await;
        }
    }

    /// Brings back what was kept.
    pub(crate) async fn undo(&mut self) {
        for table in self.tables().await {
            let undo = format!(
                "DELETE FROM logs.{table}; INSERT INTO logs.{table} SELECT * FROM kept.{table}"
            );
            self.run(&undo).await;
        }
    }
}

async fn connect(database: &Database) -> PostgresStore {
    let url = database.url_as(support::APPLICATION);
    PostgresStore::connect(&url, at(TIME)).await.unwrap()
}

#[tokio::test]
async fn each_damage_is_told_by_every_list_that_meets_it_and_costs_one_record() {
    let mut scene = Scene::new().await;
    let before = walk(&scene.store, &tenant(), 1_000).await;
    assert_sound(&before);
    scene.keep().await;
    for &(sql, table, column, methods) in DAMAGES {
        assert!(scene.run(sql).await > 0, "{sql}");
        let damage = Damage {
            sql,
            table,
            column,
            methods,
        };
        damage.assert_told(&scene.store, &tenant(), &before).await;
        scene.undo().await;
    }
    // The control: all of that is undone.
    assert_sound(&walk(&scene.store, &tenant(), 2).await);
}

pub(crate) fn assert_inconsistent<T: std::fmt::Debug>(
    found: Result<T, StoreError>,
    place: (&str, &str),
) {
    match found {
        Err(StoreError::Inconsistent { table, column, .. }) => {
            assert_eq!((table, column), place);
        }
        other => unreachable!("{place:?}: {other:?}"),
    }
}

#[tokio::test]
async fn a_damaged_header_is_told_once_by_a_list_of_its_trace_alone() {
    let mut scene = Scene::new().await;
    let sql = "UPDATE logs.trace SET run_id = 'victim' WHERE trace_id = 't2'";
    scene.run(sql).await;
    let filter = TraceFilter::default().trace_id(TraceId::new("t2").unwrap());
    for direction in [Direction::Ascending, Direction::Descending] {
        let page = first(5).direction(direction);
        let told = scene.store.list_traces(&tenant(), &filter, &page).await;
        let place = told.unwrap_err().place().unwrap().clone();
        for request in [page.clone().after(place.clone()), page.before(place)] {
            let past = scene.store.list_traces(&tenant(), &filter, &request).await;
            let past = past.unwrap();
            assert!(past.items.is_empty() && !past.has_more);
        }
    }
    // The control: what is not where its key says is told where the list is empty.
    let sql =
        "UPDATE logs.trace SET created_at = created_at + interval '1 s' WHERE trace_id = 't2'";
    scene.run(sql).await;
    let found = scene.store.list_traces(&tenant(), &filter, &first(5)).await;
    assert_inconsistent(found, ("trace", "id"));
}

#[tokio::test]
async fn the_list_of_one_run_comes_to_its_end_behind_a_damaged_one() {
    let mut scene = Scene::new().await;
    let filter = LlmRunFilter::default().run_id(run_id("r2"));
    scene
        .run("UPDATE logs.llm_run SET model = 'other' WHERE run_id = 'r2'")
        .await;
    let list = async |request| {
        scene
            .store
            .list_llm_runs(&tenant(), &filter, &request)
            .await
    };
    for direction in [Direction::Ascending, Direction::Descending] {
        let page = first(5).direction(direction);
        let error = list(page.clone()).await.unwrap_err();
        let place = error.place().cloned().unwrap();
        assert_inconsistent::<()>(Err(error), ("llm_run", "digest"));
        for request in [page.clone().after(place.clone()), page.before(place)] {
            let past = list(request).await.unwrap();
            assert!(past.items.is_empty() && !past.has_more);
        }
    }
}

#[tokio::test]
async fn a_trace_header_that_names_another_run_is_not_the_trace_of_that_run() {
    let mut scene = Scene::new().await;
    let victim = run_id("victim");
    assert_eq!(
        scene
            .store
            .get_trace_id_for_run(&tenant(), &victim)
            .await
            .unwrap(),
        None
    );
    let named = scene
        .store
        .get_trace_id_for_run(&tenant(), &run_id("r"))
        .await;
    assert_eq!(named.unwrap().unwrap().as_str(), "t0", "the control");
    scene
        .run("UPDATE logs.trace SET run_id = 'victim' WHERE trace_id = 't2'")
        .await;
    let found = scene.store.get_trace_id_for_run(&tenant(), &victim).await;
    assert_inconsistent(found, ("trace", "digest"));
}

#[tokio::test]
async fn a_forged_reference_makes_no_governance_event_of_a_run() {
    let mut scene = Scene::new().await;
    let of = |run: &str| GovernanceFilter::default().run_id(run_id(run));
    let listed = scene
        .store
        .get_governance_events(&tenant(), &of("r"), &first(9))
        .await;
    assert_eq!(listed.unwrap().items.len(), 5, "the control");
    let forged = |run: &str, entry: RecordId| {
        format!(
            "INSERT INTO logs.governance_run SELECT tenant_id, class, created_at, '{entry}', '{run}' \
             FROM logs.audit_entry LIMIT 1"
        )
    };
    // An entry that names other runs, and none at all.
    for (run, entry, place) in [
        ("victim", id(2), ("governance_run", "run_id")),
        ("other", id(77), ("audit_entry", "event_type")),
        ("r", id(2), ("audit_entry", "id")),
    ] {
        scene.run(&forged(run, entry)).await;
        let mut request = first(9);
        let mut told = 0;
        loop {
            let page = scene
                .store
                .get_governance_events(&tenant(), &of(run), &request)
                .await;
            let next = match page {
                Ok(page) => page.next,
                Err(error) => {
                    told += 1;
                    let next = error.place().cloned();
                    assert_inconsistent::<()>(Err(error), place);
                    assert!(next.is_some());
                    next
                }
            };
            let Some(cursor) = next else { break };
            request = request.after(cursor);
        }
        assert_eq!(told, 1, "{run}");
    }
    drop(scene.database);
}

#[tokio::test]
async fn a_record_that_was_not_asked_for_is_no_answer() {
    let mut scene = Scene::new().await;
    let mut asked = logs_contract::samples::run("asked");
    asked.trace_id = Some(logs_contract::samples::trace_id("x"));
    logs_contract::appends::append(&scene.store, &tenant(), [asked]).await;
    let model = LlmRunFilter::default().model("x".parse().unwrap());
    let listed = scene
        .store
        .list_llm_runs(&tenant(), &model, &first(9))
        .await;
    assert!(listed.unwrap().items.is_empty(), "the control");
    // The index of models holds that of traces, as a damage of the disk may have it.
    scene
        .run(
            "UPDATE pg_class AS one SET relfilenode = other.relfilenode FROM pg_class AS other \
             WHERE one.relname LIKE 'llm_run_0_202506_tenant_id_model%' \
                 AND other.relname LIKE 'llm_run_0_202506_tenant_id_trace%'",
        )
        .await;
    let store = connect(&scene.database).await;
    let listed = store.list_llm_runs(&tenant(), &model, &first(9)).await;
    assert_inconsistent(listed, ("llm_run", "index"));
}
