SELECT COUNT(*), SUM(input_tokens), SUM(output_tokens), SUM(cost_nano_usd)
FROM logs.llm_run
WHERE class = 0 AND tenant_id = $1 AND started_at >= $2 AND started_at < $3
