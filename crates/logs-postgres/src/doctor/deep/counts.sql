-- How many records there are to read, and how many rows each table and partition holds.
WITH part (name, rows) AS (
    SELECT tableoid::regclass::text, COUNT(*) FROM logs.record_key GROUP BY 1
    UNION ALL SELECT tableoid::regclass::text, COUNT(*) FROM logs.llm_run GROUP BY 1
    UNION ALL SELECT tableoid::regclass::text, COUNT(*) FROM logs.trace GROUP BY 1
    UNION ALL SELECT tableoid::regclass::text, COUNT(*) FROM logs.trace_step GROUP BY 1
    UNION ALL SELECT tableoid::regclass::text, COUNT(*) FROM logs.system_record GROUP BY 1
    UNION ALL SELECT tableoid::regclass::text, COUNT(*) FROM logs.audit_entry GROUP BY 1
    UNION ALL SELECT tableoid::regclass::text, COUNT(*) FROM logs.log_export GROUP BY 1
    UNION ALL SELECT tableoid::regclass::text, COUNT(*) FROM logs.log_export_outcome GROUP BY 1
    UNION ALL SELECT tableoid::regclass::text, COUNT(*) FROM logs.governance_run GROUP BY 1
)
SELECT COALESCE(SUM(rows) FILTER (WHERE name !~ '^logs\.(record_key|log_export_outcome|governance_run)'), 0)::bigint,
    COALESCE(string_agg(regexp_replace(name, '^logs\.', '') || ' ' || rows, ', ' ORDER BY name), 'no rows')
FROM part
