-- Keys without a record of their kind, class and record time, unless retention dropped it.
WITH record (kind, tenant_id, class, created_at, id) AS (
    SELECT 1::smallint, tenant_id, class, created_at, id FROM logs.llm_run
    UNION ALL SELECT 2, tenant_id, class, created_at, id FROM logs.trace
    UNION ALL SELECT 3, tenant_id, class, created_at, id FROM logs.trace_step
    UNION ALL SELECT 4, tenant_id, class, created_at, id FROM logs.system_record
    UNION ALL SELECT 5, tenant_id, class, created_at, id FROM logs.audit_entry
    UNION ALL SELECT 6, tenant_id, class, created_at, id FROM logs.log_export
    UNION ALL SELECT 7, tenant_id, class, created_at, id FROM logs.log_export_outcome
), orphan (name) AS (
    SELECT (ARRAY['llm_run', 'trace', 'trace_step', 'system_record', 'audit_entry', 'log_export',
        'log_export_outcome'])[stored.kind] || ' ' || stored.id
    FROM logs.record_key AS stored
    LEFT JOIN logs.retention_floor AS retention ON retention.class = stored.class
    WHERE (retention.dropped_before IS NULL OR stored.created_at >= retention.dropped_before)
        AND NOT EXISTS (SELECT FROM record WHERE record.kind = stored.kind
            AND record.tenant_id = stored.tenant_id AND record.class = stored.class
            AND record.created_at = stored.created_at AND record.id = stored.id)
)
SELECT COUNT(*), (SELECT string_agg(name, ', ') FROM (SELECT name FROM orphan ORDER BY name LIMIT 10) AS first)
FROM orphan
