COPY logs.record_key (tenant_id, kind, id, class, created_at, digest) FROM STDIN (FORMAT binary)
