-- SPDX-License-Identifier: Apache-2.0
-- What mahalle-admin verify and rebuild ask for.

-- Totals of a type that differ from its facts, of these days (NULL: of all).
CREATE FUNCTION core.differing_totals(of_type integer, days date[])
RETURNS TABLE (occurred_on date, place_code text, agency_code text, dims text,
               name text, expected numeric, found numeric)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET jit = off SET work_mem = '64MB' AS $$
BEGIN
    RETURN QUERY EXECUTE (
        SELECT core.recount_sql(t, CASE WHEN days IS NULL THEN 'true'
                                   ELSE 'occurred_on = ANY ($1)' END)
          FROM core.event_type t WHERE t.type_id = of_type)
    USING days;
END $$;

-- The same of core.posted.
CREATE FUNCTION core.differing_posted(of_type integer, days date[])
RETURNS TABLE (occurred_on date, agency_code text, posted_on date,
               expected numeric, found numeric)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET jit = off SET work_mem = '64MB' AS $$
BEGIN
    RETURN QUERY EXECUTE (
        SELECT core.recount_posted_sql(
                   t, CASE WHEN days IS NULL THEN 'true'
                      ELSE 'occurred_on = ANY ($1)' END)
          FROM core.event_type t WHERE t.type_id = of_type)
    USING days;
END $$;

-- Some days of a type at random, for a quick look: so many, or that share. The
-- days are found one by one in the indexes, which is quick however many facts
-- each has.
CREATE FUNCTION core.some_days(of_type integer, many bigint, share numeric)
RETURNS date[] LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
WITH RECURSIVE posted AS (
    SELECT min(occurred_on) AS day FROM core.event WHERE type_id = of_type
    UNION ALL
    SELECT (SELECT min(occurred_on) FROM core.event
             WHERE type_id = of_type AND occurred_on > day)
      FROM posted WHERE day IS NOT NULL
), counted AS (
    SELECT min(occurred_on) AS day FROM core.daily WHERE type_id = of_type
    UNION ALL
    SELECT (SELECT min(occurred_on) FROM core.daily
             WHERE type_id = of_type AND occurred_on > day)
      FROM counted WHERE day IS NOT NULL
), known AS (
    SELECT day FROM posted WHERE day IS NOT NULL
    UNION
    SELECT day FROM counted WHERE day IS NOT NULL
)
SELECT coalesce(array_agg(day), '{}')
  FROM (SELECT day FROM known
         ORDER BY random()
         LIMIT coalesce(many, (SELECT ceil(count(*) * share) FROM known)::bigint))
       AS chosen
$$;

-- Views of a type that differ from its totals.
CREATE FUNCTION core.differing_views(of_type integer)
RETURNS TABLE (what text, key text, expected numeric, found numeric)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET jit = off SET work_mem = '64MB' AS $$
DECLARE
    sql text;
BEGIN
    FOR what, sql IN
        SELECT c.what, c.sql
          FROM core.event_type t, core.comparisons(t) AS c (what, sql)
         WHERE t.type_id = of_type AND c.what LIKE 'report.%'
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %L, key, expected, found FROM (%s)
                 AS difference (key, expected, found)', what, sql);
    END LOOP;
END $$;

-- What each row of core.daily lacks, in its own columns: what the facts give
-- less what stands there. Adding is all that the consumer does, too, so that
-- this may be added at any later time, whatever has come in between.
CREATE FUNCTION core.correction_sql(type core.event_type)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
SELECT format($$
SELECT coalesce(e.events, 0) - coalesce(f.events, 0) AS events,
       coalesce(e.received_at, f.received_at), %s, occurred_on, agency_id,
       place_code, dims%s%s
%s
 WHERE coalesce(e.events, 0) <> coalesce(f.events, 0)%s$$,
       type.type_id,
       string_agg(CASE WHEN s.name IS NULL THEN ', NULL::numeric'
                  ELSE format(', CASE WHEN e.sum_%1$s IS NOT NULL'
                              || ' OR f.sum_%1$s IS NOT NULL'
                              || ' THEN coalesce(e.sum_%1$s, 0)'
                              || ' - coalesce(f.sum_%1$s, 0) END', n) END,
                  '' ORDER BY n),
       string_agg(CASE WHEN s.name IS NULL THEN ', NULL::bigint'
                  ELSE format(', nullif(coalesce(e.by_%1$s, 0)'
                              || ' - coalesce(f.by_%1$s, 0), 0)', n) END,
                  '' ORDER BY n),
       core.recount_from(type, 'true'),
       string_agg(format(' OR coalesce(e.by_%1$s, 0) <> coalesce(f.by_%1$s, 0)'
                         || ' OR coalesce(e.sum_%1$s, 0)'
                         || ' <> coalesce(f.sum_%1$s, 0)'
                         || ' OR e.sum_%1$s IS NOT NULL'
                         || ' AND f.sum_%1$s IS NULL', n), '')
           FILTER (WHERE s.name IS NOT NULL))
  FROM generate_series(1, 12) AS n
  LEFT JOIN core.slots(type.type_id) s ON s.slot = n
$sql$;

-- The same for core.posted.
CREATE FUNCTION core.correction_posted_sql(type core.event_type)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
SELECT format($$
SELECT coalesce(e.events, 0) - coalesce(f.events, 0),
       coalesce(e.received_at, f.received_at), %s, occurred_on, posted_on,
       agency_id
%s
 WHERE coalesce(e.events, 0) <> coalesce(f.events, 0)$$,
       type.type_id, core.recount_posted_from(type, 'true'))
$sql$;

