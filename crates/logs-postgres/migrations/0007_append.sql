-- Writing the keys of an append, in one call.

SET LOCAL ROLE logs_owner;

-- Writes the keys that are not there yet, and returns them; null when all were new, as they mostly
-- are. To insert them so costs the server a third less than to look for each before, and a key that is
-- there already ends it: they are written one by one then. The first try is left out by callers who
-- expect some to be there. A key that another transaction is just writing is waited for.
CREATE FUNCTION logs.write_keys(
    tenant text, stamp timestamptz, kinds smallint[], ids uuid[], digests bytea[],
    repeated boolean, OUT new_kinds smallint[], OUT new_ids uuid[]
) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Arrays of unequal length would be filled up with nulls.
    IF tenant IS NULL OR octet_length(tenant) NOT BETWEEN 1 AND 128
        OR stamp IS NULL OR stamp < '0001-01-01T00:00:00Z' OR stamp >= '10000-01-01T00:00:00Z'
        OR array_ndims(kinds) IS DISTINCT FROM 1 OR array_ndims(ids) IS DISTINCT FROM 1
        OR array_ndims(digests) IS DISTINCT FROM 1 OR cardinality(kinds) > 10000
        OR cardinality(ids) <> cardinality(kinds) OR cardinality(digests) <> cardinality(kinds)
        OR repeated IS NULL
    THEN
        RAISE 'no keys of a batch' USING ERRCODE = '22023';
    END IF;
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
REVOKE ALL ON FUNCTION logs.write_keys(
    text, timestamptz, smallint[], uuid[], bytea[], boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION logs.write_keys(
    text, timestamptz, smallint[], uuid[], bytea[], boolean) TO logs_application;
