INSERT INTO llm_run (tenant_id, created_at, id, digest, {columns}) VALUES