-- What core.agency_day lacks of versions and dead letters. A version that came
-- by the replay of a letter was counted as rejected. What is read again after a
-- position went back counts as rejected again and has one letter: then letters
-- tell the least. Repeats leave no trace but these counts.
CREATE FUNCTION core.agency_day_corrections()
RETURNS TABLE (agency_code text, received_on date, applied bigint,
               rejected bigint, stored_applied bigint, stored_rejected bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET jit = off SET work_mem = '64MB' AS $$
WITH version AS (
    SELECT agency_id, partition, "offset", received_at FROM core.event
     UNION ALL
    SELECT agency_id, partition, "offset", received_at FROM core.event_history
), applied AS (
    SELECT a.agency_code, (v.received_at AT TIME ZONE 'Asia/Tehran')::date AS day,
           count(*) AS n
      FROM version v JOIN core.agency a USING (agency_id)
     WHERE NOT EXISTS (SELECT FROM ops.dead_letter l
                        WHERE l.partition = v.partition
                          AND l."offset" = v."offset"
                          AND l.received_at = v.received_at
                          AND l.state = 'replayed')
     GROUP BY 1, 2
), rejected AS (
    SELECT l.agency_code, (l.received_at AT TIME ZONE 'Asia/Tehran')::date AS day,
           count(*) AS n
      FROM ops.dead_letter l WHERE l.agency_code IS NOT NULL
     GROUP BY 1, 2
), both_sides AS (
    SELECT agency_code, day AS received_on, coalesce(a.n, 0) AS applied,
           coalesce(r.n, 0) AS rejected
      FROM applied a FULL JOIN rejected r USING (agency_code, day)
), again AS (
    SELECT EXISTS (SELECT FROM ops.gap_decision
                    WHERE to_offset < from_offset) AS read_again
), compared AS (
    SELECT agency_code, received_on, coalesce(e.applied, 0) AS applied,
           coalesce(d.applied, 0) AS stored_applied,
           coalesce(d.rejected, 0) AS stored_rejected,
           CASE WHEN (SELECT read_again FROM again)
                THEN greatest(coalesce(e.rejected, 0), coalesce(d.rejected, 0))
                ELSE coalesce(e.rejected, 0) END AS rejected
      FROM both_sides e
      FULL JOIN core.agency_day d USING (agency_code, received_on)
)
SELECT agency_code, received_on, applied, rejected, stored_applied,
       stored_rejected
  FROM compared
 WHERE applied <> stored_applied OR rejected <> stored_rejected
$$;

-- Gather the corrections of all types in tables of the session.
CREATE FUNCTION core.gather_corrections()
RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET jit = off SET work_mem = '64MB' AS $$
DECLARE
    type core.event_type;
    rows bigint;
    total bigint := 0;
BEGIN
    CREATE TEMPORARY TABLE correction (LIKE core.daily);
    CREATE TEMPORARY TABLE posted_correction (LIKE core.posted);
    FOR type IN SELECT * FROM core.event_type LOOP
        EXECUTE 'INSERT INTO pg_temp.correction' || core.correction_sql(type);
        GET DIAGNOSTICS rows = ROW_COUNT;
        total := total + rows;
        EXECUTE 'INSERT INTO pg_temp.posted_correction'
                || core.correction_posted_sql(type);
        GET DIAGNOSTICS rows = ROW_COUNT;
        total := total + rows;
    END LOOP;
    CREATE TEMPORARY TABLE agency_day_correction AS
    SELECT agency_code, received_on, applied - stored_applied AS applied,
           rejected - stored_rejected AS rejected
      FROM core.agency_day_corrections();
    GET DIAGNOSTICS rows = ROW_COUNT;
    total := total + rows;
    CREATE TEMPORARY TABLE project_correction AS
    SELECT DISTINCT d.project_code FROM core.differing_projects() d;
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN total + rows;
END $$;

-- Add them, in the order in which the consumer locks rows: core.agency_day,
-- core.project, core.posted, core.daily, each by its key. A project is counted
-- anew: what it comes to cannot be added.
CREATE FUNCTION core.add_corrections()
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO core.agency_day AS d (agency_code, received_on, applied, rejected)
    SELECT agency_code, received_on, applied, rejected
      FROM pg_temp.agency_day_correction
     ORDER BY agency_code COLLATE "C", received_on
    ON CONFLICT (agency_code, received_on) DO UPDATE
    SET applied = d.applied + excluded.applied,
        rejected = d.rejected + excluded.rejected;
    PERFORM core.recount_projects(
        ARRAY(SELECT project_code FROM pg_temp.project_correction));
    INSERT INTO core.posted AS p
    SELECT * FROM pg_temp.posted_correction
     ORDER BY type_id, occurred_on, agency_id, posted_on
    ON CONFLICT (type_id, occurred_on, agency_id, posted_on) DO UPDATE
    SET events = p.events + excluded.events,
        received_at = greatest(p.received_at, excluded.received_at);
    EXECUTE (
        SELECT 'INSERT INTO core.daily AS d SELECT * FROM pg_temp.correction
                 ORDER BY type_id, occurred_on, place_code, agency_id, dims
                ON CONFLICT (type_id, occurred_on, place_code, agency_id, dims)
                DO UPDATE SET events = d.events + excluded.events,
                    received_at = greatest(d.received_at, excluded.received_at)'
               || string_agg(format(', %1$s = coalesce(d.%1$s + excluded.%1$s,'
                                    || ' d.%1$s, excluded.%1$s)', name), '')
          FROM generate_series(1, 12) AS slot,
               unnest(ARRAY['sum_' || slot, 'by_' || slot]) AS name);
END $$;
