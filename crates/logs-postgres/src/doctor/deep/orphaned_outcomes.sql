-- Outcomes of exports that are not there.
WITH orphan (name) AS (
    SELECT id::text FROM logs.log_export_outcome AS outcome
    WHERE NOT EXISTS (SELECT FROM logs.log_export AS export
        WHERE export.tenant_id = outcome.tenant_id AND export.id = outcome.id)
)
SELECT COUNT(*), (SELECT string_agg(name, ', ') FROM (SELECT name FROM orphan ORDER BY name LIMIT 10) AS first)
FROM orphan
