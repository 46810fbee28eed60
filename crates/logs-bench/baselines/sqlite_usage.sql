SELECT COUNT(*), SUM(input_tokens), SUM(output_tokens), SUM(cost_nano_usd)
FROM llm_run INDEXED BY llm_run_by_start
WHERE tenant_id = ? AND started_at >= ? AND started_at < ?
