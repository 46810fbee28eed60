-- A system record by its id.
SELECT owner, record.id IS NOT NULL AS kept, stamp < dropped_before AS gone, tenant_id, created_at, id, component, event_type, severity, summary, details, caused_by, correlation_id, occurred_at, key
FROM (SELECT tenant_id AS owner, class AS kept_class, created_at AS stamp, timestamptz_send(created_at) || digest AS key
  FROM logs.record_key
  WHERE tenant_id IN ($1, $2)
  AND kind = 4
  AND id = $3) AS stored
LEFT JOIN logs.retention_floor ON retention_floor.class = kept_class
LEFT JOIN logs.system_record AS record ON record.class = kept_class
AND record.created_at = stamp
AND record.tenant_id = owner
AND record.id = $4;
