SELECT
    run.created_at, run.id, stored.digest, run.run_id, run.trace_id, run.session_id,
    run.provider, run.model, run.input_tokens, run.output_tokens, run.cost_nano_usd,
    run.execution_status, run.started_at, run.completed_at, run.source, run.is_synthetic,
    run.parent_run_id, run.attributes
FROM logs.record_key AS stored
JOIN logs.llm_run AS run
    ON run.tenant_id = stored.tenant_id AND run.class = stored.class
    AND run.created_at = stored.created_at AND run.id = stored.id
WHERE stored.tenant_id = $1 AND stored.kind = 1 AND stored.id = $2
