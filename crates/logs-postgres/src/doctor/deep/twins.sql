-- Ids that more than one record of a kind has, and references that are there twice.
WITH twin (name) AS (
    SELECT 'llm_run ' || id FROM logs.llm_run GROUP BY tenant_id, id HAVING COUNT(*) > 1
    UNION ALL SELECT 'trace ' || id FROM logs.trace GROUP BY tenant_id, id HAVING COUNT(*) > 1
    UNION ALL SELECT 'trace_step ' || id FROM logs.trace_step GROUP BY tenant_id, id HAVING COUNT(*) > 1
    UNION ALL SELECT 'system_record ' || id FROM logs.system_record
        GROUP BY tenant_id, id HAVING COUNT(*) > 1
    UNION ALL SELECT 'audit_entry ' || id FROM logs.audit_entry GROUP BY tenant_id, id HAVING COUNT(*) > 1
    UNION ALL SELECT 'log_export ' || id FROM logs.log_export GROUP BY tenant_id, id HAVING COUNT(*) > 1
    UNION ALL SELECT 'log_export_outcome ' || id FROM logs.log_export_outcome
        GROUP BY tenant_id, id HAVING COUNT(*) > 1
    UNION ALL SELECT 'governance_run ' || id FROM logs.governance_run
        GROUP BY tenant_id, id, run_id HAVING COUNT(*) > 1
)
SELECT COUNT(*), (SELECT string_agg(name, ', ') FROM (SELECT name FROM twin ORDER BY name LIMIT 10) AS first)
FROM twin
