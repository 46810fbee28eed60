//! Nobody becomes more than they are by what they put in the way of the functions of the schema, of a
//! migrator or of the doctor. Each attack has a control that succeeds where the defence is missing.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use logs_domain::{StoreError, SystemClock};
use logs_postgres::PostgresStore;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use test_postgres::{Database, Durability, Server};

use crate::records::as_superuser;
use crate::support;

async fn execute(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(connection).await.map(drop)
}

/// A role of this database, a member of another one.
async fn member(database: &Database, of: &str) -> (String, PgConnection) {
    let name = format!("{}_{of}", database.name());
    let make = format!("CREATE ROLE {name} LOGIN IN ROLE {of}");
    execute(&mut as_superuser(database).await, &make)
        .await
        .unwrap();
    let session = PgConnection::connect(&database.url_as(&name)).await;
    (name, session.unwrap())
}

/// Temporary objects that stand in for what functions without a safe path look for. Code in them runs
/// as whoever comes by, and leaves a table where only the owner may.
const DECOYS: &str = "
    CREATE FUNCTION pg_temp.steal() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
        CREATE TABLE logs.stolen AS SELECT current_user AS by;
        RETURN true;
    EXCEPTION WHEN insufficient_privilege OR duplicate_table THEN RETURN true; END; $$;
    CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (pg_temp.steal());
    CREATE DOMAIN pg_temp.timestamptz AS pg_catalog.timestamptz CHECK (pg_temp.steal());
    CREATE DOMAIN pg_temp.date AS pg_catalog.date CHECK (pg_temp.steal());
    CREATE DOMAIN pg_temp.uuid AS pg_catalog.uuid CHECK (pg_temp.steal());
    CREATE TEMP VIEW pg_stat_activity AS SELECT *
        FROM pg_catalog.pg_stat_activity WHERE pg_temp.steal();
    CREATE TEMP VIEW pg_class AS SELECT * FROM pg_catalog.pg_class WHERE pg_temp.steal();
    CREATE TEMP VIEW pg_inherits AS SELECT * FROM pg_catalog.pg_inherits WHERE pg_temp.steal();
    CREATE TEMP VIEW record_key AS SELECT * FROM pg_catalog.pg_class WHERE pg_temp.steal();
    CREATE TEMP VIEW retention_floor AS SELECT * FROM pg_catalog.pg_class WHERE pg_temp.steal();
    GRANT SELECT ON pg_temp.pg_stat_activity, pg_temp.pg_class, pg_temp.pg_inherits,
        pg_temp.record_key, pg_temp.retention_floor TO PUBLIC";

/// What roles may call, with good arguments.
const CALLS: &[&str] = &[
    "SELECT logs.oldest_append()",
    "SELECT logs.ensure_partitions()",
    "SELECT * FROM logs.write_keys('acme', pg_catalog.now(), ARRAY[1::smallint], \
         ARRAY[pg_catalog.gen_random_uuid()], \
         ARRAY[pg_catalog.decode(pg_catalog.repeat('00', 16), 'hex')], true)",
    "SELECT logs.reporting_tenant()",
    "SELECT COUNT(*) FROM logs.reporting_llm_run",
];

async fn is_stolen(superuser: &mut PgConnection) -> bool {
    let found = "SELECT to_regclass('logs.stolen') IS NOT NULL";
    let found = sqlx::query_scalar(found).fetch_one(&mut *superuser).await;
    execute(superuser, "DROP TABLE IF EXISTS logs.stolen")
        .await
        .unwrap();
    found.unwrap()
}

#[tokio::test]
async fn nothing_temporary_runs_as_the_owner() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::installed(&server).await.unwrap();
    let mut superuser = as_superuser(&database).await;
    for role in ["logs_application", "logs_reporting"] {
        let (_, mut attacker) = member(&database, role).await;
        execute(&mut attacker, DECOYS).await.unwrap();
        let mut called = 0;
        for call in CALLS {
            match execute(&mut attacker, call).await {
                Ok(()) => called += 1,
                Err(error) => {
                    let code = error.as_database_error().and_then(|error| error.code());
                    assert_eq!(code.as_deref(), Some("42501"), "{call}: {error}");
                }
            }
            assert!(!is_stolen(&mut superuser).await, "{role}: {call}");
        }
        assert!(called >= 2, "{role} may call nothing");
    }
    // The control: with the path that leaves the temporary schema first, both kinds of decoy work.
    let (_, mut attacker) = member(&database, "pg_monitor").await;
    for (function, call) in [
        (
            "CREATE OR REPLACE FUNCTION logs.oldest_append() RETURNS bigint LANGUAGE sql VOLATILE \
             SECURITY DEFINER SET search_path = pg_catalog \
             AS $$ SELECT COUNT(*) FROM pg_stat_activity $$",
            "SELECT logs.oldest_append()",
        ),
        (
            "CREATE OR REPLACE FUNCTION logs.ensure_partitions() RETURNS integer \
             LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog \
             AS $$ DECLARE part text; BEGIN part := 'x'; RETURN 0; END; $$",
            "SELECT logs.ensure_partitions()",
        ),
    ] {
        let grant = "GRANT USAGE ON SCHEMA logs TO PUBLIC; \
             GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA logs TO PUBLIC";
        execute(&mut superuser, &format!("{function}; {grant}"))
            .await
            .unwrap();
        execute(&mut attacker, "DISCARD ALL").await.unwrap();
        execute(&mut attacker, DECOYS).await.unwrap();
        execute(&mut attacker, call).await.unwrap();
        assert!(is_stolen(&mut superuser).await, "{call}");
    }
}

