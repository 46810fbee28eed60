SELECT
    -- A page without any look at keys: nothing stands in the place of the digest.
    created_at, id, ''::bytea AS digest, {columns}
FROM logs.llm_run
WHERE class = 0 AND tenant_id = $1
ORDER BY created_at DESC, id DESC
LIMIT $2
