//! What roles may do: enough to append and to read, and nothing that could change records.

use crate::server::may_change_records;

/// Whether the role that looks may do what an application does, and no more.
pub(super) const ROLE: &str = concat!(
    "WITH lacking (place, what) AS ( \
         SELECT 1, 'insert into ' || string_agg(relname, ', ' ORDER BY relname) FROM pg_class \
         WHERE relnamespace = 'logs'::regnamespace AND relkind IN ('r', 'p') \
             AND NOT relispartition AND relname NOT IN ('schema_migration', 'retention_floor') \
             AND NOT has_table_privilege(oid, 'INSERT') \
         UNION ALL \
         SELECT 2, 'read ' || string_agg(relname, ', ' ORDER BY relname) FROM pg_class \
         WHERE relnamespace = 'logs'::regnamespace AND relkind IN ('r', 'p') \
             AND NOT relispartition AND NOT has_table_privilege(oid, 'SELECT') \
         UNION ALL \
         SELECT 3, 'call ' || string_agg(proname, ', ' ORDER BY proname) FROM pg_proc \
         WHERE pronamespace = 'logs'::regnamespace \
             AND proname IN ('ensure_partitions', 'oldest_append', 'write_keys') \
             AND NOT has_function_privilege(oid, 'EXECUTE') \
     ), role (fault) AS (SELECT CASE \
         WHEN pg_has_role('logs_owner', 'MEMBER') THEN ' may act as the owner of the tables' \
         WHEN ",
    may_change_records!(),
    "    THEN ' may change records' \
         ELSE ' may not ' || (SELECT string_agg(what, ', ' ORDER BY place) FROM lacking) END) \
     SELECT fault IS NULL, current_user || COALESCE(fault, ' may read and insert') FROM role"
);

/// Whether anybody may do what only the owner should, or something that leads to it.
pub(super) const GRANTS: &str = "WITH given (grantee, right_to, object, owner) AS ( \
         SELECT grantee, privilege_type, relname::text, relowner FROM pg_class, \
             aclexplode(relacl) WHERE relnamespace = 'logs'::regnamespace \
             AND (privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER') OR \
                 privilege_type = 'INSERT' AND relname IN ('schema_migration', 'retention_floor')) \
         UNION ALL \
         SELECT grantee, privilege_type, relname || '.' || attname, relowner FROM pg_attribute \
         JOIN pg_class ON pg_class.oid = attrelid, aclexplode(attacl) \
         WHERE relnamespace = 'logs'::regnamespace AND (privilege_type = 'UPDATE' OR \
             privilege_type = 'INSERT' AND relname IN ('schema_migration', 'retention_floor')) \
         UNION ALL \
         SELECT grantee, privilege_type, 'schema logs', nspowner FROM pg_namespace, \
             aclexplode(nspacl) WHERE nspname = 'logs' AND privilege_type = 'CREATE' \
         UNION ALL \
         SELECT grantee, privilege_type, proname::text, proowner FROM pg_proc, \
             aclexplode(COALESCE(proacl, acldefault('f', proowner))) \
         WHERE pronamespace = 'logs'::regnamespace \
             AND proname IN ('guard', 'drop_months_before') \
     ), breach (what) AS ( \
         SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee)::text END \
             || ' has ' || right_to || ' on ' || object \
         FROM given WHERE grantee <> owner \
         UNION ALL \
         SELECT relname || ' belongs to ' || pg_get_userbyid(relowner) FROM pg_class \
         WHERE relnamespace = 'logs'::regnamespace AND relowner <> 'logs_owner'::regrole \
         UNION ALL \
         SELECT proname || ' belongs to ' || pg_get_userbyid(proowner) FROM pg_proc \
         WHERE pronamespace = 'logs'::regnamespace AND proowner <> 'logs_owner'::regrole \
         UNION ALL \
         SELECT 'logs_owner may log in' FROM pg_roles \
         WHERE rolname = 'logs_owner' AND rolcanlogin \
         UNION ALL \
         SELECT rolname || ' may create roles, and so members of others' FROM pg_roles \
         WHERE rolname = current_user AND rolcreaterole AND NOT rolsuper \
         UNION ALL \
         SELECT current_user || ' is a member of ' || beside.rolname \
         FROM pg_roles AS own, pg_roles AS beside \
         WHERE own.rolname = current_user AND NOT own.rolsuper \
             AND beside.rolname IN ('pg_write_server_files', 'pg_execute_server_program') \
             AND pg_has_role(beside.oid, 'MEMBER') \
     ) \
     SELECT COUNT(*) = 0, COALESCE(string_agg(what, ', ' ORDER BY what), \
         'nobody but the owner may change what is there') FROM breach";
