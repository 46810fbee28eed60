-- What the schema is, a property a row, from catalogs alone: nothing of it is executed. The session looks
-- for names in pg_catalog, and has the time zone UTC and dates in ISO form. Partitions that have the
-- names of a month are told as that of any month: `object` is what the list of this version knows,
-- `name` what it is called here.
--
-- What versions of PostgreSQL tell differently is left out, or told alike: constraints of NOT NULL, the
-- owner's own rights, names of tables before columns in views.
WITH relation AS (
    SELECT class.oid, class.relname::text AS name, class.relkind, class.relowner, class.relacl,
        class.relpersistence, class.relam, class.relrowsecurity, class.relpartbound, class.reloptions,
        parent.relname::text AS parent,
        CASE WHEN month.digits IS NULL THEN class.relname::text
            ELSE parent.relname || '_0_YYYYMM' END AS object,
        to_date(month.digits, 'YYYYMM')::timestamptz::text AS low,
        (to_date(month.digits, 'YYYYMM') + interval '1 month')::timestamptz::text AS high
    FROM pg_class AS class
    LEFT JOIN pg_inherits ON inhrelid = class.oid AND class.relispartition AND NOT inhdetachpending
    LEFT JOIN pg_class AS parent ON parent.oid = inhparent
        AND parent.relnamespace = class.relnamespace
    CROSS JOIN LATERAL (SELECT substring(class.relname
        FROM '^' || parent.relname || '_0_([0-9]{4}(?:0[1-9]|1[0-2]))$') AS digits) AS month
    WHERE class.relnamespace = 'logs'::regnamespace
        AND class.relkind NOT IN ('i', 'I', 't')
        -- What is told by the check of partitions.
        AND NOT (class.relkind = 'r' AND parent.oid IS NULL AND EXISTS (
            SELECT FROM pg_class AS namesake WHERE namesake.relnamespace = class.relnamespace
                AND namesake.relkind = 'p'
                AND class.relname ~ ('^' || namesake.relname || '_[0-9]+_[0-9]{6}$')))
), function AS (
    SELECT proc.*, proname || '(' || pg_get_function_identity_arguments(proc.oid) || ')' AS name
    FROM pg_proc AS proc WHERE pronamespace = 'logs'::regnamespace
), acl (object, name, owner, items) AS (
    SELECT object, name, relowner, relacl FROM relation
    UNION ALL
    SELECT object || '.' || attname, name || '.' || attname, relowner, attacl FROM relation
    JOIN pg_attribute ON attrelid = relation.oid
    UNION ALL
    SELECT name, name, proowner, COALESCE(proacl, acldefault('f', proowner)) FROM function
    UNION ALL
    SELECT 'schema logs', 'schema logs', nspowner, nspacl FROM pg_namespace WHERE nspname = 'logs'
)
SELECT 'tables' AS "check", object, name, CASE relkind
        WHEN 'p' THEN 'table partitioned by ' || pg_get_partkeydef(oid)
        WHEN 'r' THEN COALESCE('partition of ' || parent || ' ' || replace(replace(
            pg_get_expr(relpartbound, oid), low, 'LOW'), high, 'HIGH'), 'table')
        ELSE 'relation of the kind ' || relkind::text END
    || CASE relpersistence WHEN 'p' THEN '' ELSE ', not logged' END
    || COALESCE((SELECT ', stored by ' || amname FROM pg_am
        WHERE pg_am.oid = relam AND amname <> 'heap'), '') AS property
FROM relation WHERE relkind <> 'v'
UNION ALL
SELECT 'tables', object, name, 'row-level security' FROM relation WHERE relrowsecurity
UNION ALL
SELECT 'tables', object, name, 'rule ' || rulename FROM relation
JOIN pg_rewrite ON ev_class = relation.oid WHERE rulename <> '_RETURN'
UNION ALL
SELECT 'tables', object, name, 'column ' || attname || ' ' || format_type(atttypid, atttypmod)
    || CASE WHEN attcollation = 0 THEN '' ELSE ' COLLATE ' || attcollation::regcollation END
    || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
    || COALESCE(' DEFAULT ' || pg_get_expr(adbin, adrelid), '')
    || CASE WHEN attidentity = '' THEN '' ELSE ' identity' END
    || CASE WHEN attgenerated = '' THEN '' ELSE ' generated' END
FROM relation
JOIN pg_attribute ON attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relkind <> 'v'
UNION ALL
SELECT 'tables', object, name, 'constraint ' || replace(conname, name, object) || ' '
    || replace(replace(pg_get_constraintdef(pg_constraint.oid), low, 'LOW'), high, 'HIGH')
FROM relation JOIN pg_constraint ON conrelid = relation.oid
WHERE contype NOT IN ('n', 't') AND low IS NOT NULL
UNION ALL
SELECT 'tables', object, name, 'constraint ' || conname || ' ' || pg_get_constraintdef(pg_constraint.oid)
FROM relation JOIN pg_constraint ON conrelid = relation.oid
WHERE contype NOT IN ('n', 't') AND low IS NULL
UNION ALL
SELECT 'tables', typname, typname, 'type of the kind ' || typtype::text FROM pg_type
WHERE typnamespace = 'logs'::regnamespace AND typtype NOT IN ('b', 'c')
UNION ALL
SELECT 'functions', 'operator ' || oprname, 'operator ' || oprname, 'calls ' || oprcode::text
FROM pg_operator WHERE oprnamespace = 'logs'::regnamespace
UNION ALL
SELECT 'indexes', object, name, COALESCE('index of ' || above.relname::text,
        'index ' || pg_get_indexdef(indexrelid))
    || CASE WHEN indisvalid AND indisready AND indislive THEN '' ELSE ', invalid' END
