COPY logs.llm_run (tenant_id, class, created_at, id, {columns}) FROM STDIN (FORMAT binary)
