-- SPDX-License-Identifier: Apache-2.0
-- Councils, schools, cooperatives, funds and projects: each column a function
-- of the facts in force with occurred_on <= d.
--
--   first  least by (occurred_on, occurred_at with NULL first, agency_code,
--          event_id); only its day is ever asked for, so min(occurred_on)
--   last   greatest by the same; DISTINCT ON with that order downwards
--
-- report.<entity>_as_of(d) is the state on day d by today's knowledge;
-- report.<entity> takes all facts whatever their day. They are plpgsql because
-- the views core.fact_<type> they name come later, with the schemas.

-- ------------------------------------------------------------------- council

CREATE FUNCTION report.council_as_of(d date)
RETURNS TABLE (council_code text, province_code text, county_code text,
               settlement_code text, neighbourhood_code text, formed_on date,
               status text, phase text, last_meeting_on date)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET jit = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH RECURSIVE council AS (   -- one look into event_by_council for each
        (SELECT f.council_code AS code
           FROM core.fact_council_formed f
          WHERE f.council_code IS NOT NULL AND f.occurred_on <= d
          ORDER BY f.council_code
          LIMIT 1)
        UNION ALL
        SELECT (SELECT f.council_code
                  FROM core.fact_council_formed f
                 WHERE f.council_code > c.code AND f.occurred_on <= d
                 ORDER BY f.council_code
                 LIMIT 1)
          FROM council c
         WHERE c.code IS NOT NULL
    )
    SELECT c.code,
           core.on_day(p.province, p.from_on, first.occurred_on),
           core.on_day(p.county, p.from_on, first.occurred_on),
           core.on_day(p.settlement, p.from_on, first.occurred_on),
           place.neighbourhood_code, first.occurred_on,
           coalesce(changed.status, 'ACTIVE'), phased.council_phase,
           met.occurred_on
      FROM council c
     CROSS JOIN LATERAL (SELECT regexp_replace(c.code, '-[^-]*$', ''))
           AS place (neighbourhood_code)
     CROSS JOIN LATERAL (
           SELECT f.occurred_on
             FROM core.fact_council_formed f
            WHERE f.council_code = c.code AND f.occurred_on <= d
            ORDER BY f.occurred_on
            LIMIT 1) AS first
      LEFT JOIN LATERAL (
           SELECT f.status
             FROM core.fact_council_status_changed f
            WHERE f.council_code = c.code AND f.occurred_on <= d
            ORDER BY f.occurred_on DESC, f.occurred_at DESC NULLS LAST,
                     f.agency_code DESC, f.event_id DESC
            LIMIT 1) AS changed ON true
      LEFT JOIN LATERAL (
           SELECT f.council_phase
             FROM (SELECT * FROM (
                   SELECT council_phase, occurred_on, occurred_at, agency_code,
                          event_id
                     FROM core.fact_council_formed
                    WHERE council_code = c.code AND occurred_on <= d
                      AND council_phase IS NOT NULL
                    ORDER BY occurred_on DESC, occurred_at DESC NULLS LAST,
                             agency_code DESC, event_id DESC
                    LIMIT 1) AS formed
                   UNION ALL
                   SELECT * FROM (
                   SELECT council_phase, occurred_on, occurred_at, agency_code,
                          event_id
                     FROM core.fact_council_status_changed
                    WHERE council_code = c.code AND occurred_on <= d
                      AND council_phase IS NOT NULL
                    ORDER BY occurred_on DESC, occurred_at DESC NULLS LAST,
                             agency_code DESC, event_id DESC
                    LIMIT 1) AS changed) AS f
            ORDER BY f.occurred_on DESC, f.occurred_at DESC NULLS LAST,
                     f.agency_code DESC, f.event_id DESC
            LIMIT 1) AS phased ON true
      LEFT JOIN LATERAL (
           SELECT f.occurred_on
             FROM core.fact_council_meeting_held f
            WHERE f.council_code = c.code AND f.occurred_on <= d
            ORDER BY f.occurred_on DESC
            LIMIT 1) AS met ON true
      LEFT JOIN core.place_history p
        ON p.base_code = split_part(place.neighbourhood_code, '-', 1)
     WHERE c.code IS NOT NULL;
