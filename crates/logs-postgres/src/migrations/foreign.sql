-- What would run code that this program did not bring when it works on tables of the schema: names,
-- or null. What belongs to the server itself leaves no trace in pg_depend. $1: the names of the tables;
-- locked before, so that nothing is added after the look.
WITH looked_at AS (
    SELECT oid, relname, relkind, relrowsecurity FROM pg_catalog.pg_class
    WHERE relnamespace = 'logs'::regnamespace AND relname = ANY ($1::text[])
), part (classid, objid, relname) AS (
    SELECT 'pg_class'::regclass, oid, relname FROM looked_at
    UNION ALL
    SELECT 'pg_class'::regclass, indexrelid, relname FROM pg_catalog.pg_index
    JOIN looked_at ON looked_at.oid = indrelid
    UNION ALL
    SELECT 'pg_constraint'::regclass, pg_constraint.oid, relname FROM pg_catalog.pg_constraint
    JOIN looked_at ON looked_at.oid = conrelid
    UNION ALL
    SELECT 'pg_attrdef'::regclass, pg_attrdef.oid, relname FROM pg_catalog.pg_attrdef
    JOIN looked_at ON looked_at.oid = adrelid
)
SELECT string_agg(DISTINCT relname || ' ' || fault, ', ' ORDER BY relname || ' ' || fault)
FROM (
    SELECT relname, 'is no table' FROM looked_at WHERE relkind NOT IN ('r', 'p')
    UNION ALL
    SELECT relname, 'has row-level security' FROM looked_at WHERE relrowsecurity
    UNION ALL
    SELECT relname, 'has the rule ' || rulename FROM pg_catalog.pg_rewrite
    JOIN looked_at ON looked_at.oid = ev_class
    UNION ALL
    SELECT relname, 'has the trigger ' || tgname FROM pg_catalog.pg_trigger
    JOIN looked_at ON looked_at.oid = tgrelid
    WHERE NOT tgisinternal AND (tgtype & 4 = 4 OR relname = 'schema_migration')
    UNION ALL
    SELECT relname, 'has the constraint ' || conname FROM pg_catalog.pg_constraint
    JOIN looked_at ON looked_at.oid = conrelid WHERE contype IN ('f', 'x')
    UNION ALL
    -- Its checks are computed when another partition is attached.
    SELECT relname, 'has a default partition' FROM pg_catalog.pg_partitioned_table
    JOIN looked_at ON looked_at.oid = partrelid WHERE partdefid <> 0
    UNION ALL
    SELECT relname, 'depends on ' || pg_describe_object(refclassid, refobjid, 0) FROM part
    JOIN pg_catalog.pg_depend ON pg_depend.classid = part.classid AND pg_depend.objid = part.objid
    WHERE refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass,
        'pg_opclass'::regclass, 'pg_foreign_server'::regclass)
) AS found (relname, fault)
