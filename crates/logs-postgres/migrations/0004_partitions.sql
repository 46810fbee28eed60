-- Partitions by month: made ahead by the application through a function of the owner, and dropped by
-- the owner.

SET LOCAL ROLE logs_owner;

-- Makes the partitions of so many months from that of a day on, where they are missing; how many
-- were made. For the owner alone. A table is made whole and attached then: CREATE … PARTITION OF would
-- lock out appends.
--
-- `logs migrate` runs this body by itself: it calls nothing that the owner could have replaced.
CREATE FUNCTION logs.make_partitions(first date, months integer, OUT made integer) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO'
SET default_table_access_method = 'heap' AS $$
DECLARE
    parents text[];
    lows timestamptz[];
    is_locked boolean := false;
    part text;
    high timestamptz;
BEGIN
    made := 0;
    IF first IS NULL OR first NOT BETWEEN '1970-01-01' AND '2999-12-31' THEN
        RAISE 'the first month is one of the years 1970 to 2999, not %', first USING ERRCODE = '22023';
    END IF;
    IF months IS NULL OR months NOT BETWEEN 1 AND 24 THEN
        RAISE 'a call makes 1 to 24 months, not %', months USING ERRCODE = '22023';
    END IF;
    -- One maker at a time, by a lock that takes the right to change this table. Where nothing is
    -- missing there is none: whoever may call could keep it.
    LOOP
        SELECT array_agg(parent.relname ORDER BY low, parent.relname),
            array_agg(low ORDER BY low, parent.relname)
        INTO parents, lows
        FROM generate_series(0, months - 1) AS ahead
        CROSS JOIN LATERAL (SELECT date_trunc('month', first::timestamptz)
            + make_interval(months => ahead) AS low) AS month
        CROSS JOIN pg_catalog.pg_class AS parent
        WHERE parent.relnamespace = 'logs'::regnamespace AND parent.relkind = 'p'
            AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_inherits
                JOIN pg_catalog.pg_class AS made ON made.oid = inhrelid
                WHERE inhparent = parent.oid AND NOT inhdetachpending
                    AND made.relnamespace = parent.relnamespace
                    AND made.relname = parent.relname || '_0_' || to_char(low, 'YYYYMM'));
        EXIT WHEN parents IS NULL OR is_locked;
        LOCK TABLE logs.retention_floor IN SHARE UPDATE EXCLUSIVE MODE;
        is_locked := true;
    END LOOP;
    FOR place IN 1..COALESCE(cardinality(parents), 0) LOOP
        part := parents[place] || '_0_' || to_char(lows[place], 'YYYYMM');
        high := lows[place] + make_interval(months => 1);
        IF to_regclass(format('logs.%I', part)) IS NOT NULL THEN
            RAISE 'logs.% is there, and is no partition of logs.%', part, parents[place]
                USING ERRCODE = 'LG002';
        END IF;
        EXECUTE format('CREATE TABLE logs.%I (LIKE logs.%I INCLUDING ALL, '
            'CHECK (class = 0 AND created_at >= %L AND created_at < %L))',
            part, parents[place], lows[place], high);
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON logs.%I '
            'FOR EACH STATEMENT EXECUTE FUNCTION logs.refuse_change()', part);
        EXECUTE format('CREATE TRIGGER append_only_row BEFORE UPDATE OR DELETE ON logs.%I '
            'FOR EACH ROW EXECUTE FUNCTION logs.refuse_change()', part);
        EXECUTE format('ALTER TABLE logs.%I ENABLE ALWAYS TRIGGER append_only, '
            'ENABLE ALWAYS TRIGGER append_only_row', part);
        EXECUTE format('ALTER TABLE logs.%I ATTACH PARTITION logs.%I '
            'FOR VALUES FROM (0, %L) TO (0, %L)', parents[place], part, lows[place], high);
        made := made + 1;
    END LOOP;
END;
$$;
REVOKE ALL ON FUNCTION logs.make_partitions(date, integer) FROM PUBLIC;

-- Makes what is missing of this month, by the clock of the server, and of the two after it; how many
-- were made.
CREATE FUNCTION logs.ensure_partitions() RETURNS integer LANGUAGE sql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
    SELECT logs.make_partitions(now()::date, 3)
