-- SPDX-License-Identifier: Apache-2.0
-- report.reconcile: no row when facts, totals and views agree.
--
-- First core.daily is compared with a recount of the facts, row by row; then
-- each view of totals with core.daily, as a whole. Every difference is a row.

-- The numbers of a row of totals by name; what is 0 or NULL is left out.
CREATE FUNCTION core.named_totals(events bigint, sums numeric[], bys bigint[])
RETURNS TABLE (name text, value numeric)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
SELECT 'events', events::numeric WHERE events <> 0
UNION ALL
SELECT 'sum_' || k, sums[k] FROM generate_series(1, 12) k WHERE sums[k] <> 0
UNION ALL
SELECT 'by_' || k, bys[k] FROM generate_series(1, 12) k WHERE bys[k] <> 0
$$;

CREATE VIEW core.daily_fault AS
WITH fact AS (
    SELECT type_id, occurred_on, place_code, agency_id, dims, events,
           ARRAY[coalesce(sum_1, 0), coalesce(sum_2, 0), coalesce(sum_3, 0),
                 coalesce(sum_4, 0), coalesce(sum_5, 0), coalesce(sum_6, 0),
                 coalesce(sum_7, 0), coalesce(sum_8, 0), coalesce(sum_9, 0),
                 coalesce(sum_10, 0), coalesce(sum_11, 0), coalesce(sum_12, 0)] AS sums,
           ARRAY[coalesce(by_1, 0), coalesce(by_2, 0), coalesce(by_3, 0),
                 coalesce(by_4, 0), coalesce(by_5, 0), coalesce(by_6, 0),
                 coalesce(by_7, 0), coalesce(by_8, 0), coalesce(by_9, 0),
                 coalesce(by_10, 0), coalesce(by_11, 0), coalesce(by_12, 0)] AS bys
      FROM core.recount
), total AS (
    SELECT type_id, occurred_on, place_code, agency_id, dims, events,
           ARRAY[coalesce(sum_1, 0), coalesce(sum_2, 0), coalesce(sum_3, 0),
                 coalesce(sum_4, 0), coalesce(sum_5, 0), coalesce(sum_6, 0),
                 coalesce(sum_7, 0), coalesce(sum_8, 0), coalesce(sum_9, 0),
                 coalesce(sum_10, 0), coalesce(sum_11, 0), coalesce(sum_12, 0)] AS sums,
           ARRAY[coalesce(by_1, 0), coalesce(by_2, 0), coalesce(by_3, 0),
                 coalesce(by_4, 0), coalesce(by_5, 0), coalesce(by_6, 0),
                 coalesce(by_7, 0), coalesce(by_8, 0), coalesce(by_9, 0),
                 coalesce(by_10, 0), coalesce(by_11, 0), coalesce(by_12, 0)] AS bys
      FROM core.daily
)
SELECT concat_ws(' ', t.event_type, occurred_on, place_code, a.agency_code,
                 dims, number.name) AS key,
       number.expected,
       number.found
  FROM fact
  FULL JOIN total USING (type_id, occurred_on, place_code, agency_id, dims)
  LEFT JOIN core.event_type t USING (type_id)
  LEFT JOIN core.agency a USING (agency_id)
 CROSS JOIN LATERAL (
       SELECT name, e.value AS expected, f.value AS found
         FROM core.named_totals(fact.events, fact.sums, fact.bys) AS e
         FULL JOIN core.named_totals(total.events, total.sums, total.bys)
              AS f USING (name)) AS number
 WHERE (fact.events, fact.sums, fact.bys)
       IS DISTINCT FROM (total.events, total.sums, total.bys)
   AND number.expected IS DISTINCT FROM number.found;

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
                  PARTITION BY c.j_year, c.j_month, p.province_code,
                               p.county_code) >= %2$s AS shown
         FROM core.daily d
         JOIN report.calendar c ON c.date = d.occurred_on
         LEFT JOIN core.place_span p
           ON p.base_code = split_part(d.place_code, '-', 1)
          AND p.from_on <= d.occurred_on AND d.occurred_on < p.to_on
        WHERE d.type_id = %3$s AND d.events > 0) AS d
        WHERE d.shown$$, f.measure_slot, type.withhold_below, type.type_id)
  FROM core.field f
 WHERE f.type_id = type.type_id AND f.field = type.withhold_measure
$sql$;

CREATE FUNCTION core.compare(title text, expected_sql text, found_sql text)
RETURNS TABLE (what text, key text, expected numeric, found numeric)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY EXECUTE format('
        SELECT %L, key, e.value, f.value
          FROM (%s) AS e FULL JOIN (%s) AS f USING (key)
         WHERE e.value IS DISTINCT FROM f.value',
        title, expected_sql, found_sql);
END $$;

CREATE FUNCTION core.differences()
RETURNS TABLE (what text, key text, expected numeric, found numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    type core.event_type;
    all_sql text;
    shown_sql text;
    source text;
    name text;
BEGIN
    RETURN QUERY SELECT 'core.daily', f.key, f.expected, f.found
                   FROM core.daily_fault f;
    FOR type IN SELECT * FROM core.event_type LOOP
        name := type.event_type;
        source := format('core.daily WHERE type_id = %s AND events > 0',
                         type.type_id);
        all_sql := core.totals_sql(type.type_id, source, true);
        shown_sql := core.totals_sql(
            type.type_id, coalesce(core.shown_sql(type), source), true);
        RETURN QUERY SELECT * FROM core.compare(
            format('report.%s_monthly', name), shown_sql,
            core.totals_sql(type.type_id,
                            format('report.%I', name || '_monthly'), false));
        CONTINUE WHEN type.sensitive;

        RETURN QUERY SELECT * FROM core.compare(
            format('report.%s_daily', name), all_sql,
            core.totals_sql(type.type_id,
                            format('report.%I', name || '_daily'), false));
        RETURN QUERY SELECT * FROM core.compare(
            format('report.%s_event', name),
            format('SELECT key, value FROM (%s) AS a WHERE key = %L',
                   all_sql, 'events'),
            format('SELECT %L AS key, nullif(count(*), 0)::numeric AS value
                      FROM report.%I', 'events', name || '_event'));
        RETURN QUERY SELECT * FROM core.compare(
            'report.event_daily and measure_daily for ' || name, all_sql,
            format('SELECT %1$L AS key, sum(events) AS value
                      FROM report.event_daily WHERE event_type = %2$L
                    HAVING sum(events) > 0
                    UNION ALL
                    SELECT measure, sum(total) FROM report.measure_daily
                     WHERE event_type = %2$L GROUP BY measure',
                   'events', name));
    END LOOP;
END $$;

CREATE VIEW report.reconcile AS
SELECT what, key, expected, found FROM core.differences();
