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
    WITH fact AS (
        SELECT council_code, NULL AS status, council_phase, occurred_on,
               occurred_at, agency_code, event_id, true AS is_formation
          FROM core.fact_council_formed
         WHERE occurred_on <= d
        UNION ALL
        SELECT council_code, status, council_phase, occurred_on, occurred_at,
               agency_code, event_id, false
          FROM core.fact_council_status_changed
         WHERE occurred_on <= d
    ), formed AS (
        SELECT f.council_code, min(f.occurred_on) AS formed_on,
               regexp_replace(f.council_code, '-[^-]*$', '')
                   AS neighbourhood_code
          FROM fact f
         WHERE f.is_formation
         GROUP BY f.council_code
    ), changed AS (
        SELECT DISTINCT ON (f.council_code) f.council_code, f.status
          FROM fact f
         WHERE NOT f.is_formation
         ORDER BY f.council_code, f.occurred_on DESC,
                  f.occurred_at DESC NULLS LAST, f.agency_code DESC,
                  f.event_id DESC
    ), phased AS (
        SELECT DISTINCT ON (f.council_code) f.council_code, f.council_phase
          FROM fact f
         WHERE f.council_phase IS NOT NULL
         ORDER BY f.council_code, f.occurred_on DESC,
                  f.occurred_at DESC NULLS LAST, f.agency_code DESC,
                  f.event_id DESC
    ), met AS (
        SELECT f.council_code, max(f.occurred_on) AS last_meeting_on
          FROM core.fact_council_meeting_held f
         WHERE f.occurred_on <= d
         GROUP BY f.council_code
    )
    SELECT council_code, p.province_code, p.county_code, p.settlement_code,
           f.neighbourhood_code, f.formed_on,
           coalesce(c.status, 'ACTIVE'), h.council_phase, m.last_meeting_on
      FROM formed f
      LEFT JOIN changed c USING (council_code)
      LEFT JOIN phased h USING (council_code)
      LEFT JOIN met m USING (council_code)
      LEFT JOIN core.place_span p
        ON p.base_code = split_part(f.neighbourhood_code, '-', 1)
       AND p.from_on <= f.formed_on AND f.formed_on < p.to_on;
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
           p.province_code, p.county_code, p.settlement_code,
           core.neighbourhood(coalesce(r.place_code, o.place_code)),
           r.classrooms_count, r.area_m2,
           core.current_rials(r.amount, r.currency_unit), o.pupils_capacity
      FROM rebuilt r
      FULL JOIN opened o USING (school_code)
      LEFT JOIN core.place_span p
        ON p.base_code
           = split_part(coalesce(r.place_code, o.place_code), '-', 1)
       AND p.from_on <= coalesce(r.occurred_on, o.occurred_on)
       AND coalesce(r.occurred_on, o.occurred_on) < p.to_on;
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
           l.product_code, p.province_code, p.county_code, p.settlement_code,
           core.neighbourhood(pair.place_code)
      FROM pair
      LEFT JOIN launched l USING (mosque_code, cooperative_code)
      LEFT JOIN formed f USING (cooperative_code)
      LEFT JOIN core.place_span p
        ON p.base_code = split_part(pair.place_code, '-', 1)
       AND p.from_on <= pair.occurred_on AND pair.occurred_on < p.to_on;
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
    SELECT c.fund_code, c.first_on, p.province_code, p.county_code,
           p.settlement_code, core.neighbourhood(c.place_code),
           c.mosque_code, c.members_count
      FROM created c
      LEFT JOIN core.place_span p
        ON p.base_code = split_part(c.place_code, '-', 1)
       AND p.from_on <= c.occurred_on AND c.occurred_on < p.to_on;
END $$;

-- ------------------------------------------------------------------- project

CREATE FUNCTION report.project_credit_as_of(d date)
RETURNS TABLE (project_code text, fiscal_year integer, credit numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET jit = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT f.project_code, f.fiscal_year,
           sum(core.current_rials(f.amount, f.currency_unit))
      FROM core.fact_project_credit_allocated f
     WHERE f.occurred_on <= d
     GROUP BY f.project_code, f.fiscal_year;
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
    WITH fact AS (
        SELECT project_code, project_kind, place_code, occurred_on,
               occurred_at, agency_code, event_id, 'credit' AS what,
               NULL::integer AS physical_progress_pct,
               NULL::boolean AS in_operation,
               NULL::date AS planned_end_on
          FROM core.fact_project_credit_allocated
         WHERE occurred_on <= d
        UNION ALL
        SELECT project_code, project_kind, place_code, occurred_on,
               occurred_at, agency_code, event_id, 'start', NULL, NULL,
               planned_end_on
          FROM core.fact_project_started
         WHERE occurred_on <= d
        UNION ALL
        SELECT project_code, project_kind, place_code, occurred_on,
               occurred_at, agency_code, event_id, 'progress',
               physical_progress_pct, NULL, NULL
          FROM core.fact_project_progress_reported
         WHERE occurred_on <= d
        UNION ALL
        SELECT project_code, project_kind, place_code, occurred_on,
               occurred_at, agency_code, event_id, 'completion', NULL,
               in_operation, NULL
          FROM core.fact_project_completed
         WHERE occurred_on <= d
    ), last AS (
        SELECT DISTINCT ON (f.project_code) f.*
          FROM fact f
         ORDER BY f.project_code, f.occurred_on DESC,
                  f.occurred_at DESC NULLS LAST, f.agency_code DESC,
                  f.event_id DESC
    ), progress AS (
        SELECT DISTINCT ON (f.project_code) f.project_code,
               f.physical_progress_pct
          FROM fact f
         WHERE f.what = 'progress'
         ORDER BY f.project_code, f.occurred_on DESC,
                  f.occurred_at DESC NULLS LAST, f.agency_code DESC,
                  f.event_id DESC
    ), planned AS (
        SELECT DISTINCT ON (f.project_code) f.project_code, f.planned_end_on
          FROM fact f
         WHERE f.what = 'start'
         ORDER BY f.project_code, f.occurred_on DESC,
                  f.occurred_at DESC NULLS LAST, f.agency_code DESC,
                  f.event_id DESC
    ), first AS (
        SELECT f.project_code,
               min(f.occurred_on) FILTER (WHERE f.what = 'start')
                   AS started_on,
               min(f.occurred_on) FILTER (WHERE f.what = 'completion')
                   AS completed_on,
               min(f.occurred_on) FILTER (WHERE f.in_operation)
                   AS in_operation_on
          FROM fact f
         GROUP BY f.project_code
    ), allocated AS (
        SELECT c.project_code, jsonb_object_agg(c.fiscal_year, c.credit)
                   AS credit, sum(c.credit) AS credit_total
          FROM report.project_credit_as_of(d) c
         GROUP BY c.project_code
    )
    SELECT project_code, l.project_kind, p.province_code, p.county_code,
           p.settlement_code, core.neighbourhood(l.place_code),
           coalesce(a.credit, '{}'), a.credit_total, f.started_on,
           g.physical_progress_pct, f.completed_on, f.in_operation_on,
           n.planned_end_on
      FROM last l
      JOIN first f USING (project_code)
      LEFT JOIN progress g USING (project_code)
      LEFT JOIN planned n USING (project_code)
      LEFT JOIN allocated a USING (project_code)
      LEFT JOIN core.place_span p
        ON p.base_code = split_part(l.place_code, '-', 1)
       AND p.from_on <= l.occurred_on AND l.occurred_on < p.to_on;
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