$$;
REVOKE ALL ON FUNCTION logs.ensure_partitions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION logs.ensure_partitions() TO logs_application;

-- The partitions of a class whose month ends at or before a moment: what retention would drop. Rows are
-- an estimate, null where the table was never analyzed. For the owner alone.
CREATE FUNCTION logs.months_before(
    retired smallint, moment timestamptz,
    OUT partition text, OUT month date, OUT estimated_rows bigint, OUT bytes bigint
) RETURNS SETOF record LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
    SELECT part.oid::regclass::text, part.low, NULLIF(part.reltuples, -1)::bigint,
        pg_total_relation_size(part.oid)
    FROM (
        SELECT child.oid, child.reltuples, to_date(substring(child.relname
            FROM '^' || parent.relname || '_' || retired || '_([0-9]{6})$'), 'YYYYMM') AS low
        FROM pg_catalog.pg_inherits
        JOIN pg_catalog.pg_class AS child ON child.oid = inhrelid
        JOIN pg_catalog.pg_class AS parent ON parent.oid = inhparent
        WHERE parent.relnamespace = 'logs'::regnamespace AND parent.relkind = 'p'
            AND child.relnamespace = parent.relnamespace AND child.relkind = 'r'
    ) AS part
    WHERE part.low < date_trunc('month', moment)
    ORDER BY part.low, 1
$$;
REVOKE ALL ON FUNCTION logs.months_before(smallint, timestamptz) FROM PUBLIC;

-- Drops the partitions that months_before lists, which must be of so many months, and says from when
-- on records are kept; how many tables were dropped. For the owner alone. The number guards against a
-- mistyped year: nothing younger than 31 days is dropped, no more than 12 months at a time, and no
-- other number than the caller was shown.
--
-- It waits 2 s at most for all it locks, since others wait behind it, and leaves nothing half done.
CREATE FUNCTION logs.drop_months_before(retired smallint, moment timestamptz, months integer)
RETURNS integer LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO'
SET lock_timeout = '2s' AS $$
DECLARE
    deadline CONSTANT timestamptz := clock_timestamp() + make_interval(secs => 2);
    floor timestamptz := date_trunc('month', moment);
    found integer;
    locked text;
    part text;
    dropped integer := 0;
BEGIN
    IF retired IS NULL OR moment IS NULL OR months IS NULL OR months NOT BETWEEN 1 AND 12 THEN
        RAISE 'name a class, a moment, and 1 to 12 months' USING ERRCODE = '22023';
    END IF;
    IF floor > now() - make_interval(days => 31) THEN
        RAISE 'records of less than 31 days are kept' USING ERRCODE = '22023';
    END IF;
    LOCK TABLE logs.retention_floor IN SHARE UPDATE EXCLUSIVE MODE;
    SELECT count(DISTINCT month) INTO found FROM logs.months_before(retired, moment);
    IF found <> months THEN
        RAISE '% months end by then, not %: nothing is dropped', found, months
            USING ERRCODE = '22023', HINT = 'logs.months_before lists them.';
    END IF;
    -- In the order in which appends take them.
    FOREACH locked IN ARRAY ARRAY['llm_run', 'trace', 'trace_step', 'system_record', 'audit_entry',
        'log_export', 'log_export_outcome', 'governance_run'] LOOP
        PERFORM set_config('lock_timeout', greatest(1, ceil(
            EXTRACT(EPOCH FROM deadline - clock_timestamp()) * 1000))::integer::text, true);
        EXECUTE format('LOCK TABLE ONLY logs.%I IN ACCESS EXCLUSIVE MODE', locked);
    END LOOP;
    INSERT INTO logs.retention_floor AS kept (class, dropped_before) VALUES (retired, floor)
        ON CONFLICT (class) DO UPDATE
        SET dropped_before = greatest(kept.dropped_before, excluded.dropped_before);
    FOR part IN SELECT listed.partition FROM logs.months_before(retired, moment) AS listed LOOP
        EXECUTE format('DROP TABLE %s', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END;
$$;
REVOKE ALL ON FUNCTION logs.drop_months_before(smallint, timestamptz, integer) FROM PUBLIC;
