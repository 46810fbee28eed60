-- Usage by every dimension.
SELECT is_synthetic::int::int8 AS is_synthetic, CASE WHEN completed_at >= started_at THEN width_bucket(completed_at - started_at - interval '1 us', '{10000 us,20000 us,40000 us,80000 us,160000 us,320000 us,640000 us,1280000 us,2560000 us,5120000 us,10240000 us,20480000 us,40960000 us,81920000 us}'::interval[])::int8 END AS bucket, COUNT(*) AS runs, COUNT(input_tokens + output_tokens) AS known_usage, COUNT(cost_nano_usd) AS known_cost, SUM(input_tokens)::text AS input_tokens, SUM(output_tokens)::text AS output_tokens, SUM(cost_nano_usd)::text AS cost_nano_usd, date_bin('1 day', started_at, '0001-01-01T00:00:00Z') AS "day", date_bin('1 hour', started_at, '0001-01-01T00:00:00Z') AS "hour", model AS "model", provider AS "provider", execution_status AS "status", source AS "source", session_id AS "session"
FROM logs.llm_run AS run
WHERE class = 0
AND tenant_id = $1
AND NOT EXISTS (SELECT
  FROM logs.llm_run AS child
  WHERE child.class = 0
  AND child.tenant_id = $2
  AND child.parent_run_id = run.run_id
  AND child.parent_run_id <> child.run_id) GROUP BY 1, 2, 9, 10, 11, 12, 13, 14, 15;
