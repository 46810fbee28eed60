SELECT created_at, id, digest, {columns}
FROM llm_run
WHERE tenant_id = ?
ORDER BY created_at DESC, id DESC
LIMIT ?
