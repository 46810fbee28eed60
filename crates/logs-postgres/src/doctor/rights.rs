//! Whether the role that looks may do what an application does, and no more: enough to append and to
//! read, and nothing that could change records. What others may do is compared with the definitions.

use crate::server::may_change_records;

/// Whether the role that looks is right, and what it may do.
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
         WHEN rolcreaterole THEN ' may create roles, and so members of others' \
         WHEN pg_has_role('pg_write_server_files', 'MEMBER') \
             THEN ' is a member of pg_write_server_files' \
         WHEN pg_has_role('pg_execute_server_program', 'MEMBER') \
             THEN ' is a member of pg_execute_server_program' \
         ELSE ' may not ' || (SELECT string_agg(what, ', ' ORDER BY place) FROM lacking) END \
         FROM pg_roles WHERE rolname = current_user) \
     SELECT fault IS NULL, current_user || COALESCE(fault, ' may read and insert') FROM role"
);
