-- The keys and the records. record_key holds what makes a record unique, for ever; the tables of
-- records are partitioned by retention class and month of the record time, and have no key of their
-- own. Times and ids come from the application. JSON is canonical text (RFC 8785): jsonb would
-- reorder and rewrite it. Records of the platform have the tenant '~platform', which no tenant can be
-- named.
--
-- digest is the first 16 bytes of SHA-256 over all that the store knows of a record, its tenant, id and
-- record time among it. Every read computes it from the record and compares, every append too.
--
-- Indexes exist for promised questions only; each is named after what it answers.

SET LOCAL ROLE logs_owner;
SET LOCAL search_path = logs;

-- kind: 1 llm_run, 2 trace, 3 trace_step, 4 system_record, 5 audit_entry, 6 log_export,
-- 7 log_export_outcome.
CREATE TABLE record_key (
    tenant_id text COLLATE "C" NOT NULL,
    kind smallint NOT NULL CHECK (kind BETWEEN 1 AND 7),
    id uuid NOT NULL,
    class smallint NOT NULL,
    created_at timestamptz NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 16),
    PRIMARY KEY (tenant_id, kind, id)
);

CREATE TABLE llm_run (
    tenant_id text COLLATE "C" NOT NULL,
    class smallint NOT NULL,
    created_at timestamptz NOT NULL,
    id uuid NOT NULL,
    run_id text COLLATE "C" NOT NULL,
    trace_id text COLLATE "C",
    session_id text COLLATE "C",
    provider text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    input_tokens bigint,
    output_tokens bigint,
    cost_nano_usd bigint CHECK (cost_nano_usd >= 0),
    execution_status text COLLATE "C" NOT NULL
        CHECK (execution_status IN ('SUCCEEDED', 'FAILED', 'ABORTED', 'TIMEOUT')),
    started_at timestamptz NOT NULL,
    completed_at timestamptz,
    source text COLLATE "C" NOT NULL
        CHECK (source IN ('API', 'SDK', 'SYSTEM', 'SYNTHETIC', 'WORKER')),
    is_synthetic boolean NOT NULL,
    parent_run_id text COLLATE "C",
    attributes text COLLATE "C"
) PARTITION BY RANGE (class, created_at);

CREATE INDEX llm_run_page ON llm_run (tenant_id, created_at DESC, id DESC);
CREATE INDEX llm_run_by_trace ON llm_run (tenant_id, trace_id, created_at DESC, id DESC)
    WHERE trace_id IS NOT NULL;
CREATE INDEX llm_run_by_session ON llm_run (tenant_id, session_id, created_at DESC, id DESC)
    WHERE session_id IS NOT NULL;
CREATE INDEX llm_run_by_model ON llm_run (tenant_id, model, created_at DESC, id DESC);
CREATE INDEX llm_run_not_succeeded ON llm_run (tenant_id, created_at DESC, id DESC)
    WHERE execution_status <> 'SUCCEEDED';
-- Runs are stored about in the order of their starts. A B-tree costs appends 5 to 8 %, this one nothing seen.
CREATE INDEX llm_run_by_start ON llm_run USING brin (tenant_id, started_at);
CREATE INDEX llm_run_by_parent ON llm_run (tenant_id, parent_run_id) WHERE parent_run_id <> run_id;

CREATE TABLE trace (
    tenant_id text COLLATE "C" NOT NULL,
    class smallint NOT NULL,
    created_at timestamptz NOT NULL,
    id uuid NOT NULL,
    trace_id text COLLATE "C" NOT NULL,
    run_id text COLLATE "C",
    started_at timestamptz,
    attributes text COLLATE "C"
) PARTITION BY RANGE (class, created_at);

CREATE INDEX trace_page ON trace (tenant_id, created_at DESC, id DESC);
CREATE INDEX trace_by_run ON trace (tenant_id, run_id, created_at DESC, id DESC)
    WHERE run_id IS NOT NULL;

CREATE TABLE trace_step (
    tenant_id text COLLATE "C" NOT NULL,
    class smallint NOT NULL,
    created_at timestamptz NOT NULL,
    id uuid NOT NULL,
    trace_id text COLLATE "C" NOT NULL,
    position bigint,
    span_id text COLLATE "C",
    "timestamp" timestamptz NOT NULL,
    skill_name text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL CHECK (status IN ('SUCCEEDED', 'FAILED', 'ABORTED', 'TIMEOUT')),
    outcome_category text COLLATE "C" NOT NULL,
    cost_nano_usd bigint CHECK (cost_nano_usd >= 0),
    duration_ms bigint NOT NULL CHECK (duration_ms >= 0),
    attributes text COLLATE "C",
    parent_position bigint,
    parent_span_id text COLLATE "C",
    CHECK ((position IS NULL) <> (span_id IS NULL)),
    CHECK (parent_position IS NULL OR parent_span_id IS NULL)
) PARTITION BY RANGE (class, created_at);

CREATE INDEX trace_step_page ON trace_step (tenant_id, created_at DESC, id DESC);
CREATE INDEX trace_step_by_position ON trace_step (tenant_id, trace_id, position)
    WHERE position IS NOT NULL;
CREATE INDEX trace_step_by_time
    ON trace_step (tenant_id, trace_id, "timestamp", position, span_id);
