-- What one would write without this project: one table with a key, not partitioned, with the indexes
-- that the same questions need.
CREATE SCHEMA baseline;

-- The columns and checks of the store's own table.
CREATE TABLE baseline.run (LIKE logs.llm_run INCLUDING CONSTRAINTS);
ALTER TABLE baseline.run
    DROP COLUMN class,
    ADD COLUMN digest bytea NOT NULL CHECK (octet_length(digest) = 16),
    ADD PRIMARY KEY (tenant_id, id);

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
