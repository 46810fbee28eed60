-- Writing the keys of an append, in one call.

SET LOCAL ROLE logs_owner;
SET LOCAL search_path = logs;

-- Writes the keys that are not there yet, and returns them; null when all were new, as they mostly
-- are. To insert them so costs the server a third less than to look for each before, and a key that is
-- there already ends it: they are written one by one then. The first try is left out by callers who
-- expect some to be there. A key that another transaction is just writing is waited for.
CREATE FUNCTION write_keys(
    tenant text, stamp timestamptz, kinds smallint[], ids uuid[], digests bytea[],
    repeated boolean, OUT new_kinds smallint[], OUT new_ids uuid[]
) LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NOT repeated THEN
        BEGIN
            INSERT INTO logs.record_key (tenant_id, kind, id, class, created_at, digest)
            SELECT tenant, key.kind, key.id, 0, stamp, key.digest
            FROM unnest(kinds, ids, digests) AS key (kind, id, digest);
            RETURN;
        EXCEPTION WHEN unique_violation THEN
            NULL;
        END;
    END IF;
    WITH written AS (
        INSERT INTO logs.record_key (tenant_id, kind, id, class, created_at, digest)
        SELECT tenant, key.kind, key.id, 0, stamp, key.digest
        FROM unnest(kinds, ids, digests) AS key (kind, id, digest)
        ON CONFLICT DO NOTHING RETURNING record_key.kind, record_key.id
    )
    SELECT COALESCE(array_agg(written.kind), '{}'), COALESCE(array_agg(written.id), '{}')
    INTO new_kinds, new_ids FROM written;
END;
$$;
REVOKE ALL ON FUNCTION write_keys(
    text, timestamptz, smallint[], uuid[], bytea[], boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION write_keys(
    text, timestamptz, smallint[], uuid[], bytea[], boolean) TO logs_application;
