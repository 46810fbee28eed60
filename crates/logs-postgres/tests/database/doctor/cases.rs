//! What breaks a schema, and how it is repaired.

/// What is done, what undoes it, the checks that fail in between, and what one of them says. Statements
/// are parted by two semicolons.
pub(super) type Case = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
);

/// The partition of this month of a table, in a statement that is made of a format: `%1$I` is its name,
/// `%2$s` its bounds.
macro_rules! this_month {
    ($table:literal, $statement:literal) => {
        concat!(
            "DO $do$ DECLARE low timestamptz := date_trunc('month', now()); BEGIN EXECUTE format(\
             $format$",
            $statement,
            "$format$, '",
            $table,
            "_0_' || to_char(low, 'YYYYMM'), format('FOR VALUES FROM (0, %L) TO (0, %L)', \
             low, low + interval '1 month')); END; $do$"
        )
    };
}

pub(super) const CASES: &[Case] = &[
    (
        "ALTER ROLE logs_test_application SET synchronous_commit = off",
        "ALTER ROLE logs_test_application RESET synchronous_commit",
        &["durability"],
        "synchronous_commit off",
    ),
    // What the role that looks may do.
    (
        "REVOKE INSERT ON logs.audit_entry FROM logs_application",
        "GRANT INSERT ON logs.audit_entry TO logs_application",
        &["grants", "role"],
        "may not insert into audit_entry",
    ),
    (
        "REVOKE SELECT ON logs.retention_floor FROM logs_application",
        "GRANT SELECT ON logs.retention_floor TO logs_application",
        &["grants", "role", "retention"],
        "may not read retention_floor",
    ),
    (
        "REVOKE EXECUTE ON FUNCTION logs.oldest_append FROM logs_application",
        "GRANT EXECUTE ON FUNCTION logs.oldest_append TO logs_application",
        &["grants", "role"],
        "may not call oldest_append",
    ),
    (
        "REVOKE EXECUTE ON FUNCTION logs.write_keys FROM logs_application",
        "GRANT EXECUTE ON FUNCTION logs.write_keys TO logs_application",
        &["grants", "role"],
        "may not call write_keys",
    ),
    (
        "GRANT logs_owner TO logs_test_application",
        "REVOKE logs_owner FROM logs_test_application",
        &["role", "owner"],
        "may act as the owner",
    ),
    (
        "ALTER ROLE logs_test_application CREATEROLE",
        "ALTER ROLE logs_test_application NOCREATEROLE",
        &["role"],
        "logs_test_application may create roles",
    ),
    (
        "GRANT pg_write_server_files TO logs_test_application",
        "REVOKE pg_write_server_files FROM logs_test_application",
        &["role"],
        "is a member of pg_write_server_files",
    ),
    // Rights and owners.
    (
        "GRANT UPDATE ON logs.trace TO logs_test_application",
        "REVOKE UPDATE ON logs.trace FROM logs_test_application",
        &["grants", "role"],
        "trace: not as installed, UPDATE for logs_test_application",
    ),
    (
        "GRANT INSERT ON logs.retention_floor TO logs_application",
        "REVOKE INSERT ON logs.retention_floor FROM logs_application",
        &["grants"],
        "retention_floor: not as installed, INSERT for logs_application",
    ),
    (
        "GRANT INSERT ON logs.schema_migration TO PUBLIC",
        "REVOKE INSERT ON logs.schema_migration FROM PUBLIC",
        &["grants"],
        "schema_migration: not as installed, INSERT for PUBLIC",
    ),
    (
        "GRANT SELECT ON logs.trace TO logs_application WITH GRANT OPTION",
        "REVOKE GRANT OPTION FOR SELECT ON logs.trace FROM logs_application",
        &["grants"],
        "SELECT for logs_application, to be passed on",
    ),
    (
        "GRANT UPDATE (model) ON logs.llm_run TO logs_reporting",
        "REVOKE UPDATE (model) ON logs.llm_run FROM logs_reporting",
        &["grants"],
        "llm_run.model: not of this schema, UPDATE for logs_reporting",
    ),
    (
        "GRANT CREATE ON SCHEMA logs TO logs_application",
        "REVOKE CREATE ON SCHEMA logs FROM logs_application",
        &["grants"],
        "schema logs: not as installed, CREATE for logs_application",
    ),
    (
        "GRANT EXECUTE ON FUNCTION logs.drop_months_before TO PUBLIC",
        "REVOKE EXECUTE ON FUNCTION logs.drop_months_before FROM PUBLIC",
        &["grants"],
        "EXECUTE for PUBLIC",
    ),
    (
        "ALTER DEFAULT PRIVILEGES FOR ROLE logs_owner IN SCHEMA logs \
             GRANT DELETE ON TABLES TO logs_application",
        "ALTER DEFAULT PRIVILEGES FOR ROLE logs_owner IN SCHEMA logs \
             REVOKE DELETE ON TABLES FROM logs_application",
        &["grants"],
        "default privileges of logs_owner",
    ),
    (
        "ALTER TABLE logs.trace OWNER TO logs_reporting",
        "ALTER TABLE logs.trace OWNER TO logs_owner",
        &["grants"],
        "trace: not as installed, belongs to logs_reporting",
    ),
    (
        "ALTER FUNCTION logs.oldest_append OWNER TO CURRENT_USER",
        "ALTER FUNCTION logs.oldest_append OWNER TO logs_owner",
        &["grants"],
        "oldest_append(): lacks belongs to logs_owner",
    ),
    (
        "ALTER ROLE logs_owner LOGIN",
        "ALTER ROLE logs_owner NOLOGIN",
        &["grants"],
        "role logs_owner: not as installed, may log in",
    ),
    (
        "GRANT pg_execute_server_program TO logs_owner",
        "REVOKE pg_execute_server_program FROM logs_owner",
        &["grants"],
        "role logs_owner: not as installed, is a member of pg_execute_server_program",
    ),
    (
        "CREATE ROLE logs_test_intruder LOGIN IN ROLE logs_owner",
        "DROP ROLE logs_test_intruder",
        &["owner"],
        "logs_test_intruder may act as logs_owner",
    ),
    // Triggers.
    (
        "DROP TRIGGER append_only ON logs.trace;; \
         CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON logs.trace \
             FOR EACH STATEMENT EXECUTE FUNCTION logs.refuse_change();; \
         ALTER TABLE logs.trace ENABLE ALWAYS TRIGGER append_only",
        "DROP TRIGGER append_only ON logs.trace;; SELECT logs.guard('logs.trace')",
        &["append-only"],
        "trace: lacks trigger",
    ),
    (
        "ALTER TABLE logs.trace ENABLE TRIGGER append_only",
        "ALTER TABLE logs.trace ENABLE ALWAYS TRIGGER append_only",
        &["append-only"],
        "but for replication",
    ),
    (
        this_month!(
            "trace",
            "ALTER TABLE logs.%1$I DISABLE TRIGGER append_only_row"
        ),
        this_month!(
            "trace",
            "ALTER TABLE logs.%1$I ENABLE ALWAYS TRIGGER append_only_row"
        ),
        &["append-only"],
        "never",
    ),
    (
        "CREATE FUNCTION public.let() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';; \
         CREATE TRIGGER spy BEFORE INSERT ON logs.record_key \
             FOR EACH ROW EXECUTE FUNCTION public.let()",
        "DROP TRIGGER spy ON logs.record_key;; DROP FUNCTION public.let",
        &["append-only"],
        "record_key: not as installed, trigger TRIGGER spy",
    ),
    // Tables.
    (
        "ALTER TABLE logs.record_key DROP CONSTRAINT record_key_pkey",
        "ALTER TABLE logs.record_key ADD PRIMARY KEY (tenant_id, kind, id)",
        &["tables", "indexes"],
        "record_key: lacks constraint record_key_pkey PRIMARY KEY (tenant_id, kind, id)",
    ),
    (
        "ALTER TABLE logs.llm_run DROP CONSTRAINT llm_run_source_check",
        "ALTER TABLE logs.llm_run ADD CONSTRAINT llm_run_source_check \
             CHECK (source IN ('API', 'SDK', 'SYSTEM', 'SYNTHETIC', 'WORKER'))",
        &["tables"],
        "llm_run: lacks constraint llm_run_source_check",
    ),
    (
        "ALTER TABLE logs.governance_run ADD COLUMN note text",
        "ALTER TABLE logs.governance_run DROP COLUMN note",
        &["tables"],
        "governance_run: not as installed, column note text",
    ),
    (
        "ALTER TABLE logs.governance_run ALTER run_id DROP NOT NULL",
        "ALTER TABLE logs.governance_run ALTER run_id SET NOT NULL",
        &["tables"],
        "governance_run: lacks column run_id",
    ),
    (
        "ALTER TABLE logs.trace ALTER created_at SET DEFAULT now()",
        "ALTER TABLE logs.trace ALTER created_at DROP DEFAULT",
        &["tables"],
        "DEFAULT now()",
    ),
    (
        "ALTER TABLE logs.record_key ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE logs.record_key DISABLE ROW LEVEL SECURITY",
        &["tables"],
        "record_key: not as installed, row-level security",
    ),
    (
        "CREATE RULE lose AS ON INSERT TO logs.record_key DO INSTEAD NOTHING",
        "DROP RULE lose ON logs.record_key",
        &["tables"],
        "record_key: not as installed, rule lose",
    ),
    (
        "ALTER TABLE logs.retention_floor SET UNLOGGED",
        "ALTER TABLE logs.retention_floor SET LOGGED",
        &["tables"],
        "not logged",
    ),
    (
        "CREATE TABLE logs.mine (x integer);; ALTER TABLE logs.mine OWNER TO logs_owner",
        "DROP TABLE logs.mine",
        &["tables", "grants", "role"],
        "mine: not of this schema, table",
    ),
    // Indexes.
    (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'logs.trace_page'::regclass",
        "UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'logs.trace_page'::regclass",
        &["indexes"],
        "(tenant_id, created_at DESC, id DESC), invalid",
    ),
    (
        "DROP INDEX logs.llm_run_by_model",
        "CREATE INDEX llm_run_by_model ON logs.llm_run \
             (tenant_id, model, created_at DESC, id DESC)",
        &["indexes"],
        "lacks index of llm_run_by_model",
    ),
    (
        this_month!("trace", "CREATE INDEX mine ON logs.%1$I (trace_id)"),
        "DROP INDEX logs.mine",
        &["indexes"],
        "index CREATE INDEX mine",
    ),
    // Functions and views.
    (
        "ALTER FUNCTION logs.write_keys SET search_path = pg_catalog",
        "ALTER FUNCTION logs.write_keys SET search_path = pg_catalog, pg_temp",
        &["functions"],
        "not as installed, setting search_path=pg_catalog",
    ),
    (
        "ALTER FUNCTION logs.oldest_append SECURITY INVOKER",
        "ALTER FUNCTION logs.oldest_append SECURITY DEFINER",
        &["functions"],
        "oldest_append(): lacks returns bigint, sql, as its owner, volatile",
    ),
    (
        "ALTER FUNCTION logs.oldest_append IMMUTABLE",
        "ALTER FUNCTION logs.oldest_append VOLATILE",
        &["functions"],
        "immutable",
    ),
    (
        "ALTER FUNCTION logs.write_keys RENAME TO kept;; \
         CREATE FUNCTION logs.write_keys(tenant text, stamp timestamptz, kinds smallint[], ids uuid[], \
             digests bytea[], repeated boolean, OUT new_kinds smallint[], OUT new_ids uuid[]) \
             LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS 'BEGIN END';; \
         ALTER FUNCTION logs.write_keys OWNER TO logs_owner;; \
         REVOKE ALL ON FUNCTION logs.write_keys FROM PUBLIC;; \
         GRANT EXECUTE ON FUNCTION logs.write_keys TO logs_application;; \
         CREATE TABLE public.kept AS SELECT prosrc FROM pg_proc WHERE proname = 'kept';; \
         DROP FUNCTION logs.kept",
        "DO $$ BEGIN EXECUTE format('CREATE OR REPLACE FUNCTION logs.write_keys(tenant text, \
             stamp timestamptz, kinds smallint[], ids uuid[], digests bytea[], repeated boolean, \
             OUT new_kinds smallint[], OUT new_ids uuid[]) LANGUAGE plpgsql \
             SET search_path = pg_catalog, pg_temp AS %L', (SELECT prosrc FROM public.kept)); END; $$;; \
         DROP TABLE public.kept",
        &["functions"],
        "lacks body with the SHA-256",
    ),
    (
        "ALTER VIEW logs.reporting_trace SET (security_barrier = false)",
        "ALTER VIEW logs.reporting_trace SET (security_barrier = true)",
        &["views"],
        "reporting_trace: not as installed, view with security_barrier=false",
    ),
    (
        "CREATE OR REPLACE VIEW logs.reporting_trace WITH (security_barrier = true) AS \
             SELECT tenant_id, id, created_at, trace_id, run_id, started_at, attributes \
             FROM logs.trace",
        "CREATE OR REPLACE VIEW logs.reporting_trace WITH (security_barrier = true) AS \
             SELECT tenant_id, id, created_at, trace_id, run_id, started_at, attributes \
             FROM logs.trace \
             WHERE tenant_id = (SELECT logs.reporting_tenant())",
        &["views"],
        "reporting_trace: lacks view",
    ),
    // Partitions.
    (
        this_month!("trace", "ALTER TABLE logs.trace DETACH PARTITION logs.%1$I"),
        this_month!(
            "trace",
            "ALTER TABLE logs.trace ATTACH PARTITION logs.%1$I %2$s"
        ),
        &["role", "partitions"],
        "is not attached to trace",
    ),
    (
        this_month!(
            "trace",
            "ALTER TABLE logs.trace DETACH PARTITION logs.%1$I; ALTER TABLE logs.%1$I \
             DROP CONSTRAINT %1$s_check; ALTER TABLE logs.trace ATTACH PARTITION logs.%1$I \
             FOR VALUES FROM (0, '2020-01-01') TO (0, '2020-02-01')"
        ),
        this_month!(
            "trace",
            "DROP TABLE logs.%1$I; SELECT logs.ensure_partitions()"
        ),
        &["tables"],
        "lacks partition of trace FOR VALUES FROM ('0', 'LOW') TO ('0', 'HIGH')",
    ),
    (
        this_month!("trace", "DROP TABLE logs.%1$I"),
        "SELECT logs.ensure_partitions()",
        &["partitions"],
        "is missing of trace",
    ),
    (
        // Between months that are there.
        "SELECT logs.make_partitions((now() - interval '3 months')::date, 1)",
        "SELECT logs.make_partitions((now() - interval '3 months')::date, 3)",
        &["partitions"],
        "is missing of every table",
    ),
    (
        "REVOKE pg_read_all_stats FROM logs_owner;; \
         ALTER SYSTEM SET synchronous_standby_names = 'ghost';; SELECT pg_reload_conf()",
        "ALTER SYSTEM RESET synchronous_standby_names;; SELECT pg_reload_conf();; \
         GRANT pg_read_all_stats TO logs_owner",
        &["settled"],
        "GRANT pg_read_all_stats TO logs_owner",
    ),
];
