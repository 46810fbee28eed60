-- The first page.
SELECT page.*, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 1) AS key
FROM (SELECT tenant_id, created_at, id, run_id, provider, model, execution_status, started_at, source, is_synthetic, trace_id, session_id, input_tokens, output_tokens, cost_nano_usd, completed_at, parent_run_id, attributes
  FROM logs.llm_run AS selected
  WHERE class = 0
  AND tenant_id = $1
  AND model = $2
  ORDER BY created_at DESC, id DESC
  LIMIT $3 OFFSET $4) AS page
ORDER BY created_at DESC, id DESC;

-- The page behind.
SELECT page.*, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 1) AS key
FROM (SELECT tenant_id, created_at, id, run_id, provider, model, execution_status, started_at, source, is_synthetic, trace_id, session_id, input_tokens, output_tokens, cost_nano_usd, completed_at, parent_run_id, attributes
  FROM logs.llm_run AS selected
  WHERE class = 0
  AND tenant_id = $1
  AND model = $2
  AND created_at <= $3
  AND (created_at, id) < ($4, $5)
  ORDER BY created_at DESC, id DESC
  LIMIT $6 OFFSET $7) AS page
ORDER BY created_at DESC, id DESC;

-- Its count.
SELECT (SELECT COUNT(*)
  FROM (SELECT 1
    FROM logs.llm_run AS selected
    WHERE class = 0
    AND tenant_id = $1
    AND model = $2
    LIMIT $3) AS counted);
