-- The roles, which belong to the whole server: another database may have made them already.
-- logs_owner owns every table and nobody logs in as it. Programs log in as members of
-- logs_application, which may read and insert and nothing else. logs_reporting reads through views.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['logs_owner', 'logs_application', 'logs_reporting'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
    -- From version 16 on, whoever made a role may grant it, but not act as it.
    IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT logs_owner TO %I', current_user);
    END IF;
END;
$$;

CREATE SCHEMA logs AUTHORIZATION logs_owner;
GRANT USAGE ON SCHEMA logs TO logs_application;

SET LOCAL ROLE logs_owner;

-- The schema that this database has; the runner of migrations writes it.
CREATE TABLE logs.schema_migration (
    version integer PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL,
    -- Programs that know the schema from this step on work with this one.
    serves_from integer NOT NULL CHECK (serves_from BETWEEN 1 AND version)
);
GRANT SELECT ON logs.schema_migration TO logs_application;
