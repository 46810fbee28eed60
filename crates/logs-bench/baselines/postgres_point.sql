SELECT run.created_at, run.id, stored.digest, {columns}
FROM logs.record_key AS stored
JOIN logs.llm_run AS run
    ON run.tenant_id = stored.tenant_id AND run.class = stored.class
    AND run.created_at = stored.created_at AND run.id = stored.id
WHERE stored.tenant_id = $1 AND stored.kind = 1 AND stored.id = $2
