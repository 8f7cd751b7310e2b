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
    RETURN total;
END $$;

-- Add them, in the order in which the consumer locks rows: core.posted before
-- core.daily, each by its key.
CREATE FUNCTION core.add_corrections()
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
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
