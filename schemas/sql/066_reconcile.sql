-- SPDX-License-Identifier: Apache-2.0
-- report.reconcile: no row when facts, totals and views agree.
--
-- First core.daily and core.posted are compared with a recount of the facts, row
-- by row; then each view of totals with core.daily, as a whole. Every difference
-- is a row.

-- SQL of a measure of core.event in current rials.
CREATE FUNCTION core.amount_sql(field core.field, currency_slot smallint)
RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
SELECT format(CASE WHEN field.money
                   THEN 'core.current_rials(numbers[%s], codes[%s])'
                   ELSE 'numbers[%s]' END,
              field.number_slot, currency_slot)
$$;

-- The sums of a type in core.daily: slot, name, and SQL of the two columns.
CREATE FUNCTION core.slots(type_id integer)
RETURNS TABLE (slot smallint, name text, by_sql text, sum_sql text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
SELECT f.measure_slot, f.field,
       format('count(numbers[%s])', f.number_slot),
       format('sum(%s)', core.amount_sql(f, l.currency_slot))
  FROM core.field f
  JOIN core.layout l USING (type_id)
 WHERE f.type_id = slots.type_id AND f.measure_slot IS NOT NULL
UNION ALL
SELECT part.whole_slot, core.whole_column(part),
       format('count(numbers[%s]) FILTER (WHERE numbers[%s] IS NOT NULL)',
              w.number_slot, part.number_slot),
       format('sum(%s) FILTER (WHERE numbers[%s] IS NOT NULL)',
              core.amount_sql(w, l.currency_slot), part.number_slot)
  FROM core.field part
  JOIN core.field w ON w.type_id = part.type_id AND w.field = part.whole
  JOIN core.layout l ON l.type_id = part.type_id
 WHERE part.type_id = slots.type_id
$sql$;

-- SQL behind FROM: the facts of a type counted anew (e) beside core.daily (f),
-- row by row; `days` is a condition on occurred_on.
CREATE FUNCTION core.recount_from(type core.event_type, days text)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
SELECT format($$
  FROM (SELECT occurred_on, place_code, agency_id,
               core.dims(%1$s, programme_code, numbers, codes) AS dims,
               count(*) AS events, max(received_at) AS received_at%2$s
          FROM core.event
         WHERE type_id = %1$s AND in_force AND %4$s
         GROUP BY 1, 2, 3, 4) AS e
  FULL JOIN
       (SELECT occurred_on, place_code, agency_id, dims, events, received_at%3$s
          FROM core.daily
         WHERE type_id = %1$s AND %4$s) AS f
       USING (occurred_on, place_code, agency_id, dims)$$,
       type.type_id,
       string_agg(format(', %s AS by_%s, %s AS sum_%s',
                         s.by_sql, s.slot, s.sum_sql, s.slot), ''),
       string_agg(format(', by_%1$s, sum_%1$s', s.slot), ''),
       days)
  FROM core.slots(type.type_id) s
$sql$;

-- SQL of each number that differs. A sum that somebody reported is never NULL.
CREATE FUNCTION core.recount_sql(type core.event_type, days text)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
SELECT format($$
SELECT occurred_on, place_code,
       coalesce(a.agency_code, 'id ' || agency_id) AS agency_code, dims, n.name,
       n.expected, n.found
%s
  LEFT JOIN core.agency a USING (agency_id)
 CROSS JOIN LATERAL (VALUES
       ('events', e.events::numeric, f.events::numeric, true)%s)
       AS n (name, expected, found, may_be_null)
 WHERE (e.events%s) IS DISTINCT FROM (f.events%s)    -- few rows: quick
   AND (coalesce(n.expected, 0) <> coalesce(n.found, 0)
        OR NOT n.may_be_null AND n.expected IS NOT NULL AND n.found IS NULL)$$,
       core.recount_from(type, days),
       string_agg(format(', (%2$L, e.sum_%1$s, f.sum_%1$s, false)'
                         || ', (%3$L, e.by_%1$s, f.by_%1$s, true)',
                         s.slot, s.name, s.name || ' facts'), ''),
       string_agg(format(', e.by_%1$s, e.sum_%1$s', s.slot), ''),
       string_agg(format(', f.by_%1$s, f.sum_%1$s', s.slot), ''))
  FROM core.slots(type.type_id) s
$sql$;

-- The same for core.posted: SQL behind FROM, and of what differs.
CREATE FUNCTION core.recount_posted_from(type core.event_type, days text)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
SELECT format($$
  FROM (SELECT occurred_on, agency_id, day.posted_on, count(*) AS events,
               max(received_at) AS received_at
          FROM core.event
         CROSS JOIN LATERAL (
               SELECT CASE WHEN correction_reason IS NULL
                           THEN (posted_at AT TIME ZONE 'Asia/Tehran')::date
                           ELSE 'infinity' END) AS day (posted_on)
         WHERE type_id = %1$s AND in_force AND %2$s
         GROUP BY 1, 2, 3) AS e
  FULL JOIN
       (SELECT occurred_on, agency_id, posted_on, events, received_at
          FROM core.posted
         WHERE type_id = %1$s AND %2$s) AS f
       USING (occurred_on, agency_id, posted_on)$$,
       type.type_id, days)
$sql$;

CREATE FUNCTION core.recount_posted_sql(type core.event_type, days text)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
SELECT format($$
SELECT occurred_on, coalesce(a.agency_code, 'id ' || agency_id) AS agency_code,
       posted_on, e.events::numeric AS expected, f.events::numeric AS found
%s
  LEFT JOIN core.agency a USING (agency_id)
 WHERE coalesce(e.events, 0) <> coalesce(f.events, 0)$$,
       core.recount_posted_from(type, days))
$sql$;

-- SQL of (key, value): the number of facts and the total of each measure in
-- `source`. `slots` tells that its columns are those of core.daily.
CREATE FUNCTION core.totals_sql(type_id integer, source text, slots boolean)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
SELECT format($$
SELECT v.key, v.value
  FROM (SELECT sum(events) AS "# events"%s FROM %s) AS s
 CROSS JOIN LATERAL (VALUES ('events', s."# events")%s) AS v (key, value)
 WHERE v.value IS NOT NULL $$,
       string_agg(format(CASE WHEN slots
                         THEN ', sum(sum_%1$s) FILTER (WHERE by_%1$s > 0) AS %2$I'
                         ELSE ', sum(%2$I) AS %2$I' END,
                         f.measure_slot, f.field), ''),
       source,
       string_agg(format(', (%1$L, s.%1$I)', f.field), ''))
  FROM core.field f
 WHERE f.type_id = totals_sql.type_id AND f.measure_slot IS NOT NULL
$sql$;

-- Rows of core.daily that a sensitive type's _monthly does not withhold.
CREATE FUNCTION core.shown_sql(type core.event_type)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
SELECT format($$(
       SELECT d.*,
              sum(d.sum_%1$s) FILTER (WHERE d.by_%1$s > 0) OVER (
                  PARTITION BY c.j_year, c.j_month,
                               core.on_day(p.province, p.from_on, d.occurred_on),
                               core.on_day(p.county, p.from_on, d.occurred_on))
              >= %2$s AS shown
         FROM core.daily d
         JOIN report.calendar c ON c.date = d.occurred_on
         LEFT JOIN core.place_history p
           ON p.base_code = split_part(d.place_code, '-', 1)
        WHERE d.type_id = %3$s AND d.events > 0) AS d
        WHERE d.shown$$, f.measure_slot, type.withhold_below, type.type_id)
  FROM core.field f
 WHERE f.type_id = type.type_id AND f.field = type.withhold_measure
$sql$;

-- The comparisons of a type: (what, sql), each sql giving (key, expected,
-- found) of what differs.
CREATE FUNCTION core.comparisons(type core.event_type)
RETURNS TABLE (what text, sql text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
WITH daily AS (
    SELECT format('core.daily WHERE type_id = %s AND events > 0',
                  type.type_id) AS source
), total AS (
    SELECT core.totals_sql(type.type_id, source, true) AS everything,
           core.totals_sql(type.type_id,
                           coalesce(core.shown_sql(type), source), true)
               AS shown
      FROM daily
), pair AS (
    SELECT format('report.%I', type.event_type || '_monthly') AS what,
           total.shown AS expected,
           core.totals_sql(type.type_id,
                           format('report.%I', type.event_type || '_monthly'),
                           false) AS found
      FROM total
    UNION ALL
    SELECT format('report.%I', type.event_type || '_daily'), everything,
           core.totals_sql(type.type_id,
                           format('report.%I', type.event_type || '_daily'),
                           false)
      FROM total WHERE NOT type.sensitive
    UNION ALL
    SELECT format('report.%I', type.event_type || '_event'),
           format('SELECT * FROM (%s) AS t WHERE key = %L',
                  everything, 'events'),
           format('SELECT %L AS key, count(*)::numeric AS value
                     FROM report.%I HAVING count(*) > 0',
                  'events', type.event_type || '_event')
      FROM total WHERE NOT type.sensitive
    UNION ALL
    SELECT 'report.event_daily, report.measure_daily', everything,
           format('SELECT %1$L AS key, sum(events) AS value
                     FROM report.event_daily WHERE event_type = %2$L
                   HAVING sum(events) > 0
                   UNION ALL
                   SELECT measure, sum(total) FROM report.measure_daily
                    WHERE event_type = %2$L GROUP BY measure',
                  'events', type.event_type)
      FROM total WHERE NOT type.sensitive
)
SELECT 'core.daily', format('
       SELECT concat_ws('' '', %L, occurred_on, place_code, agency_code, dims,
                        name) AS key, expected, found
         FROM (%s) AS d', type.event_type, core.recount_sql(type, 'true'))
UNION ALL
SELECT 'core.posted', format('
       SELECT concat_ws('' '', %L, occurred_on, agency_code, posted_on) AS key,
              expected, found
         FROM (%s) AS d', type.event_type,
       core.recount_posted_sql(type, 'true'))
UNION ALL
SELECT what, format('
       SELECT concat_ws('' '', %L, key) AS key, e.value AS expected,
              f.value AS found
         FROM (%s) AS e FULL JOIN (%s) AS f USING (key)
        WHERE e.value IS DISTINCT FROM f.value',
       type.event_type, expected, found)
  FROM pair
$sql$;

-- Of sensitive types only the fact that something differs is told.
CREATE FUNCTION core.differences()
RETURNS TABLE (what text, key text, expected numeric, found numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET jit = off SET work_mem = '64MB' AS $$
DECLARE
    type core.event_type;
    sql text;
BEGIN
    FOR type IN SELECT * FROM core.event_type LOOP
        FOR what, sql IN SELECT * FROM core.comparisons(type) LOOP
            IF type.sensitive THEN
                sql := format('SELECT %L, NULL::numeric, NULL::numeric
                                 FROM (%s LIMIT 1) AS difference',
                              type.event_type, sql);
            END IF;
            RETURN QUERY EXECUTE format(
                'SELECT %L, key, expected, found FROM (%s)
                     AS difference (key, expected, found)', what, sql);
        END LOOP;
    END LOOP;
    RETURN QUERY
    SELECT 'core.project', concat_ws(' ', d.project_code, d.type_id, d.part,
                                     d.name, d.expected, d.found),
           NULL::numeric, NULL::numeric
      FROM core.differing_projects() d;
END $$;

CREATE VIEW report.reconcile AS
SELECT what, key, expected, found FROM core.differences();

-- How many facts in force there are of each type, and how many the totals count.
-- One pass over the facts: for who cannot wait for report.reconcile, which tries
-- every number of every view. Of sensitive types only that something differs.
CREATE FUNCTION core.counts()
RETURNS TABLE (event_type text, facts bigint, daily bigint, posted bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
SELECT t.event_type, f.events, d.events::bigint, p.events::bigint
  FROM core.event_type t
  LEFT JOIN (SELECT type_id, count(*) AS events
               FROM core.event WHERE in_force GROUP BY type_id) AS f
       USING (type_id)
  LEFT JOIN (SELECT type_id, sum(events) AS events
               FROM core.daily GROUP BY type_id) AS d USING (type_id)
  LEFT JOIN (SELECT type_id, sum(events) AS events
               FROM core.posted GROUP BY type_id) AS p USING (type_id);
END;

CREATE VIEW report.reconcile_counts AS
SELECT c.event_type,
       CASE WHEN NOT t.sensitive THEN c.facts END AS expected,
       CASE WHEN NOT t.sensitive THEN c.daily END AS found,
       CASE WHEN NOT t.sensitive THEN c.posted END AS found_posted
  FROM core.counts() c
  JOIN report.event_type t USING (event_type)
 WHERE coalesce(c.facts, 0) <> coalesce(c.daily, 0)
    OR coalesce(c.facts, 0) <> coalesce(c.posted, 0);
