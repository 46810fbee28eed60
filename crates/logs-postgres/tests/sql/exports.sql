-- The first page.
SELECT page.*, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 6) AS key, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 7) AS key
FROM (SELECT tenant_id, created_at, id, scope, format, requested_by, outcome_at, checksum, delivered_at, failure_reason
  FROM (SELECT log_export.*, log_export_outcome.created_at AS outcome_at, log_export_outcome.checksum, log_export_outcome.delivered_at, log_export_outcome.failure_reason
    FROM logs.log_export
    LEFT JOIN logs.log_export_outcome USING (tenant_id, id)) AS selected
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
  AND stored.kind = 6) AS key, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 7) AS key
FROM (SELECT tenant_id, created_at, id, scope, format, requested_by, outcome_at, checksum, delivered_at, failure_reason
  FROM (SELECT log_export.*, log_export_outcome.created_at AS outcome_at, log_export_outcome.checksum, log_export_outcome.delivered_at, log_export_outcome.failure_reason
    FROM logs.log_export
    LEFT JOIN logs.log_export_outcome USING (tenant_id, id)) AS selected
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
    FROM (SELECT log_export.*, log_export_outcome.created_at AS outcome_at, log_export_outcome.checksum, log_export_outcome.delivered_at, log_export_outcome.failure_reason
      FROM logs.log_export
      LEFT JOIN logs.log_export_outcome USING (tenant_id, id)) AS selected
    WHERE class = 0
    AND tenant_id = $1
    LIMIT $2) AS counted);