FROM relation
JOIN pg_index ON indrelid = relation.oid
LEFT JOIN pg_inherits ON inhrelid = indexrelid
LEFT JOIN pg_class AS above ON above.oid = inhparent
UNION ALL
SELECT 'append-only', object, name, 'trigger ' || replace(
        regexp_replace(pg_get_triggerdef(pg_trigger.oid), '^CREATE ', ''), name, object)
    || CASE tgenabled WHEN 'A' THEN ' always' WHEN 'D' THEN ' never' WHEN 'O' THEN
        ' but for replication' ELSE ' for replication' END
FROM relation JOIN pg_trigger ON tgrelid = relation.oid WHERE NOT tgisinternal
UNION ALL
SELECT 'functions', name, name, 'returns ' || pg_get_function_result(oid) || ', ' || (
        SELECT lanname FROM pg_language WHERE pg_language.oid = prolang)
    || CASE WHEN prosecdef THEN ', as its owner' ELSE ', as its caller' END
    || CASE provolatile WHEN 'i' THEN ', immutable' WHEN 's' THEN ', stable' ELSE ', volatile' END
    || CASE proparallel WHEN 's' THEN ', parallel' ELSE '' END
    || CASE WHEN proisstrict THEN ', strict' ELSE '' END
    || CASE WHEN proleakproof THEN ', leakproof' ELSE '' END
    || CASE prokind WHEN 'f' THEN '' ELSE ', of the kind ' || prokind::text END
FROM function WHERE prokind <> 'a'
UNION ALL
SELECT 'functions', name, name, 'setting ' || setting FROM function, unnest(proconfig) AS setting
UNION ALL
SELECT 'functions', name, name, COALESCE('body ' || pg_get_function_sqlbody(oid),
    'body with the SHA-256 ' || encode(sha256(convert_to(prosrc, 'UTF8')), 'hex'))
FROM function
UNION ALL
SELECT 'views', object, name, 'view' || COALESCE(' with ' || array_to_string(reloptions, ', '), '')
    || ' as' || regexp_replace(regexp_replace(pg_get_viewdef(oid), '\s+', ' ', 'g'),
        '\m(llm_run|trace|trace_step|audit_entry|system_record)\.', '', 'g')
FROM relation WHERE relkind = 'v'
UNION ALL
SELECT 'grants', object, name, 'belongs to ' || pg_get_userbyid(owner) FROM acl
WHERE strpos(object, '.') = 0
UNION ALL
SELECT 'grants', object, name, privilege_type || ' for '
    || CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee)::text END
    || CASE WHEN is_grantable THEN ', to be passed on' ELSE '' END
FROM acl, aclexplode(items) WHERE grantee <> owner
UNION ALL
SELECT 'grants', 'schema logs', 'schema logs', 'default privileges of '
    || pg_get_userbyid(defaclrole) || ' on new objects of the kind ' || defaclobjtype::text
    || ': ' || defaclacl::text
FROM pg_default_acl
WHERE defaclnamespace = 'logs'::regnamespace OR defaclrole = 'logs_owner'::regrole
UNION ALL
SELECT 'grants', 'event trigger ' || evtname, 'event trigger ' || evtname,
    'runs code of ' || pg_get_userbyid(proowner)
FROM pg_event_trigger JOIN pg_proc ON pg_proc.oid = evtfoid
JOIN pg_roles ON pg_roles.oid = proowner WHERE NOT rolsuper
UNION ALL
SELECT 'grants', 'role ' || rolname, 'role ' || rolname, CASE WHEN rolcanlogin THEN 'may log in'
    ELSE 'may not log in' END || CASE WHEN rolsuper THEN ', is a superuser' ELSE '' END
    || CASE WHEN rolcreaterole THEN ', may create roles' ELSE '' END
    || CASE WHEN rolcreatedb THEN ', may create databases' ELSE '' END
    || CASE WHEN rolreplication THEN ', may replicate' ELSE '' END
    || CASE WHEN rolbypassrls THEN ', passes row-level security' ELSE '' END
FROM pg_roles WHERE rolname IN ('logs_owner', 'logs_application', 'logs_reporting')
UNION ALL
SELECT 'grants', 'role ' || own.rolname, 'role ' || own.rolname, 'is a member of ' || above.rolname
FROM pg_auth_members JOIN pg_roles AS own ON own.oid = member
JOIN pg_roles AS above ON above.oid = roleid
WHERE own.rolname IN ('logs_owner', 'logs_application', 'logs_reporting')
    AND NOT (own.rolname = 'logs_owner' AND above.rolname = 'pg_read_all_stats')
ORDER BY 1, 2, 3, 4
