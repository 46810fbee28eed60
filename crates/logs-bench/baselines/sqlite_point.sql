SELECT
    created_at, id, digest, run_id, trace_id, session_id, provider, model, input_tokens,
    output_tokens, cost_nano_usd, execution_status, started_at, completed_at, source, is_synthetic,
    parent_run_id, attributes
FROM llm_run
WHERE tenant_id = ? AND id = ?
