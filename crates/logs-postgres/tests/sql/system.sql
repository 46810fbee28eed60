-- The first page.
SELECT page.*, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 4) AS key
FROM ((SELECT tenant_id, created_at, id, component, event_type, severity, summary, details, caused_by, correlation_id, occurred_at
    FROM logs.system_record AS selected
    WHERE class = 0
    AND tenant_id = $1
    ORDER BY created_at DESC, id DESC
    LIMIT $2)
  UNION ALL (SELECT tenant_id, created_at, id, component, event_type, severity, summary, details, caused_by, correlation_id, occurred_at
    FROM logs.system_record AS selected
    WHERE class = 0
    AND tenant_id = $3
    ORDER BY created_at DESC, id DESC
    LIMIT $4)) AS page;

-- The page behind.
SELECT page.*, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 4) AS key
FROM ((SELECT tenant_id, created_at, id, component, event_type, severity, summary, details, caused_by, correlation_id, occurred_at
    FROM logs.system_record AS selected
    WHERE class = 0
    AND tenant_id = $1
    AND created_at <= $2
    AND (created_at, id) < ($3, $4)
    ORDER BY created_at DESC, id DESC
    LIMIT $5)
  UNION ALL (SELECT tenant_id, created_at, id, component, event_type, severity, summary, details, caused_by, correlation_id, occurred_at
    FROM logs.system_record AS selected
    WHERE class = 0
    AND tenant_id = $6
    AND created_at <= $7
    ORDER BY created_at DESC, id DESC
    LIMIT $8)) AS page;

-- Its count.
SELECT (SELECT COUNT(*)
  FROM (SELECT 1
    FROM logs.system_record AS selected
    WHERE class = 0
    AND tenant_id = $1
    LIMIT $2) AS counted) + (SELECT COUNT(*)
  FROM (SELECT 1
    FROM logs.system_record AS selected
    WHERE class = 0
    AND tenant_id = $3
    LIMIT $4) AS counted);
