-- Records are never changed and never removed, whoever asks, also by a session that replicates: the
-- triggers are ENABLE ALWAYS. Retention drops whole partitions, as the owner.

SET LOCAL ROLE logs_owner;
SET LOCAL search_path = logs;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'append-only: %.% takes no %', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'LG001';
END;
$$;

-- Guards one table: statements on a partitioned table fire its own triggers only, so that each
-- partition needs them too.
CREATE FUNCTION guard(guarded regclass) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
        'FOR EACH STATEMENT EXECUTE FUNCTION logs.refuse_change()', guarded);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', guarded);
END;
$$;
REVOKE ALL ON FUNCTION guard(regclass) FROM PUBLIC;

SELECT guard(name::regclass) FROM unnest(ARRAY['record_key', 'llm_run', 'trace', 'trace_step',
    'system_record', 'audit_entry', 'log_export', 'log_export_outcome', 'governance_run']) AS name;