CREATE INDEX trace_step_by_span ON trace_step (tenant_id, trace_id, "timestamp", span_id)
    WHERE span_id IS NOT NULL;

CREATE TABLE system_record (
    tenant_id text COLLATE "C" NOT NULL,
    class smallint NOT NULL,
    created_at timestamptz NOT NULL,
    id uuid NOT NULL,
    component text COLLATE "C" NOT NULL,
    event_type text COLLATE "C" NOT NULL,
    severity text COLLATE "C" NOT NULL CHECK (severity IN ('INFO', 'WARN', 'CRITICAL')),
    summary text COLLATE "C" NOT NULL,
    details text COLLATE "C",
    caused_by text COLLATE "C" CHECK (caused_by IN ('SYSTEM', 'HUMAN', 'AUTOMATION')),
    correlation_id text COLLATE "C",
    occurred_at timestamptz NOT NULL
) PARTITION BY RANGE (class, created_at);

CREATE INDEX system_record_page ON system_record (tenant_id, created_at DESC, id DESC);
CREATE INDEX system_record_by_time ON system_record (tenant_id, occurred_at, id);
CREATE INDEX system_record_by_correlation
    ON system_record (tenant_id, correlation_id, occurred_at, id) WHERE correlation_id IS NOT NULL;
CREATE INDEX system_record_page_by_correlation
    ON system_record (tenant_id, correlation_id, created_at DESC, id DESC)
    WHERE correlation_id IS NOT NULL;

CREATE TABLE audit_entry (
    tenant_id text COLLATE "C" NOT NULL,
    class smallint NOT NULL,
    created_at timestamptz NOT NULL,
    id uuid NOT NULL,
    event_type text COLLATE "C" NOT NULL,
    entity_type text COLLATE "C" NOT NULL,
    entity_id text COLLATE "C" NOT NULL,
    actor_type text COLLATE "C" NOT NULL CHECK (actor_type IN ('HUMAN', 'SYSTEM', 'AGENT')),
    actor_id text COLLATE "C",
    action_reason text COLLATE "C",
    before_state text COLLATE "C",
    after_state text COLLATE "C",
    correlation_id text COLLATE "C",
    attributes text COLLATE "C",
    occurred_at timestamptz NOT NULL
) PARTITION BY RANGE (class, created_at);

CREATE INDEX audit_entry_page ON audit_entry (tenant_id, created_at DESC, id DESC);
CREATE INDEX audit_entry_by_entity
    ON audit_entry (tenant_id, entity_type, entity_id, created_at DESC, id DESC);
CREATE INDEX audit_entry_by_correlation
    ON audit_entry (tenant_id, correlation_id, created_at DESC, id DESC)
    WHERE correlation_id IS NOT NULL;
CREATE INDEX audit_entry_governance ON audit_entry (tenant_id, created_at DESC, id DESC)
    WHERE entity_type IN ('POLICY_RULE', 'POLICY_PROPOSAL', 'LIMIT', 'INCIDENT');
CREATE INDEX audit_entry_replay ON audit_entry (tenant_id, occurred_at, id)
    WHERE entity_type IN ('POLICY_RULE', 'LIMIT');

CREATE TABLE log_export (
    tenant_id text COLLATE "C" NOT NULL,
    class smallint NOT NULL,
    created_at timestamptz NOT NULL,
    id uuid NOT NULL,
    scope text COLLATE "C" NOT NULL CHECK (scope IN ('llm_run', 'system', 'audit', 'compliance')),
    format text COLLATE "C" NOT NULL CHECK (format IN ('json', 'csv', 'pdf', 'zip')),
    requested_by text COLLATE "C" NOT NULL
) PARTITION BY RANGE (class, created_at);

CREATE INDEX log_export_page ON log_export (tenant_id, created_at DESC, id DESC);

CREATE TABLE log_export_outcome (
    tenant_id text COLLATE "C" NOT NULL,
    class smallint NOT NULL,
    created_at timestamptz NOT NULL,
    id uuid NOT NULL,
    checksum text COLLATE "C",
    delivered_at timestamptz,
    failure_reason text COLLATE "C",
    CHECK ((checksum IS NULL) = (delivered_at IS NULL)
        AND (checksum IS NULL) <> (failure_reason IS NULL))
) PARTITION BY RANGE (class, created_at);

CREATE INDEX log_export_outcome_page ON log_export_outcome (tenant_id, created_at DESC, id DESC);
CREATE INDEX log_export_outcome_by_export ON log_export_outcome (tenant_id, id);

-- Which governance events name a run in one of their states; written with the entry.
CREATE TABLE governance_run (
    tenant_id text COLLATE "C" NOT NULL,
    class smallint NOT NULL,
    created_at timestamptz NOT NULL,
    id uuid NOT NULL,
    run_id text COLLATE "C" NOT NULL
) PARTITION BY RANGE (class, created_at);

CREATE INDEX governance_run_page
    ON governance_run (tenant_id, run_id, created_at DESC, id DESC);

-- Records of a class before its floor were dropped by retention: their keys stay, and tell so.
CREATE TABLE retention_floor (
    class smallint PRIMARY KEY,
    dropped_before timestamptz NOT NULL
);

GRANT SELECT, INSERT ON record_key, llm_run, trace, trace_step, system_record, audit_entry,
    log_export, log_export_outcome, governance_run TO logs_application;
GRANT SELECT ON retention_floor TO logs_application;
