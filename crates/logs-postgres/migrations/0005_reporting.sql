-- Views for reporting, of one tenant: that of the setting app.tenant_id. Unset or empty, they show
-- nothing. Members of logs_reporting may read them, and nothing of the tables behind. They guard behind
-- a gateway that sets the tenant, not against someone with SQL of their own, who can set it too.
--
-- security_barrier: no function in a query sees a row that the view does not show.

SET LOCAL ROLE logs_owner;

CREATE FUNCTION logs.reporting_tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN NULLIF(current_setting('app.tenant_id', true), '');
REVOKE ALL ON FUNCTION logs.reporting_tenant() FROM PUBLIC;

CREATE VIEW logs.reporting_llm_run WITH (security_barrier) AS
SELECT
    tenant_id, id, created_at, run_id, trace_id, session_id, provider, model, input_tokens,
    output_tokens, cost_nano_usd, execution_status, started_at, completed_at, source, is_synthetic,
    parent_run_id, attributes
FROM logs.llm_run
WHERE tenant_id = (SELECT logs.reporting_tenant());

CREATE VIEW logs.reporting_trace WITH (security_barrier) AS
SELECT
    tenant_id, id, created_at, trace_id, run_id, started_at, attributes
FROM logs.trace
WHERE tenant_id = (SELECT logs.reporting_tenant());

CREATE VIEW logs.reporting_trace_step WITH (security_barrier) AS
SELECT
    tenant_id, id, created_at, trace_id, position, span_id, "timestamp", skill_name, status,
    outcome_category, cost_nano_usd, duration_ms, attributes, parent_position, parent_span_id
FROM logs.trace_step
WHERE tenant_id = (SELECT logs.reporting_tenant());

CREATE VIEW logs.reporting_audit_entry WITH (security_barrier) AS
SELECT
    tenant_id, id, created_at, event_type, entity_type, entity_id, actor_type, actor_id,
    action_reason, before_state, after_state, correlation_id, attributes, occurred_at
FROM logs.audit_entry
WHERE tenant_id = (SELECT logs.reporting_tenant());

-- With the records of the platform, which every tenant may see.
CREATE VIEW logs.reporting_system_record WITH (security_barrier) AS
SELECT
    tenant_id, id, created_at, component, event_type, severity, summary, details, caused_by,
    correlation_id, occurred_at
FROM logs.system_record
WHERE tenant_id = (SELECT logs.reporting_tenant())
UNION ALL
SELECT
    NULL, id, created_at, component, event_type, severity, summary, details, caused_by,
    correlation_id, occurred_at
FROM logs.system_record
WHERE tenant_id = '~platform'
    AND (SELECT logs.reporting_tenant()) IS NOT NULL AND (SELECT logs.reporting_tenant()) <> '~platform';

CREATE VIEW logs.reporting_log_export WITH (security_barrier) AS
SELECT
    export.tenant_id, export.id, export.created_at, export.scope, export.format,
    export.requested_by, outcome.checksum, outcome.delivered_at, outcome.failure_reason,
    CASE WHEN outcome.id IS NULL THEN 'pending'
        WHEN outcome.checksum IS NULL THEN 'failed' ELSE 'completed' END AS status
FROM logs.log_export AS export
LEFT JOIN logs.log_export_outcome AS outcome
    ON outcome.tenant_id = export.tenant_id AND outcome.id = export.id
WHERE export.tenant_id = (SELECT logs.reporting_tenant());

GRANT USAGE ON SCHEMA logs TO logs_reporting;
GRANT EXECUTE ON FUNCTION logs.reporting_tenant() TO logs_reporting;
GRANT SELECT ON logs.reporting_llm_run, logs.reporting_trace, logs.reporting_trace_step,
    logs.reporting_audit_entry, logs.reporting_system_record, logs.reporting_log_export
    TO logs_reporting;