/// Code that makes the attacker a superuser where one runs it, also as another role.
fn trap(attacker: &str) -> String {
    format!(
        "CREATE FUNCTION logs.crown() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN \
             RESET ROLE; ALTER ROLE {attacker} SUPERUSER; RETURN true; \
         EXCEPTION WHEN OTHERS THEN RETURN true; END; $$; \
         CREATE FUNCTION logs.crown_always() RETURNS boolean LANGUAGE plpgsql IMMUTABLE \
         AS $$ BEGIN RETURN logs.crown(); END; $$; \
         CREATE FUNCTION logs.crown_for_rows() RETURNS trigger LANGUAGE plpgsql \
         AS $$ BEGIN PERFORM logs.crown(); RETURN NEW; END; $$"
    )
}

struct Scene {
    database: Database,
    superuser: PgConnection,
    name: String,
    attacker: PgConnection,
}

impl Scene {
    async fn new(server: &Server, template: &Database) -> Self {
        let database = server.copy(template).unwrap();
        let (name, mut attacker) = member(&database, "logs_owner").await;
        execute(&mut attacker, "SET ROLE logs_owner").await.unwrap();
        execute(&mut attacker, &trap(&name)).await.unwrap();
        Self {
            superuser: as_superuser(&database).await,
            database,
            name,
            attacker,
        }
    }

    /// Whether the attacker is a superuser, and no longer.
    async fn is_crowned(&mut self) -> bool {
        let found = "SELECT rolsuper FROM pg_roles WHERE rolname = $1";
        let found = sqlx::query_scalar(found).bind(&self.name);
        let found: bool = found.fetch_one(&mut self.superuser).await.unwrap();
        let end = format!("ALTER ROLE {} NOSUPERUSER", self.name);
        execute(&mut self.superuser, &end).await.unwrap();
        found
    }

    /// Has a superuser do all that they do with a schema: whether something refuses.
    async fn work(&mut self) -> bool {
        let url = self.database.url();
        let refused = [
            PostgresStore::migrate(&url).await.map(drop),
            PostgresStore::schema_status(&url).await.map(drop),
        ];
        for refused in &refused {
            let is_plain = matches!(refused, Ok(()) | Err(StoreError::SchemaMismatch { .. }));
            assert!(is_plain, "{refused:?}");
        }
        let looked = PostgresStore::doctor(&url, &SystemClock).await;
        let is_plain = matches!(looked, Ok(_) | Err(StoreError::SchemaMismatch { .. }));
        assert!(is_plain, "{looked:?}");
        refused.iter().any(Result::is_err)
    }
}

/// Unmakes the last step, so that a migrator has work.
const LAST_STEP_UNDONE: &str = "DROP FUNCTION logs.write_keys; \
     DELETE FROM logs.schema_migration WHERE name = '0007_append'";

/// Takes the partitions of a table away, so that a migrator makes them.
const NO_PARTITIONS: &str = "DO $$ DECLARE part regclass; BEGIN \
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits \
        WHERE inhparent = 'logs.trace'::regclass \
    LOOP EXECUTE format('DROP TABLE %s', part); END LOOP; END; $$";

/// Makes a partition as somebody does who trusts `SET ROLE`.
const ATTACH: &str = "SET ROLE logs_owner; CREATE TABLE logs.part (LIKE logs.trace INCLUDING ALL, \
         CHECK (class = 0 AND created_at >= '2025-06-01' AND created_at < '2025-07-01')); \
     ALTER TABLE logs.trace ATTACH PARTITION logs.part \
         FOR VALUES FROM (0, '2025-06-01') TO (0, '2025-07-01')";

