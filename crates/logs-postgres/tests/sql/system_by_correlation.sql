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
    AND correlation_id = $2
    ORDER BY occurred_at ASC, id ASC
    LIMIT $3)
  UNION ALL (SELECT tenant_id, created_at, id, component, event_type, severity, summary, details, caused_by, correlation_id, occurred_at
    FROM logs.system_record AS selected
    WHERE class = 0
    AND tenant_id = $4
    AND correlation_id = $5
    ORDER BY occurred_at ASC, id ASC
    LIMIT $6)) AS page;

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
    AND correlation_id = $2
    AND occurred_at >= $3
    AND (occurred_at, id) > ($4, $5)
    ORDER BY occurred_at ASC, id ASC
    LIMIT $6)
  UNION ALL (SELECT tenant_id, created_at, id, component, event_type, severity, summary, details, caused_by, correlation_id, occurred_at
    FROM logs.system_record AS selected
    WHERE class = 0
    AND tenant_id = $7
    AND correlation_id = $8
    AND occurred_at >= $9
    ORDER BY occurred_at ASC, id ASC
    LIMIT $10)) AS page;

-- Its count.
SELECT (SELECT COUNT(*)
  FROM (SELECT 1
    FROM logs.system_record AS selected
    WHERE class = 0
    AND tenant_id = $1
    AND correlation_id = $2
    LIMIT $3) AS counted) + (SELECT COUNT(*)
  FROM (SELECT 1
    FROM logs.system_record AS selected
    WHERE class = 0
    AND tenant_id = $4
    AND correlation_id = $5
    LIMIT $6) AS counted);
