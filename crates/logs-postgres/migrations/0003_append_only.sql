-- Records are never changed and never removed, whoever asks, also by a session that replicates: the
-- triggers are ENABLE ALWAYS. Retention drops whole partitions, as the owner.
--
-- Every function of the schema names what it uses with its schema, and looks for the rest in
-- pg_catalog first and in pg_temp last: nothing that a caller makes stands in for something else.

SET LOCAL ROLE logs_owner;

CREATE FUNCTION logs.refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'append-only: %.% takes no %', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'LG001';
END;
$$;
REVOKE ALL ON FUNCTION logs.refuse_change() FROM PUBLIC;

-- Guards one table: statements on a partitioned table fire its own triggers only, so that each
-- partition needs them too. What a subscription applies fires none for statements, but for rows:
-- tables that hold rows have both.
CREATE FUNCTION logs.guard(guarded regclass) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
        'FOR EACH STATEMENT EXECUTE FUNCTION logs.refuse_change()', guarded);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', guarded);
    IF (SELECT relkind = 'r' FROM pg_catalog.pg_class WHERE oid = guarded) THEN
        EXECUTE format(
            'CREATE TRIGGER append_only_row BEFORE UPDATE OR DELETE ON %s '
            'FOR EACH ROW EXECUTE FUNCTION logs.refuse_change()', guarded);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only_row', guarded);
    END IF;
END;
$$;
REVOKE ALL ON FUNCTION logs.guard(regclass) FROM PUBLIC;

SELECT logs.guard(name::regclass) FROM unnest(ARRAY['logs.record_key', 'logs.llm_run', 'logs.trace',
    'logs.trace_step', 'logs.system_record', 'logs.audit_entry', 'logs.log_export',
    'logs.log_export_outcome', 'logs.governance_run']) AS name;
