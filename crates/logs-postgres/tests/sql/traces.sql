-- The first page.
SELECT page.*, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 2) AS key
FROM (SELECT tenant_id, created_at, id, trace_id, run_id, started_at, attributes
  FROM logs.trace AS selected
  WHERE class = 0
  AND tenant_id = $1
  ORDER BY created_at DESC, id DESC
  LIMIT $2 OFFSET $3) AS page
ORDER BY created_at DESC, id DESC;

-- The page behind.
SELECT page.*, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 2) AS key
FROM (SELECT tenant_id, created_at, id, trace_id, run_id, started_at, attributes
  FROM logs.trace AS selected
  WHERE class = 0
  AND tenant_id = $1
  AND created_at <= $2
  AND (created_at, id) < ($3, $4)
  ORDER BY created_at DESC, id DESC
  LIMIT $5 OFFSET $6) AS page
ORDER BY created_at DESC, id DESC;

-- Its count.
SELECT (SELECT COUNT(*)
  FROM (SELECT 1
    FROM logs.trace AS selected
    WHERE class = 0
    AND tenant_id = $1
    LIMIT $2) AS counted);
