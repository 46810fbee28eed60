-- An audit entry by its id.
SELECT owner, record.id IS NOT NULL AS kept, stamp < dropped_before AS gone, tenant_id, created_at, id, event_type, entity_type, entity_id, actor_type, actor_id, action_reason, before_state, after_state, correlation_id, attributes, occurred_at, key
FROM (SELECT tenant_id AS owner, class AS kept_class, created_at AS stamp, timestamptz_send(created_at) || digest AS key
  FROM logs.record_key
  WHERE tenant_id IN ($1)
  AND kind = 5
  AND id = $2) AS stored
LEFT JOIN logs.retention_floor ON retention_floor.class = kept_class
LEFT JOIN logs.audit_entry AS record ON record.class = kept_class
AND record.created_at = stamp
AND record.tenant_id = owner
AND record.id = $3;
