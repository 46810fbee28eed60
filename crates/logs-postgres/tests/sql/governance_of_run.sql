-- The first page.
SELECT page.*, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 5) AS key
FROM (SELECT tenant_id, created_at, id, event_type, entity_type, entity_id, actor_type, actor_id, action_reason, before_state, after_state, correlation_id, attributes, occurred_at
  FROM (SELECT governance_run.tenant_id, governance_run.class, governance_run.created_at, governance_run.id, governance_run.run_id AS named_run_id, event_type, entity_type, entity_id, actor_type, actor_id, action_reason, before_state, after_state, correlation_id, attributes, occurred_at
    FROM logs.governance_run
    LEFT JOIN LATERAL (SELECT *
      FROM logs.audit_entry
      WHERE audit_entry.tenant_id = governance_run.tenant_id
      AND audit_entry.class = governance_run.class
      AND audit_entry.created_at = governance_run.created_at
      AND audit_entry.id = governance_run.id OFFSET 0) AS entry ON true) AS selected
  WHERE class = 0
  AND tenant_id = $1
  AND named_run_id = $2
  ORDER BY created_at DESC, id DESC
  LIMIT $3 OFFSET $4) AS page
ORDER BY created_at DESC, id DESC;

-- The page behind.
SELECT page.*, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 5) AS key
FROM (SELECT tenant_id, created_at, id, event_type, entity_type, entity_id, actor_type, actor_id, action_reason, before_state, after_state, correlation_id, attributes, occurred_at
  FROM (SELECT governance_run.tenant_id, governance_run.class, governance_run.created_at, governance_run.id, governance_run.run_id AS named_run_id, event_type, entity_type, entity_id, actor_type, actor_id, action_reason, before_state, after_state, correlation_id, attributes, occurred_at
    FROM logs.governance_run
    LEFT JOIN LATERAL (SELECT *
      FROM logs.audit_entry
      WHERE audit_entry.tenant_id = governance_run.tenant_id
      AND audit_entry.class = governance_run.class
      AND audit_entry.created_at = governance_run.created_at
      AND audit_entry.id = governance_run.id OFFSET 0) AS entry ON true) AS selected
  WHERE class = 0
  AND tenant_id = $1
  AND named_run_id = $2
  AND created_at <= $3
  AND (created_at, id) < ($4, $5)
  ORDER BY created_at DESC, id DESC
  LIMIT $6 OFFSET $7) AS page
ORDER BY created_at DESC, id DESC;

-- Its count.
SELECT (SELECT COUNT(*)
  FROM (SELECT 1
    FROM (SELECT governance_run.tenant_id, governance_run.class, governance_run.created_at, governance_run.id, governance_run.run_id AS named_run_id, event_type, entity_type, entity_id, actor_type, actor_id, action_reason, before_state, after_state, correlation_id, attributes, occurred_at
      FROM logs.governance_run
      LEFT JOIN LATERAL (SELECT *
        FROM logs.audit_entry
        WHERE audit_entry.tenant_id = governance_run.tenant_id
        AND audit_entry.class = governance_run.class
        AND audit_entry.created_at = governance_run.created_at
        AND audit_entry.id = governance_run.id OFFSET 0) AS entry ON true) AS selected
    WHERE class = 0
    AND tenant_id = $1
    AND named_run_id = $2
    LIMIT $3) AS counted);