END $$;

-- -------------------------------------------------------------------- school

CREATE FUNCTION report.school_as_of(d date)
RETURNS TABLE (school_code text, programme text, rebuilt_on date,
               opened_on date, province_code text, county_code text,
               settlement_code text, neighbourhood_code text,
               classrooms_count integer, area_m2 integer, amount bigint,
               pupils_capacity integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET jit = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH rebuilt AS (
        SELECT DISTINCT ON (f.school_code) f.*,
               min(f.occurred_on) OVER (PARTITION BY f.school_code) AS first_on
          FROM core.fact_school_rebuilt f
         WHERE f.occurred_on <= d
         ORDER BY f.school_code, f.occurred_on DESC,
                  f.occurred_at DESC NULLS LAST, f.agency_code DESC,
                  f.event_id DESC
    ), opened AS (
        SELECT DISTINCT ON (f.school_code) f.*,
               min(f.occurred_on) OVER (PARTITION BY f.school_code) AS first_on
          FROM core.fact_school_opened f
         WHERE f.occurred_on <= d
         ORDER BY f.school_code, f.occurred_on DESC,
                  f.occurred_at DESC NULLS LAST, f.agency_code DESC,
                  f.event_id DESC
    )
    SELECT school_code,
           CASE WHEN r.event_id IS NOT NULL THEN r.school_programme
                ELSE o.school_programme END,
           r.first_on, o.first_on,
           core.on_day(p.province, p.from_on, placed_on),
           core.on_day(p.county, p.from_on, placed_on),
           core.on_day(p.settlement, p.from_on, placed_on),
           core.neighbourhood(place.place_code),
           r.classrooms_count, r.area_m2,
           core.current_rials(r.amount, r.currency_unit), o.pupils_capacity
      FROM rebuilt r
      FULL JOIN opened o USING (school_code)
     CROSS JOIN LATERAL (SELECT coalesce(r.place_code, o.place_code),
                                coalesce(r.occurred_on, o.occurred_on))
           AS place (place_code, placed_on)
      LEFT JOIN core.place_history p
        ON p.base_code = split_part(place.place_code, '-', 1);
END $$;

-- -------------------------------------------------------- mosque_cooperative

-- Each pair of a mosque and a cooperative that a formation or a launch names.
CREATE FUNCTION report.mosque_cooperative_as_of(d date)
RETURNS TABLE (mosque_code text, cooperative_code text, formed_on date,
               launched_on date, product_code text, province_code text,
               county_code text, settlement_code text,
               neighbourhood_code text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET jit = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH formed AS (
        SELECT f.cooperative_code, min(f.occurred_on) AS formed_on
          FROM core.fact_cooperative_formed f
         WHERE f.occurred_on <= d
         GROUP BY f.cooperative_code
    ), launched AS (
        SELECT DISTINCT ON (f.mosque_code, f.cooperative_code)
               f.mosque_code, f.cooperative_code, f.product_code,
               min(f.occurred_on) OVER (
                   PARTITION BY f.mosque_code, f.cooperative_code)
                   AS launched_on
          FROM core.fact_cooperative_launched f
         WHERE f.occurred_on <= d AND f.is_production
         ORDER BY f.mosque_code, f.cooperative_code, f.occurred_on DESC,
                  f.occurred_at DESC NULLS LAST, f.agency_code DESC,
                  f.event_id DESC
    ), fact AS (
        SELECT f.mosque_code, f.cooperative_code, f.place_code, f.occurred_on,
               f.occurred_at, f.agency_code, f.event_id, false AS is_launch
          FROM core.fact_cooperative_formed f
         WHERE f.occurred_on <= d AND f.mosque_code IS NOT NULL
        UNION ALL
        SELECT f.mosque_code, f.cooperative_code, f.place_code, f.occurred_on,
               f.occurred_at, f.agency_code, f.event_id, true
          FROM core.fact_cooperative_launched f
         WHERE f.occurred_on <= d AND f.mosque_code IS NOT NULL
    ), pair AS (      -- lies where it was last launched, else last formed
        SELECT DISTINCT ON (f.mosque_code, f.cooperative_code)
               f.mosque_code, f.cooperative_code, f.place_code, f.occurred_on
          FROM fact f
         ORDER BY f.mosque_code, f.cooperative_code, f.is_launch DESC,
                  f.occurred_on DESC, f.occurred_at DESC NULLS LAST,
                  f.agency_code DESC, f.event_id DESC
    )
    SELECT mosque_code, cooperative_code, f.formed_on, l.launched_on,
           l.product_code,
           core.on_day(p.province, p.from_on, pair.occurred_on),
           core.on_day(p.county, p.from_on, pair.occurred_on),
           core.on_day(p.settlement, p.from_on, pair.occurred_on),
           core.neighbourhood(pair.place_code)
      FROM pair
      LEFT JOIN launched l USING (mosque_code, cooperative_code)
      LEFT JOIN formed f USING (cooperative_code)
      LEFT JOIN core.place_history p
        ON p.base_code = split_part(pair.place_code, '-', 1);
END $$;

-- ---------------------------------------------------------------------- fund

CREATE FUNCTION report.fund_as_of(d date)
RETURNS TABLE (fund_code text, created_on date, province_code text,
               county_code text, settlement_code text,
               neighbourhood_code text, mosque_code text,
               members_count integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET jit = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH created AS (
        SELECT DISTINCT ON (f.fund_code) f.*,
               min(f.occurred_on) OVER (PARTITION BY f.fund_code) AS first_on
          FROM core.fact_fund_created f
         WHERE f.occurred_on <= d
         ORDER BY f.fund_code, f.occurred_on DESC,
                  f.occurred_at DESC NULLS LAST, f.agency_code DESC,
                  f.event_id DESC
    )
    SELECT c.fund_code, c.first_on,
           core.on_day(p.province, p.from_on, c.occurred_on),
           core.on_day(p.county, p.from_on, c.occurred_on),
           core.on_day(p.settlement, p.from_on, c.occurred_on),
           core.neighbourhood(c.place_code),
           c.mosque_code, c.members_count
      FROM created c
      LEFT JOIN core.place_history p
        ON p.base_code = split_part(c.place_code, '-', 1);
END $$;

-- ------------------------------------------------------------------- project

-- Kept at write time: 068_projects.
CREATE FUNCTION report.project_credit_as_of(d date)
RETURNS TABLE (project_code text, fiscal_year integer, credit numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET jit = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.project_code, p.part, p.credit
      FROM core.project_as_of(d) p
     WHERE p.type_id = 137;
END $$;

CREATE FUNCTION report.project_as_of(d date)
RETURNS TABLE (project_code text, project_kind text, province_code text,
               county_code text, settlement_code text,
               neighbourhood_code text, credit jsonb, credit_total numeric,
               started_on date, physical_progress_pct integer,
               completed_on date, in_operation_on date, planned_end_on date)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET jit = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT * FROM core.project_as_of(d)
    ), state AS (
        SELECT p.project_code, count(*) AS parts, max(p.last_on) AS last_on,
               min(p.project_kind) AS project_kind,
               min(p.place_code) AS place_code,
               count(*) FILTER (WHERE p.type_id = 137) AS years,
               min(p.part) FILTER (WHERE p.type_id = 137) AS year,
               sum(p.credit) AS credit_total,
               min(p.first_on) FILTER (WHERE p.type_id = 138) AS started_on,
               min(p.number) FILTER (WHERE p.type_id = 138) AS planned_end,
               min(p.number) FILTER (WHERE p.type_id = 139) AS progress,
               min(p.first_on) FILTER (WHERE p.type_id = 140) AS completed_on,
               min(p.first_on) FILTER (WHERE p.type_id = 140 AND p.part = 1)
                   AS in_operation_on
          FROM part p
         GROUP BY p.project_code
    ), several AS (       -- an aggregate costs more than one pair
        SELECT p.project_code, jsonb_object_agg(p.part, p.credit) AS credit
          FROM part p
          JOIN state s USING (project_code)
         WHERE p.type_id = 137 AND s.years > 1
         GROUP BY p.project_code
    ), last AS (          -- nor has one part to be sorted
        SELECT DISTINCT ON (p.project_code) p.project_code, p.project_kind,
               p.place_code, p.last_on
          FROM part p
          JOIN state s USING (project_code)
         WHERE s.parts > 1
         ORDER BY p.project_code, p.last_on DESC, p.last_at DESC,
                  p.last_agency DESC, p.last_event DESC
    )
    SELECT project_code, coalesce(l.project_kind, s.project_kind),
           core.on_day(p.province, p.from_on, s.last_on),
           core.on_day(p.county, p.from_on, s.last_on),
           core.on_day(p.settlement, p.from_on, s.last_on),
           core.neighbourhood(coalesce(l.place_code, s.place_code)),
           CASE s.years WHEN 0 THEN '{}'
                        WHEN 1 THEN jsonb_build_object(s.year, s.credit_total)
                        ELSE y.credit END,
           s.credit_total, s.started_on, s.progress::integer, s.completed_on,
           s.in_operation_on, date '1970-01-01' + s.planned_end::integer
      FROM state s
      LEFT JOIN last l USING (project_code)
      LEFT JOIN several y USING (project_code)
      LEFT JOIN core.place_history p
        ON p.base_code
           = split_part(coalesce(l.place_code, s.place_code), '-', 1);
END $$;

-- --------------------------------------------------------------- all the time

CREATE VIEW report.council AS SELECT * FROM report.council_as_of('infinity');
CREATE VIEW report.school AS SELECT * FROM report.school_as_of('infinity');
CREATE VIEW report.mosque_cooperative AS
    SELECT * FROM report.mosque_cooperative_as_of('infinity');
CREATE VIEW report.fund AS SELECT * FROM report.fund_as_of('infinity');
CREATE VIEW report.project AS SELECT * FROM report.project_as_of('infinity');
CREATE VIEW report.project_credit AS
    SELECT * FROM report.project_credit_as_of('infinity');

-- ------------------------------------------------------------------- summary

-- The governor's figures: states of entities, never sums of events.
CREATE FUNCTION report.governor_summary(
    as_of date DEFAULT (now() AT TIME ZONE 'Asia/Tehran')::date)
RETURNS TABLE (figure text, label_fa text, label_en text, value bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
WITH live AS (
    SELECT count(DISTINCT neighbourhood_code) AS everywhere,
           count(DISTINCT neighbourhood_code)
               FILTER (WHERE settlement_code = 'c1195') AS ardabil_city
      FROM report.council_as_of(as_of)
     WHERE status IN ('ACTIVE', 'SUSPENDED')
), mosque AS (
    SELECT count(DISTINCT mosque_code) AS launched
      FROM report.mosque_cooperative_as_of(as_of)
     WHERE launched_on IS NOT NULL
), school AS (
    SELECT count(*) AS rebuilt_and_open
      FROM report.school_as_of(as_of)
     WHERE programme = 'SCHOOL_BUILDING_MOVEMENT' AND opened_on >= rebuilt_on
)
SELECT figure.*
  FROM live, mosque, school, LATERAL (VALUES
       ('councils',
        'محله‌های دارای شورای پیشرفت',
        'Neighbourhoods with a progress council',
        live.everywhere),
       ('councils_ardabil_city',
        'محله‌های دارای شورای پیشرفت در شهر اردبیل',
        'Neighbourhoods with a progress council in the city of Ardabil',
        live.ardabil_city),
       ('councils_elsewhere',
        'محله‌های دارای شورای پیشرفت در بقیه استان',
        'Neighbourhoods with a progress council in the rest of the province',
        live.everywhere - live.ardabil_city),
       ('mosques_with_cooperative',
        'مساجد دارای تعاونی تولیدی راه‌اندازی‌شده',
        'Mosques with a productive cooperative that was launched',
        mosque.launched),
       ('schools_rebuilt_and_open',
        'مدرسه‌های بازسازی‌شده در نهضت ساخت مدرسه که به بهره‌برداری رسیده‌اند',
        'Schools rebuilt in the School-Building Movement and in operation',
        school.rebuilt_and_open)) AS figure
$$;
