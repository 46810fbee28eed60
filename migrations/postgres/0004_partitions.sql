-- Partitions by month, made ahead by the application through a function of the owner.

SET LOCAL ROLE logs_owner;
SET LOCAL search_path = logs;

-- Makes the partitions of the month of a moment and of the two after it, where they are missing;
-- how many were made. A table is made whole and attached then: CREATE … PARTITION OF would lock out
-- appends.
CREATE FUNCTION ensure_partitions(moment timestamptz) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
    first timestamptz := date_trunc('month', moment);
    parent text;
    part text;
    low timestamptz;
    high timestamptz;
    made integer := 0;
BEGIN
    -- One maker at a time, in this database.
    PERFORM pg_advisory_xact_lock(hashtext('logs.ensure_partitions'));
    FOR ahead IN 0..2 LOOP
        low := first + make_interval(months => ahead);
        high := first + make_interval(months => ahead + 1);
        FOREACH parent IN ARRAY ARRAY['llm_run', 'trace', 'trace_step', 'system_record',
            'audit_entry', 'log_export', 'log_export_outcome', 'governance_run'] LOOP
            part := parent || '_0_' || to_char(low, 'YYYYMM');
            CONTINUE WHEN to_regclass(format('logs.%I', part)) IS NOT NULL;
            EXECUTE format('CREATE TABLE logs.%I (LIKE logs.%I INCLUDING ALL, '
                'CHECK (class = 0 AND created_at >= %L AND created_at < %L))',
                part, parent, low, high);
            PERFORM logs.guard(format('logs.%I', part)::regclass);
            EXECUTE format('ALTER TABLE logs.%I ATTACH PARTITION logs.%I '
                'FOR VALUES FROM (0, %L) TO (0, %L)', parent, part, low, high);
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END;
$$;
REVOKE ALL ON FUNCTION ensure_partitions(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_partitions(timestamptz) TO logs_application;

-- Drops every month of a class that ends at or before a moment, and says from when on records are
-- kept. For the owner alone. The floor is set first: a key without its record is Gone then.
CREATE FUNCTION drop_months_before(retired smallint, moment timestamptz) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
    floor timestamptz := date_trunc('month', moment);
    part regclass;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('logs.ensure_partitions'));
    INSERT INTO logs.retention_floor AS kept (class, dropped_before) VALUES (retired, floor)
        ON CONFLICT (class) DO UPDATE
        SET dropped_before = greatest(kept.dropped_before, excluded.dropped_before);
    FOR part IN
        SELECT child.oid::regclass FROM pg_inherits
        JOIN pg_class AS child ON child.oid = inhrelid
        WHERE child.relnamespace = 'logs'::regnamespace AND child.relkind = 'r'
            AND split_part(regexp_replace(child.relname, '^.*_(\d+_\d+)$', '\1'), '_', 1)
                = retired::text
            AND split_part(regexp_replace(child.relname, '^.*_(\d+_\d+)$', '\1'), '_', 2)
                < to_char(floor, 'YYYYMM')
    LOOP
        EXECUTE format('DROP TABLE %s', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END;
$$;
REVOKE ALL ON FUNCTION drop_months_before(smallint, timestamptz) FROM PUBLIC;
