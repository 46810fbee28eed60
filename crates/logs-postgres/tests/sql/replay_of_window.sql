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
    AND occurred_at >= $2
    AND occurred_at < $3
    ORDER BY occurred_at ASC, id ASC
    LIMIT $4)
  UNION ALL (SELECT tenant_id, created_at, id, component, event_type, severity, summary, details, caused_by, correlation_id, occurred_at
    FROM logs.system_record AS selected
    WHERE class = 0
    AND tenant_id = $5
    AND occurred_at >= $6
    AND occurred_at < $7
    ORDER BY occurred_at ASC, id ASC
    LIMIT $8)) AS page;

-- The first page.
SELECT page.*, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 5) AS key
FROM (SELECT tenant_id, created_at, id, event_type, entity_type, entity_id, actor_type, actor_id, action_reason, before_state, after_state, correlation_id, attributes, occurred_at
  FROM logs.audit_entry AS selected
  WHERE class = 0
  AND tenant_id = $1
  AND entity_type IN ('POLICY_RULE', 'LIMIT')
  AND occurred_at >= $2
  AND occurred_at < $3
  ORDER BY occurred_at ASC, id ASC
  LIMIT $4) AS page;

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
    AND occurred_at >= $2
    AND occurred_at < $3
    AND occurred_at > $4
    ORDER BY occurred_at ASC, id ASC
    LIMIT $5)
  UNION ALL (SELECT tenant_id, created_at, id, component, event_type, severity, summary, details, caused_by, correlation_id, occurred_at
    FROM logs.system_record AS selected
    WHERE class = 0
    AND tenant_id = $6
    AND occurred_at >= $7
    AND occurred_at < $8
    AND occurred_at > $9
    ORDER BY occurred_at ASC, id ASC
    LIMIT $10)) AS page;

-- The page behind.
SELECT page.*, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 5) AS key
FROM (SELECT tenant_id, created_at, id, event_type, entity_type, entity_id, actor_type, actor_id, action_reason, before_state, after_state, correlation_id, attributes, occurred_at
  FROM logs.audit_entry AS selected
  WHERE class = 0
  AND tenant_id = $1
  AND entity_type IN ('POLICY_RULE', 'LIMIT')
  AND occurred_at >= $2
  AND occurred_at < $3
  AND occurred_at >= $4
  AND (occurred_at, id) > ($5, $6)
  ORDER BY occurred_at ASC, id ASC
  LIMIT $7) AS page;

-- Its count.
SELECT (SELECT COUNT(*)
  FROM (SELECT 1
    FROM logs.system_record AS selected
    WHERE class = 0
    AND tenant_id = $1
    AND occurred_at >= $2
    AND occurred_at < $3
    LIMIT $4) AS counted) + (SELECT COUNT(*)
  FROM (SELECT 1
    FROM logs.system_record AS selected
    WHERE class = 0
    AND tenant_id = $5
    AND occurred_at >= $6
    AND occurred_at < $7
    LIMIT $8) AS counted) + (SELECT COUNT(*)
  FROM (SELECT 1
    FROM logs.audit_entry AS selected
    WHERE class = 0
    AND tenant_id = $9
    AND entity_type IN ('POLICY_RULE', 'LIMIT')
    AND occurred_at >= $10
    AND occurred_at < $11
    LIMIT $12) AS counted);
