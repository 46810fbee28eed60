-- What one would write without this project: one table with a key, not partitioned, with the indexes
-- that the same questions need.
CREATE SCHEMA baseline;

CREATE TABLE baseline.run (
    tenant_id text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    id uuid NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 16),
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
    attributes text COLLATE "C",
    PRIMARY KEY (tenant_id, id)
);

CREATE INDEX run_page ON baseline.run (tenant_id, created_at DESC, id DESC);
CREATE INDEX run_by_trace ON baseline.run (tenant_id, trace_id, created_at DESC, id DESC)
    WHERE trace_id IS NOT NULL;
CREATE INDEX run_by_session ON baseline.run (tenant_id, session_id, created_at DESC, id DESC)
    WHERE session_id IS NOT NULL;
CREATE INDEX run_by_model ON baseline.run (tenant_id, model, created_at DESC, id DESC);
CREATE INDEX run_not_succeeded ON baseline.run (tenant_id, created_at DESC, id DESC)
    WHERE execution_status <> 'SUCCEEDED';

GRANT USAGE ON SCHEMA baseline TO logs_application;
GRANT SELECT, INSERT ON baseline.run TO logs_application;
