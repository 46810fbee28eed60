//! Checks the rights of the role: it may append and read, but not change records. The definitions
//! cover the rights of other roles.

use crate::preflight::may_change_records;

/// Whether the rights of the role are right, and what they are.
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
         WHEN pg_has_role('logs_owner', 'MEMBER') \
             OR pg_has_role(session_user, 'logs_owner', 'MEMBER') \
             THEN ' may act as the owner of the tables' \
         WHEN ",
    may_change_records!(),
    "    THEN ' may change records' \
         WHEN rolcreaterole THEN ' may create roles, and so members of others' \
         WHEN pg_has_role('pg_write_server_files', 'MEMBER') \
             THEN ' is a member of pg_write_server_files' \
         WHEN pg_has_role('pg_execute_server_program', 'MEMBER') \
             THEN ' is a member of pg_execute_server_program' \
         ELSE ' may not ' || (SELECT string_agg(what, ', ' ORDER BY place) FROM lacking) END \
         FROM pg_roles WHERE rolname = current_user) \
     SELECT fault IS NULL, current_user || COALESCE(fault, ' may read and insert') FROM role"
);

/// The roles that may act as the owner of the tables. A login role should not, unless it is a
/// superuser or owns the database. That owner applies the schema if no superuser does.
pub(super) const OWNER: &str = "SELECT COALESCE(bool_and(NOT rolcanlogin OR owns), true), \
     'beside superusers ' || COALESCE(string_agg(rolname || CASE WHEN owns \
         THEN ', which owns the database,' WHEN rolcanlogin THEN '' ELSE ', which nobody logs in as,' \
         END, ' and ' ORDER BY rolname), 'nobody') || ' may act as logs_owner' \
     FROM (SELECT pg_roles.*, pg_roles.oid = datdba AS owns FROM pg_roles \
         JOIN pg_database ON datname = current_database()) AS roles \
     WHERE NOT rolsuper AND rolname <> 'logs_owner' AND pg_has_role(oid, 'logs_owner', 'MEMBER')";
