-- An export by its id.
SELECT owner, record.id IS NOT NULL AS kept, stamp < dropped_before AS gone, tenant_id, created_at, id, scope, format, requested_by, key
FROM (SELECT tenant_id AS owner, class AS kept_class, created_at AS stamp, timestamptz_send(created_at) || digest AS key
  FROM logs.record_key
  WHERE tenant_id IN ($1)
  AND kind = 6
  AND id = $2) AS stored
LEFT JOIN logs.retention_floor ON retention_floor.class = kept_class
LEFT JOIN logs.log_export AS record ON record.class = kept_class
AND record.created_at = stamp
AND record.tenant_id = owner
AND record.id = $3;
