-- SPDX-License-Identifier: Apache-2.0
-- report.change: what moved a number between two moments, and why.
--
-- Two windows that adjoin must show each version once, also one whose
-- transaction was open at the border. So `at` is no time of the transaction's
-- begin: the consumer writes it down as the last thing before it commits, under
-- a lock that a reader waits for (core.wait_for_commits).

-- When the transaction of that applied_at was committed. Insert only.
CREATE TABLE core.committed (
    applied_at timestamptz PRIMARY KEY,   -- of the versions it wrote
    at         timestamptz NOT NULL
);
CREATE INDEX committed_at ON core.committed (at);

-- No rows. Locked (ROW EXCLUSIVE) from before `at` is read until the commit is
-- over. A table of its own, so that no VACUUM ever stands in the way.
CREATE TABLE core.commit_gate ();

-- Wait until every transaction that has read its `at` is committed: what is
-- committed later has a later one. It holds nobody up but for that moment, since
-- the failure gives the lock back at once.
CREATE FUNCTION core.wait_for_commits()
RETURNS void LANGUAGE plpgsql SET lock_timeout = '30s' AS $$
BEGIN
    IF pg_is_in_recovery() THEN    -- a standby shows commits in their order
        RETURN;
    END IF;
    LOCK TABLE core.commit_gate IN SHARE MODE;
    RAISE EXCEPTION USING ERRCODE = 'MH001';
EXCEPTION WHEN SQLSTATE 'MH001' THEN
    NULL;
END $$;

-- Every version of every fact, the one in core.event included.
CREATE VIEW core.version AS
SELECT event_id, agency_id, revision, type_id, in_force, correction_reason,
       occurred_on, place_code, applied_at, numbers, codes
  FROM core.event
UNION ALL
SELECT event_id, agency_id, revision, type_id, in_force, correction_reason,
       occurred_on, place_code, applied_at, numbers, codes
  FROM core.event_history;

-- The measures of a version that are not NULL, in current rials.
CREATE FUNCTION core.measures(type_id integer, numbers bigint[], codes text[])
RETURNS TABLE (measure text, value bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT f.field,
       CASE WHEN f.money
            THEN core.current_rials(numbers[f.number_slot],
                                    codes[l.currency_slot])
            ELSE numbers[f.number_slot] END
  FROM core.field f
  JOIN core.layout l USING (type_id)
 WHERE f.type_id = measures.type_id AND f.measure_slot IS NOT NULL
   AND numbers[f.number_slot] IS NOT NULL;
END;

-- One set of rows for each version: one with measure NULL, and one for each
-- measure that is not NULL before or after.
-- A version that was not in force, or whose type is sensitive, has no day, no
-- place and no value here; a version of a sensitive type has no row.
CREATE VIEW core.change AS
SELECT coalesce(done.at, new.applied_at) AS at,
       new.applied_at,
       t.event_type,
       new.event_id,
       a.agency_code,
       CASE WHEN NOT new.in_force THEN 'RETRACT'
            WHEN new.correction_reason IS NOT NULL THEN 'CORRECT'
            ELSE 'ASSERT' END AS op,
       new.correction_reason,
       old.revision AS old_revision,
       new.revision AS new_revision,
       CASE WHEN old.shown THEN old.occurred_on END AS old_day,
       CASE WHEN new.in_force THEN new.occurred_on END AS new_day,
       CASE WHEN old.shown THEN old.place_code END AS old_place,
       CASE WHEN new.in_force THEN new.place_code END AS new_place,
       moved.measure,
       moved.old_value,
       moved.new_value
  FROM core.version new
  JOIN core.event_type t USING (type_id)
  JOIN core.agency a USING (agency_id)
  LEFT JOIN core.committed done ON done.applied_at = new.applied_at
  LEFT JOIN LATERAL (
       SELECT h.*, h.in_force AND NOT s.sensitive AS shown
         FROM core.event_history h
         JOIN core.event_type s USING (type_id)
        WHERE h.event_id = new.event_id AND h.agency_id = new.agency_id
          AND h.revision < new.revision
        ORDER BY h.revision DESC
        LIMIT 1) AS old ON true
 CROSS JOIN LATERAL (
       SELECT NULL AS measure, NULL::bigint AS old_value,
              NULL::bigint AS new_value
       UNION ALL
       SELECT measure, before.value, after.value
         FROM (SELECT * FROM core.measures(old.type_id, old.numbers, old.codes)
                WHERE old.shown) AS before
         FULL JOIN
              (SELECT * FROM core.measures(new.type_id, new.numbers, new.codes)
                WHERE new.in_force) AS after USING (measure)) AS moved
 WHERE NOT t.sensitive;

-- Versions that were committed in [from_at, to_at) have an applied_at from this
-- on; asked for when those that are about to commit have done so.
CREATE FUNCTION core.first_applied(from_at timestamptz, to_at timestamptz)
RETURNS timestamptz LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM core.wait_for_commits();
    RETURN (SELECT least(from_at, min(c.applied_at)) FROM core.committed c
             WHERE c.at >= from_at AND c.at < to_at);
END $$;

-- The versions that were committed in [from_at, to_at). VOLATILE, so that each
-- statement inside sees what is committed by then; under REPEATABLE READ it is
-- what was there when the transaction began.
CREATE FUNCTION report.change(from_at timestamptz, to_at timestamptz)
RETURNS TABLE (
    at timestamptz, event_type text, event_id uuid, agency_code text, op text,
    correction_reason text, old_revision integer, new_revision integer,
    old_day date, new_day date, old_place text, new_place text,
    measure text, old_value bigint, new_value bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET jit = off AS $$
#variable_conflict use_column
DECLARE
    begun timestamptz := core.first_applied(from_at, to_at);
BEGIN
    RETURN QUERY
    SELECT c.at, c.event_type, c.event_id, c.agency_code, c.op,
           c.correction_reason, c.old_revision, c.new_revision, c.old_day,
           c.new_day, c.old_place, c.new_place, c.measure, c.old_value,
           c.new_value
      FROM core.change c
     WHERE c.at >= from_at AND c.at < to_at
       AND c.applied_at >= begun AND c.applied_at < to_at
     ORDER BY c.at, c.event_id, c.agency_code, c.new_revision,
              c.measure NULLS FIRST;
END $$;

-- Of these the corrections and retractions: few among many, and found by
-- event_revised.
CREATE FUNCTION report.correction(from_at timestamptz, to_at timestamptz)
RETURNS TABLE (
    at timestamptz, event_type text, event_id uuid, agency_code text, op text,
    correction_reason text, old_revision integer, new_revision integer,
    old_day date, new_day date, old_place text, new_place text,
    measure text, old_value bigint, new_value bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET jit = off AS $$
#variable_conflict use_column
DECLARE
    begun timestamptz := core.first_applied(from_at, to_at);
BEGIN
    RETURN QUERY
    SELECT c.at, c.event_type, c.event_id, c.agency_code, c.op,
           c.correction_reason, c.old_revision, c.new_revision, c.old_day,
           c.new_day, c.old_place, c.new_place, c.measure, c.old_value,
           c.new_value
      FROM core.change c
     WHERE c.at >= from_at AND c.at < to_at
       AND c.applied_at >= begun AND c.applied_at < to_at
       AND c.correction_reason IS NOT NULL
     ORDER BY c.at, c.event_id, c.agency_code, c.new_revision,
              c.measure NULLS FIRST;
END $$;
