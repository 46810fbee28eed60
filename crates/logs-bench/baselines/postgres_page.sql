SELECT
    -- A page without any look at keys: nothing stands in the place of the digest.
    created_at, id, ''::bytea AS digest, run_id, trace_id, session_id, provider, model,
    input_tokens, output_tokens, cost_nano_usd, execution_status, started_at, completed_at, source, is_synthetic,
    parent_run_id, attributes
FROM logs.llm_run
WHERE class = 0 AND tenant_id = $1
ORDER BY created_at DESC, id DESC
LIMIT $2