/// What a member of the owner does, whether the work goes on, and what a superuser runs who is not
/// careful: the control.
fn attacks() -> Vec<(String, bool, &'static str)> {
    vec![
        (
            format!(
                "CREATE OR REPLACE FUNCTION logs.ensure_partitions() RETURNS integer \
                     LANGUAGE sql AS 'SELECT logs.crown()::integer'; \
                 CREATE OR REPLACE FUNCTION logs.make_partitions( \
                     first date, months integer, OUT made integer) \
                     LANGUAGE sql AS 'SELECT logs.crown()::integer'; {NO_PARTITIONS}"
            ),
            true,
            "SELECT logs.ensure_partitions()",
        ),
        (
            format!(
                "CREATE OR REPLACE FUNCTION logs.refuse_change() RETURNS trigger LANGUAGE plpgsql \
                     AS $$ BEGIN PERFORM logs.crown(); RETURN NULL; END; $$; {NO_PARTITIONS}"
            ),
            true,
            "UPDATE logs.record_key SET id = id",
        ),
        (
            "ALTER TABLE logs.schema_migration RENAME TO noted; \
             CREATE VIEW logs.schema_migration AS SELECT * FROM logs.noted WHERE logs.crown()"
                .to_owned(),
            false,
            "SELECT MAX(version) FROM logs.schema_migration",
        ),
        (
            format!(
                "{LAST_STEP_UNDONE}; CREATE TRIGGER crown BEFORE INSERT ON logs.schema_migration \
                 FOR EACH ROW EXECUTE FUNCTION logs.crown_for_rows()"
            ),
            false,
            "SET ROLE logs_owner; INSERT INTO logs.schema_migration VALUES (99, 'x', now(), 1)",
        ),
        (
            format!(
                "{LAST_STEP_UNDONE}; CREATE CONSTRAINT TRIGGER crown AFTER INSERT \
                 ON logs.schema_migration DEFERRABLE INITIALLY DEFERRED \
                 FOR EACH ROW EXECUTE FUNCTION logs.crown_for_rows()"
            ),
            false,
            "INSERT INTO logs.schema_migration VALUES (99, 'x', now(), 1)",
        ),
        (
            format!(
                "{LAST_STEP_UNDONE}; ALTER TABLE logs.schema_migration \
                 ADD note boolean DEFAULT logs.crown()"
            ),
            false,
            "INSERT INTO logs.schema_migration VALUES (99, 'x', now(), 1)",
        ),
        (
            format!("{NO_PARTITIONS}; ALTER TABLE logs.trace ADD CHECK (logs.crown_always())"),
            false,
            ATTACH,
        ),
        (
            format!(
                "{NO_PARTITIONS}; CREATE TABLE logs.rest PARTITION OF logs.trace DEFAULT; \
                 ALTER TABLE logs.rest ADD CHECK (logs.crown_always())"
            ),
            false,
            ATTACH,
        ),
    ]
}

#[tokio::test]
async fn no_member_of_the_owner_becomes_a_superuser_by_the_work_of_one() {
    let server = Server::start(Durability::Off).unwrap();
    let template = support::installed(&server).await.unwrap();
    for (attack, goes_on, careless) in attacks() {
        let mut scene = Scene::new(&server, &template).await;
        // What defining it ran is the attacker's own.
        execute(&mut scene.attacker, &attack).await.unwrap();
        assert!(!scene.is_crowned().await, "{attack}");
        let refused = scene.work().await;
        assert!(!scene.is_crowned().await, "{attack}");
        assert_ne!(refused, goes_on, "{attack}");
        // An error after the theft takes it back: some do, and then it is the next try that counts.
        let ran = execute(&mut scene.superuser, careless).await;
        execute(&mut scene.superuser, "RESET ROLE").await.unwrap();
        assert!(scene.is_crowned().await, "{careless}: {ran:?}");
    }
}

#[tokio::test]
async fn a_role_that_an_owner_puts_on_is_no_programs() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let mut superuser = as_superuser(&database).await;
    let connect = async |name: &str| {
        let options = logs_postgres::PostgresOptions::default().accept_volatile_server();
        PostgresStore::connect(&database.url_as(name), options).await
    };
    for of in ["logs_owner", "logs_application"] {
        let (name, _) = member(&database, of).await;
        let put_on = format!(
            "GRANT logs_application TO {name}; ALTER ROLE {name} SET role = 'logs_application'"
        );
        execute(&mut superuser, &put_on).await.unwrap();
        match connect(&name).await {
            Err(StoreError::Unavailable { reason, .. }) if of == "logs_owner" => {
                assert!(reason.contains(&name), "{reason}");
            }
            connected => assert!(connected.is_ok() && of != "logs_owner", "{connected:?}"),
        }
        let url = database.url_as(&name);
        let checks = PostgresStore::doctor(&url, &logs_domain::SystemClock).await;
        let checks = checks.unwrap();
        let role = checks.iter().find(|check| check.name == "role").unwrap();
        assert_eq!(role.passed, of != "logs_owner", "{role:?}");
    }
}
