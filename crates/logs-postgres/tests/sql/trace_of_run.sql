-- The trace of a run.
SELECT owner, record.id IS NOT NULL AS kept, stamp < dropped_before AS gone, tenant_id, created_at, id, run_id, provider, model, execution_status, started_at, source, is_synthetic, trace_id, session_id, input_tokens, output_tokens, cost_nano_usd, completed_at, parent_run_id, attributes, key
FROM (SELECT tenant_id AS owner, class AS kept_class, created_at AS stamp, timestamptz_send(created_at) || digest AS key
  FROM logs.record_key
  WHERE tenant_id IN ($1)
  AND kind = 1
  AND id = $2) AS stored
LEFT JOIN logs.retention_floor ON retention_floor.class = kept_class
LEFT JOIN logs.llm_run AS record ON record.class = kept_class
AND record.created_at = stamp
AND record.tenant_id = owner
AND record.id = $3;

-- The trace of a run.
SELECT page.*, (SELECT timestamptz_send(stored.created_at) || stored.digest
  FROM logs.record_key AS stored
  WHERE stored.tenant_id = page.tenant_id
  AND stored.id = page.id
  AND stored.class = 0
  AND stored.kind = 2) AS key
FROM (SELECT tenant_id, created_at, id, trace_id, run_id, started_at, attributes
  FROM logs.trace
  WHERE class = 0
  AND tenant_id = $1
  AND run_id = $2
  ORDER BY created_at, trace_id
  LIMIT 1) AS page;
