SELECT created_at, id, digest, {columns}
FROM llm_run
WHERE tenant_id = ? AND id = ?
