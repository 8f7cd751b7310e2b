-- SPDX-License-Identifier: Apache-2.0
-- Who may do what. These roles are groups; logins are their members.
--
--   mahalle_analyst  reads report
--   mahalle_ops      reads ops, but no payload of a dead letter
--   mahalle_writer   what the consumer needs; no DELETE, no DDL
--   mahalle_gateway  reads schemas, reference data, and the fate of a message
--
-- The owner of the objects is whoever runs this, a role without login.

-- Making a role takes CREATEROLE, which SET ROLE does not carry over: step
-- back to the login for a moment.
DO $$
DECLARE
    owner name := current_user;
    name text;
BEGIN
    SET LOCAL ROLE NONE;
    FOREACH name IN ARRAY ARRAY['mahalle_analyst', 'mahalle_ops',
                                'mahalle_writer', 'mahalle_gateway'] LOOP
        IF to_regrole(name) IS NULL THEN
            EXECUTE format('CREATE ROLE %I', name);
        END IF;
    END LOOP;
    EXECUTE format('SET LOCAL ROLE %I', owner);
END $$;

-- An analyst cannot change a thing, nor hold the server up, sees local time,
-- and asks for sums over many rows (compiling them costs more than it gives).
-- Settings belong to a login and are not inherited from a group: call
-- this once for each login of an analyst.
CREATE FUNCTION core.settle_analyst(login regrole)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER ROLE %s SET statement_timeout = %L', login, '60s');
    EXECUTE format('ALTER ROLE %s SET default_transaction_read_only = on',
                   login);
    EXECUTE format('ALTER ROLE %s SET TimeZone = %L', login, 'Asia/Tehran');
    EXECUTE format('ALTER ROLE %s SET work_mem = %L', login, '64MB');
    EXECUTE format('ALTER ROLE %s SET jit = off', login);
END $$;

DO $$
DECLARE
    owner name := current_user;
BEGIN
    SET LOCAL ROLE NONE;
    PERFORM core.settle_analyst('mahalle_analyst');
    EXECUTE format('SET LOCAL ROLE %I', owner);
END $$;

-- Nothing by default. Functions that stand in views are run by who reads the
-- view; core.differences() reads with the rights of its owner.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA core, report, ops FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    core.neighbourhood(text),
    core.on_day(text[], date[], date),
    core.current_rials(bigint, text),
    core.dims(integer, text, bigint[], text[]),
    core.differences(),
    core.counts()
    TO PUBLIC;
-- These read as their owner, sensitive types too: only behind the views.
GRANT EXECUTE ON FUNCTION core.orphans(boolean), core.overlaps(boolean)
    TO mahalle_analyst, mahalle_ops;

-- ------------------------------------------------------------------ analysts

GRANT USAGE ON SCHEMA report TO mahalle_analyst;
GRANT SELECT ON ALL TABLES IN SCHEMA report TO mahalle_analyst;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA report TO mahalle_analyst;
ALTER DEFAULT PRIVILEGES IN SCHEMA report
    GRANT SELECT ON TABLES TO mahalle_analyst;

-- ----------------------------------------------------------------- operators

GRANT USAGE ON SCHEMA ops TO mahalle_ops;
GRANT SELECT ON ALL TABLES IN SCHEMA ops TO mahalle_ops;
ALTER DEFAULT PRIVILEGES IN SCHEMA ops GRANT SELECT ON TABLES TO mahalle_ops;

-- ------------------------------------------------------------------ programs

GRANT USAGE ON SCHEMA core, ops TO mahalle_writer, mahalle_gateway;
GRANT SELECT ON core.migration, core.contract, core.schema, core.event_type,
                core.field, core.agency, core.place, core.lookup
    TO mahalle_writer, mahalle_gateway;

GRANT SELECT, INSERT, UPDATE ON core.event, core.daily, core.posted,
                                core.project, core.agency_day,
                                ops.partition_progress TO mahalle_writer;
GRANT SELECT, INSERT ON core.event_history, ops.dead_letter TO mahalle_writer;
GRANT INSERT ON core.dead_letter_record, core.committed, core.commit_gate
    TO mahalle_writer;

-- To lock it.
GRANT UPDATE ON core.project_gate TO mahalle_writer;
GRANT SELECT ON core.project_fact TO mahalle_writer;
GRANT EXECUTE ON FUNCTION
    core.fold_projects(boolean), core.recount_projects(text[]),
    core.project_parts(text[], date) TO mahalle_writer;

-- Receipts: where a fact stands, nothing of what it says.
GRANT SELECT (event_id, agency_id, revision, content, partition, "offset",
              received_at, applied_at) ON core.event TO mahalle_gateway;
GRANT SELECT (topic, partition, next_offset) ON ops.partition_progress
    TO mahalle_gateway;
GRANT SELECT ON ops.dead_letter TO mahalle_gateway;

DO $$ BEGIN
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO mahalle_writer',
                   current_database());
END $$;
