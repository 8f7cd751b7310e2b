-- SPDX-License-Identifier: Apache-2.0
-- The views of one event type, written from its fields:
--
--   core.fact_<type>      facts in force, every field by name; for SQL of ours
--   report.<type>_event   the facts behind a number; amounts as posted
--   report.<type>_daily   totals by day, finest place, agency, dimensions; for a
--                         share also the whole, where the part is known
--   report.<type>_monthly totals by Solar Hijri month and county
--
-- Sensitive types have _monthly alone, with small cells withheld.

-- Names of agencies and places come by left joins, though each code is known:
-- the planner leaves out those whose columns a query does not ask for.

-- A fact's amount in current rials; `unit` is its currency_unit.
CREATE FUNCTION core.current_rials(amount bigint, unit text)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN unit = 'IRR_NEW' THEN amount * 10000 ELSE amount END;

-- SQL of the column that shows a part of core.daily.dims.
CREATE FUNCTION core.read_dim(field core.field)
RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
SELECT format(CASE field.kind
              WHEN 'int' THEN '%s::integer'
              WHEN 'long' THEN '%s::bigint'
              WHEN 'boolean' THEN '%s::boolean'
              WHEN 'date' THEN 'date ''1970-01-01'' + %s::integer'
              WHEN 'timestamp' THEN 'to_timestamp(%s::bigint / 1000.0)'
              ELSE '%s' END,
              format('nullif(split_part(d.dims, ''|'', %s), '''')',
                     field.dim_slot))
$$;

CREATE FUNCTION core.fact_sql(type core.event_type)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
SELECT format($$
SELECT e.event_id, a.agency_code, e.revision, e.occurred_on, e.occurred_at,
       e.place_code, e.council_code, e.programme_code, e.source_ref,
       e.received_at, e.applied_at, e.posted_at%s
  FROM core.event e
  LEFT JOIN core.agency a USING (agency_id)
 WHERE e.type_id = %s AND e.in_force$$,
       string_agg(format(E',\n       %s AS %I', core.read_field(f), f.field),
                  '' ORDER BY f.position) FILTER (WHERE f.position > 12),
       type.type_id)
  FROM core.field f
 WHERE f.type_id = type.type_id
$sql$;

CREATE FUNCTION core.event_sql(type core.event_type)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
SELECT format($$
SELECT f.event_id, f.agency_code, f.revision, f.occurred_on, f.place_code,
       f.council_code, f.source_ref%s, f.received_at, f.applied_at,
       f.occurred_at, f.programme_code,
       core.on_day(p.province, p.from_on, f.occurred_on) AS province_code,
       core.on_day(p.county, p.from_on, f.occurred_on) AS county_code,
       core.on_day(p.settlement, p.from_on, f.occurred_on) AS settlement_code,
       core.neighbourhood(f.place_code) AS neighbourhood_code
  FROM core.%I f
  LEFT JOIN core.place_history p
    ON p.base_code = split_part(f.place_code, '-', 1)$$,
       string_agg(format(', f.%I', f.field), '' ORDER BY f.position)
                  FILTER (WHERE f.position > 12),
       'fact_' || type.event_type)
  FROM core.field f
 WHERE f.type_id = type.type_id
$sql$;

CREATE FUNCTION core.daily_sql(type core.event_type)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
SELECT format($$
SELECT d.occurred_on,
       core.on_day(p.province, p.from_on, d.occurred_on) AS province_code,
       core.on_day(p.county, p.from_on, d.occurred_on) AS county_code,
       core.on_day(p.settlement, p.from_on, d.occurred_on) AS settlement_code,
       core.neighbourhood(d.place_code) AS neighbourhood_code, a.agency_code%s,
       d.events%s%s
  FROM core.daily d
  LEFT JOIN core.agency a USING (agency_id)
  LEFT JOIN core.place_history p
    ON p.base_code = split_part(d.place_code, '-', 1)
 WHERE d.type_id = %s AND d.events > 0$$,
       string_agg(format(E',\n       %s AS %I', core.read_dim(f), f.field),
                  '' ORDER BY f.dim_slot) FILTER (WHERE f.dim_slot > 0),
       string_agg(format(E',\n       CASE WHEN d.by_%1$s > 0'
                         || ' THEN d.sum_%1$s END AS %2$I',
                         f.measure_slot, f.field),
                  '' ORDER BY f.measure_slot) FILTER (WHERE f.measure_slot > 0),
       string_agg(format(E',\n       CASE WHEN d.by_%1$s > 0'
                         || ' THEN d.sum_%1$s END AS %2$I',
                         f.whole_slot, core.whole_column(f)),
                  '' ORDER BY f.position) FILTER (WHERE f.whole_slot > 0),
       type.type_id)
  FROM core.field f
 WHERE f.type_id = type.type_id
$sql$;

-- Sums by month and county; `withheld` when the type is sensitive.
CREATE FUNCTION core.monthly_sql(type core.event_type)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $sql$
SELECT format($$
SELECT m.j_year, m.j_month, m.province_code, m.county_code,
       %s AS events%s%s
  FROM (SELECT c.j_year, c.j_month,
               core.on_day(p.province, p.from_on, d.occurred_on)
                   AS province_code,
               core.on_day(p.county, p.from_on, d.occurred_on) AS county_code,
               sum(d.events)::bigint AS "# events"%s
          FROM core.daily d
          JOIN report.calendar c ON c.date = d.occurred_on
          LEFT JOIN core.place_history p
            ON p.base_code = split_part(d.place_code, '-', 1)
         WHERE d.type_id = %s AND d.events > 0
         GROUP BY 1, 2, 3, 4) AS m
 CROSS JOIN LATERAL (SELECT %s) AS w (withheld)$$,
       CASE WHEN type.sensitive
            THEN 'CASE WHEN NOT w.withheld THEN m."# events" END'
            ELSE 'm."# events"' END,
       string_agg(format(CASE WHEN type.sensitive
                              THEN E',\n       CASE WHEN NOT w.withheld'
                                   || ' THEN m.%1$I END AS %1$I'
                              ELSE E',\n       m.%1$I' END, f.field),
                  '' ORDER BY f.measure_slot) FILTER (WHERE f.measure_slot > 0),
       CASE WHEN type.sensitive THEN ', w.withheld' END,
       string_agg(format(E',\n               sum(d.sum_%1$s)'
                         || ' FILTER (WHERE d.by_%1$s > 0) AS %2$I',
                         f.measure_slot, f.field),
                  '' ORDER BY f.measure_slot) FILTER (WHERE f.measure_slot > 0),
       type.type_id,
       CASE WHEN type.withhold_measure IS NULL THEN 'false'
            ELSE format('m.%1$I IS NULL OR m.%1$I < %2$s',
                        type.withhold_measure, type.withhold_below) END)
  FROM core.field f
 WHERE f.type_id = type.type_id
$sql$;

-- Make one view and say what it is. A view whose columns only grow at the end
-- is replaced in place; another is dropped, which the views that others have
-- built upon it would rightly refuse.
CREATE FUNCTION core.build_view(schema_name text, view_name text, body text,
                                words text, type integer)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    BEGIN
        EXECUTE format('CREATE OR REPLACE VIEW %I.%I AS %s',
                       schema_name, view_name, body);
    EXCEPTION WHEN invalid_table_definition THEN
        EXECUTE format('DROP VIEW %I.%I', schema_name, view_name);
        EXECUTE format('CREATE VIEW %I.%I AS %s',
                       schema_name, view_name, body);
    END;
    EXECUTE format('COMMENT ON VIEW %I.%I IS %L',
                   schema_name, view_name, words);
    PERFORM core.comment_columns(format('%I.%I', schema_name,
                                        view_name)::regclass, type);
    IF schema_name = 'report' THEN
        EXECUTE format('GRANT SELECT ON %I.%I TO mahalle_analyst',
                       schema_name, view_name);
    END IF;
END $$;

CREATE FUNCTION core.build_views(type_id integer)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning AS $$
DECLARE
    type core.event_type;
    name text;
    fa text;
    en text;
BEGIN
    SELECT * INTO STRICT type FROM core.event_type t
     WHERE t.type_id = build_views.type_id;
    name := type.event_type;
    fa := type.label_fa;
    en := type.label_en;

    PERFORM core.build_view('core', 'fact_' || name, core.fact_sql(type),
        core.both(fa || '، رویدادهای معتبر',
                  en || ', facts in force. ' || type.doc), type.type_id);
    PERFORM core.build_view('report', name || '_monthly',
        core.monthly_sql(type),
        core.both(fa || '، جمع ماه شمسی و شهرستان',
                  en || ', by Solar Hijri month and county. ' || type.doc),
        type.type_id);
    IF type.sensitive THEN
        EXECUTE format('DROP VIEW IF EXISTS report.%I, report.%I',
                       name || '_daily', name || '_event');
        RETURN;
    END IF;
    PERFORM core.build_view('report', name || '_daily', core.daily_sql(type),
        core.both(fa || '، جمع روزانه',
                  en || ', by day, place, agency and dimensions. '
                  || type.doc), type.type_id);
    PERFORM core.build_view('report', name || '_event', core.event_sql(type),
        core.both(fa || '، رویدادهای پشت هر عدد؛ مبلغ‌ها همان که ارسال شده',
                  en || ', the facts behind a number; amounts as posted. '
                  || type.doc), type.type_id);
END $$;

-- Write all views anew; for an upgrade that changes how they are written.
CREATE FUNCTION core.build_all_views()
RETURNS void LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
SELECT core.build_dims();
SELECT core.build_views(t.type_id) FROM core.event_type t;
$$;
