COPY logs.llm_run (
    tenant_id, class, created_at, id, run_id, trace_id, session_id, provider, model,
    input_tokens, output_tokens, cost_nano_usd, execution_status, started_at, completed_at, source,
    is_synthetic, parent_run_id, attributes
) FROM STDIN (FORMAT binary)
