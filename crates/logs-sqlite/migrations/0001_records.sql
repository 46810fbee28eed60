-- The tables of records. The primary key of each is (tenant_id, created_at, id), the order of its
-- list; each is unique by (tenant_id, id) too: ids of runs, traces and steps are derived from their
-- natural keys. Tables whose rows may be long are not clustered by that key: a row of more than a
-- quarter of a page would take whole pages of its own (4.7 KB for one of 1.1 KB, instead of 1.6).
-- Times are microseconds since 1970, ids are the 16 bytes of a UUID, JSON is canonical text
-- (RFC 8785), digest is the first 16 bytes of SHA-256 over the producer's fields. Records of the
-- platform have the tenant '~platform', which no tenant can be named.
--
-- Indexes exist for promised questions only; each is named after what it answers.

CREATE TABLE llm_run (
    tenant_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    run_id TEXT NOT NULL,
    trace_id TEXT,
    session_id TEXT,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cost_nano_usd INTEGER CHECK (cost_nano_usd >= 0),
    execution_status TEXT NOT NULL
        CHECK (execution_status IN ('SUCCEEDED', 'FAILED', 'ABORTED', 'TIMEOUT')),
    started_at INTEGER NOT NULL,
    completed_at INTEGER,
    source TEXT NOT NULL
        CHECK (source IN ('API', 'SDK', 'SYSTEM', 'SYNTHETIC', 'WORKER')),
    is_synthetic INTEGER NOT NULL CHECK (is_synthetic IN (0, 1)),
    parent_run_id TEXT,
    attributes TEXT,
    PRIMARY KEY (tenant_id, created_at, id),
    UNIQUE (tenant_id, id)
) STRICT;

CREATE INDEX llm_run_by_trace ON llm_run (tenant_id, trace_id, created_at, id)
    WHERE trace_id IS NOT NULL;
CREATE INDEX llm_run_by_session ON llm_run (tenant_id, session_id, created_at, id)
    WHERE session_id IS NOT NULL;
CREATE INDEX llm_run_by_model ON llm_run (tenant_id, model, created_at, id);
CREATE INDEX llm_run_not_succeeded ON llm_run (tenant_id, created_at, id)
    WHERE execution_status <> 'SUCCEEDED';
CREATE INDEX llm_run_by_start ON llm_run (tenant_id, started_at);
CREATE INDEX llm_run_by_parent ON llm_run (tenant_id, parent_run_id)
    WHERE parent_run_id <> run_id;

CREATE TABLE trace (
    tenant_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    trace_id TEXT NOT NULL,
    run_id TEXT,
    started_at INTEGER,
    attributes TEXT,
    PRIMARY KEY (tenant_id, created_at, id),
    UNIQUE (tenant_id, id)
) STRICT;

CREATE INDEX trace_by_run ON trace (tenant_id, run_id, created_at, id) WHERE run_id IS NOT NULL;

CREATE TABLE trace_step (
    tenant_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    trace_id TEXT NOT NULL,
    position INTEGER,
    span_id TEXT,
    timestamp INTEGER NOT NULL,
    skill_name TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('SUCCEEDED', 'FAILED', 'ABORTED', 'TIMEOUT')),
    outcome_category TEXT NOT NULL,
    cost_nano_usd INTEGER CHECK (cost_nano_usd >= 0),
    duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
    attributes TEXT,
    parent_position INTEGER,
    parent_span_id TEXT,
    CHECK ((position IS NULL) <> (span_id IS NULL)),
    CHECK (parent_position IS NULL OR parent_span_id IS NULL),
    PRIMARY KEY (tenant_id, created_at, id),
    UNIQUE (tenant_id, id)
) STRICT;

CREATE INDEX trace_step_by_position ON trace_step (tenant_id, trace_id, position)
    WHERE position IS NOT NULL;
CREATE INDEX trace_step_by_time ON trace_step (tenant_id, trace_id, timestamp, span_id);

CREATE TABLE system_record (
    tenant_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    component TEXT NOT NULL,
    event_type TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('INFO', 'WARN', 'CRITICAL')),
    summary TEXT NOT NULL,
    details TEXT,
    caused_by TEXT CHECK (caused_by IN ('SYSTEM', 'HUMAN', 'AUTOMATION')),
    correlation_id TEXT,
    occurred_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, created_at, id),
    UNIQUE (tenant_id, id)
) STRICT;

CREATE INDEX system_record_by_time ON system_record (tenant_id, occurred_at, id);
CREATE INDEX system_record_by_correlation
    ON system_record (tenant_id, correlation_id, occurred_at, id) WHERE correlation_id IS NOT NULL;
CREATE INDEX system_record_page_by_correlation
    ON system_record (tenant_id, correlation_id, created_at, id) WHERE correlation_id IS NOT NULL;

CREATE TABLE audit_entry (
    tenant_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    event_type TEXT NOT NULL,
    entity_type TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    actor_type TEXT NOT NULL CHECK (actor_type IN ('HUMAN', 'SYSTEM', 'AGENT')),
    actor_id TEXT,
    action_reason TEXT,
    before_state TEXT,
    after_state TEXT,
    correlation_id TEXT,
    attributes TEXT,
    occurred_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, created_at, id),
    UNIQUE (tenant_id, id)
) STRICT;

CREATE INDEX audit_entry_by_entity
    ON audit_entry (tenant_id, entity_type, entity_id, created_at, id);
CREATE INDEX audit_entry_by_correlation
    ON audit_entry (tenant_id, correlation_id, created_at, id) WHERE correlation_id IS NOT NULL;
CREATE INDEX audit_entry_governance ON audit_entry (tenant_id, created_at, id)
    WHERE entity_type IN ('POLICY_RULE', 'POLICY_PROPOSAL', 'LIMIT', 'INCIDENT');
CREATE INDEX audit_entry_replay ON audit_entry (tenant_id, occurred_at, id)
    WHERE entity_type IN ('POLICY_RULE', 'LIMIT');

-- Which governance events name a run in one of their states; written with the entry.
CREATE TABLE governance_run (
    tenant_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    PRIMARY KEY (tenant_id, run_id, created_at, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_export (
    tenant_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    scope TEXT NOT NULL CHECK (scope IN ('llm_run', 'system', 'audit', 'compliance')),
    format TEXT NOT NULL CHECK (format IN ('json', 'csv', 'pdf', 'zip')),
    requested_by TEXT NOT NULL,
    PRIMARY KEY (tenant_id, created_at, id),
    UNIQUE (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- At most one outcome for each export: its key is the id of the export.
CREATE TABLE log_export_outcome (
    tenant_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    checksum TEXT,
    delivered_at INTEGER,
    failure_reason TEXT,
    CHECK ((checksum IS NULL) = (delivered_at IS NULL)
        AND (checksum IS NULL) <> (failure_reason IS NULL)),
    PRIMARY KEY (tenant_id, created_at, id),
    UNIQUE (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- The latest time that was given out, to an append or as settled: no later append is stamped before
-- it, whichever process it comes from. Where a clock was ahead and an operator took that time back,
-- the newest that ever was is kept: records may have it.
CREATE TABLE store_clock (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    latest INTEGER NOT NULL,
    taken_back INTEGER
) STRICT;

INSERT INTO store_clock (only_row, latest) VALUES (1, -62135596800000000);
