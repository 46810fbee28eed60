-- References of runs to audit entries that are not there.
WITH orphan (name) AS (
    SELECT id::text FROM logs.governance_run AS named
    WHERE NOT EXISTS (SELECT FROM logs.audit_entry AS entry WHERE entry.tenant_id = named.tenant_id
        AND entry.class = named.class AND entry.created_at = named.created_at AND entry.id = named.id)
)
SELECT COUNT(*), (SELECT string_agg(name, ', ') FROM (SELECT name FROM orphan ORDER BY name LIMIT 10) AS first)
FROM orphan
