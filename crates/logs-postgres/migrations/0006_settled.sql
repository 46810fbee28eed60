-- How far back appends may still be under way: what holds up the time before which records count as
-- settled. Programs may log in as several roles, and a role sees the transactions of its own sessions
-- alone: the owner of the function sees those of all.

DO $$
BEGIN
    IF NOT pg_has_role('logs_owner', 'pg_read_all_stats', 'USAGE') THEN
        GRANT pg_read_all_stats TO logs_owner;
    END IF;
-- From version 16 on, a role that only creates roles may not grant it; and another database may have
-- just done so. `logs doctor` tells where it is missing.
EXCEPTION WHEN insufficient_privilege OR unique_violation THEN
    NULL;
END;
$$;

SET LOCAL ROLE logs_owner;

-- The age in microseconds of the oldest transaction of a role that a program may append as; 0 without
-- any. An age, so that the clocks of the server and of programs need not agree. A role that may act
-- as the owner appends nothing: its reports and indexes hold up nobody.
CREATE FUNCTION logs.oldest_append() RETURNS bigint LANGUAGE sql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT COALESCE(MAX(EXTRACT(EPOCH FROM clock_timestamp() - xact_start) * 1000000), 0)::bigint
    FROM pg_catalog.pg_stat_activity
    WHERE datname = current_database()
        AND pg_catalog.pg_has_role(usesysid, 'logs_application', 'MEMBER')
        AND NOT pg_catalog.pg_has_role(usesysid, 'logs_owner', 'MEMBER')
$$;
REVOKE ALL ON FUNCTION logs.oldest_append() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION logs.oldest_append() TO logs_application;
