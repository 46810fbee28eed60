-- The first page.
SELECT page.*, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 3) AS key
FROM (SELECT tenant_id, created_at, id, trace_id, position, span_id, timestamp, skill_name, status, outcome_category, duration_ms, parent_position, parent_span_id, cost_nano_usd, attributes
  FROM logs.trace_step
  WHERE class = 0
  AND tenant_id = $1
  AND trace_id = $2
  AND position >= 0
  ORDER BY position ASC
  LIMIT $3 OFFSET $4) AS page
ORDER BY position ASC;

-- The page behind.
SELECT page.*, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 3) AS key
FROM (SELECT tenant_id, created_at, id, trace_id, position, span_id, timestamp, skill_name, status, outcome_category, duration_ms, parent_position, parent_span_id, cost_nano_usd, attributes
  FROM logs.trace_step
  WHERE class = 0
  AND tenant_id = $1
  AND trace_id = $2
  AND position >= 0
  AND position > $3
  ORDER BY position ASC
  LIMIT $4 OFFSET $5) AS page
ORDER BY position ASC;

-- Its count.
SELECT (SELECT COUNT(*)
  FROM (SELECT 1
    FROM logs.trace_step AS selected
    WHERE class = 0
    AND tenant_id = $1
    AND trace_id = $2
    LIMIT $3) AS counted);
