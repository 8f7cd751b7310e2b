-- SPDX-License-Identifier: Apache-2.0
-- What analysts read that is not of one type: names and totals.
--
-- Every number is of facts in force; a row without such a fact is not shown.
-- Sensitive types are absent wherever a number could be theirs.

-- --------------------------------------------------------------------- names

CREATE VIEW report.event_type AS
SELECT event_type, domain, kind, reporting, sensitive, label_fa, label_en,
       finest_place, coarsest_place
  FROM core.event_type;

CREATE VIEW report.measure AS
SELECT t.event_type, f.field AS measure, f.unit, f.label_fa, f.label_en
  FROM core.field f
  JOIN core.event_type t USING (type_id)
 WHERE f.measure_slot IS NOT NULL;

CREATE VIEW report.symbol AS
SELECT t.event_type, s.field, s.symbol, s.label_fa, s.label_en, s.position
  FROM core.symbol s
  JOIN core.event_type t USING (type_id);

CREATE VIEW report.agency AS
SELECT agency_code, label_fa, label_en FROM core.agency;

CREATE VIEW report.lookup AS
SELECT list, code, label_fa, label_en FROM core.lookup;

-- Neighbourhoods that only a fact names have no name, and lie where their
-- city or village lies by its last span.
CREATE VIEW report.place AS
SELECT place_code, level, name_fa, name_en, province_code, county_code,
       settlement_code, valid_from, valid_to, described, is_underprivileged
  FROM core.place
UNION ALL
SELECT d.place_code, 'neighbourhood', NULL, NULL,
       core.on_day(p.province, p.from_on, 'infinity'),
       core.on_day(p.county, p.from_on, 'infinity'),
       core.on_day(p.settlement, p.from_on, 'infinity'),
       NULL, NULL, false, NULL
  FROM (SELECT DISTINCT place_code FROM core.daily WHERE events > 0) AS d
  LEFT JOIN core.place_history p
    ON p.base_code = split_part(d.place_code, '-', 1)
 WHERE d.place_code LIKE '%-%'
   AND NOT EXISTS (SELECT FROM core.place q
                    WHERE q.place_code = d.place_code);

-- One row a place: its span on that day, by the rule of core.place_history.
-- Join this for names; report.place has a row for each span. Of one level if
-- `of_level` is given, and only those with a name if `only_named`: the
-- others have to be looked for in the totals.
CREATE FUNCTION report.place_as_of(d date, of_level text DEFAULT NULL,
                                   only_named boolean DEFAULT false)
RETURNS TABLE (place_code text, level text, name_fa text, name_en text,
               province_code text, county_code text, settlement_code text,
               described boolean, is_underprivileged boolean)
LANGUAGE sql STABLE COST 10000 ROWS 500
SET search_path = pg_catalog, pg_temp AS $$
SELECT DISTINCT ON (p.place_code)
       p.place_code, p.level, p.name_fa, p.name_en, p.province_code,
       p.county_code, p.settlement_code, p.described, p.is_underprivileged
  FROM report.place p
 CROSS JOIN LATERAL (SELECT coalesce(p.valid_from, '-infinity'))
       AS span (from_on)
 WHERE (of_level IS NULL OR p.level = of_level)
   AND (NOT only_named OR p.name_fa IS NOT NULL)
 ORDER BY p.place_code, from_on <= d DESC,
          CASE WHEN from_on <= d THEN from_on END DESC, from_on
$$;

-- -------------------------------------------------------------------- totals

-- Each type is summed by itself (LATERAL): a query for one type or some days
-- reads only their rows; names are joined to what has been summed.
CREATE VIEW report.event_daily AS
SELECT t.event_type,
       d.occurred_on,
       core.on_day(p.province, p.from_on, d.occurred_on) AS province_code,
       core.on_day(p.county, p.from_on, d.occurred_on) AS county_code,
       core.on_day(p.settlement, p.from_on, d.occurred_on) AS settlement_code,
       core.neighbourhood(d.place_code) AS neighbourhood_code,
       a.agency_code,
       d.events,
       d.place_code
  FROM core.event_type t
 CROSS JOIN LATERAL (
       SELECT d.occurred_on, d.place_code, d.agency_id,
              sum(d.events)::bigint AS events
         FROM core.daily d
        WHERE d.type_id = t.type_id AND d.events > 0
        GROUP BY d.occurred_on, d.place_code, d.agency_id) AS d
  LEFT JOIN core.agency a USING (agency_id)
  LEFT JOIN core.place_history p
    ON p.base_code = split_part(d.place_code, '-', 1)
 WHERE NOT t.sensitive AND t.kind IN ('act', 'plan');

-- Without places: what asks for all types over years reads this.
CREATE VIEW report.agency_daily AS
SELECT t.event_type, p.occurred_on, a.agency_code, p.events
  FROM core.event_type t
 CROSS JOIN LATERAL (
       SELECT p.occurred_on, p.agency_id, sum(p.events)::bigint AS events
         FROM core.posted p
        WHERE p.type_id = t.type_id AND p.events > 0
        GROUP BY p.occurred_on, p.agency_id) AS p
  LEFT JOIN core.agency a USING (agency_id)
 WHERE NOT t.sensitive AND t.kind IN ('act', 'plan');

-- From which day to which something was done (or planned) at a place.
CREATE VIEW report.activity AS
SELECT t.event_type, d.place_code,
       core.neighbourhood(d.place_code) AS neighbourhood_code,
       d.first_on, d.last_on
  FROM (SELECT type_id, place_code, min(occurred_on) AS first_on,
               max(occurred_on) AS last_on
          FROM core.daily
         WHERE events > 0
         GROUP BY type_id, place_code) AS d
  JOIN core.event_type t USING (type_id)
 WHERE NOT t.sensitive AND t.kind IN ('act', 'plan');

CREATE VIEW report.measure_daily AS
SELECT t.event_type,
       f.field AS measure,
       f.unit,
       d.occurred_on,
       core.on_day(p.province, p.from_on, d.occurred_on) AS province_code,
       core.on_day(p.county, p.from_on, d.occurred_on) AS county_code,
       core.on_day(p.settlement, p.from_on, d.occurred_on) AS settlement_code,
       core.neighbourhood(d.place_code) AS neighbourhood_code,
       a.agency_code,
       d.total,
       d.events
  FROM core.event_type t
  JOIN core.field f USING (type_id)
 CROSS JOIN LATERAL (
       SELECT d.occurred_on, d.place_code, d.agency_id,
              sum(m.total) AS total, sum(m.events)::bigint AS events
         FROM core.daily d
        CROSS JOIN LATERAL (
              SELECT CASE f.measure_slot
                     WHEN 1 THEN d.sum_1 WHEN 2 THEN d.sum_2
                     WHEN 3 THEN d.sum_3 WHEN 4 THEN d.sum_4
                     WHEN 5 THEN d.sum_5 WHEN 6 THEN d.sum_6
                     WHEN 7 THEN d.sum_7 WHEN 8 THEN d.sum_8
                     WHEN 9 THEN d.sum_9 WHEN 10 THEN d.sum_10
                     WHEN 11 THEN d.sum_11 WHEN 12 THEN d.sum_12 END,
                     CASE f.measure_slot
                     WHEN 1 THEN d.by_1 WHEN 2 THEN d.by_2
                     WHEN 3 THEN d.by_3 WHEN 4 THEN d.by_4
                     WHEN 5 THEN d.by_5 WHEN 6 THEN d.by_6
                     WHEN 7 THEN d.by_7 WHEN 8 THEN d.by_8
                     WHEN 9 THEN d.by_9 WHEN 10 THEN d.by_10
                     WHEN 11 THEN d.by_11 WHEN 12 THEN d.by_12 END)
              AS m (total, events)
        WHERE d.type_id = t.type_id AND m.events > 0
        GROUP BY d.occurred_on, d.place_code, d.agency_id) AS d
  LEFT JOIN core.agency a USING (agency_id)
  LEFT JOIN core.place_history p
    ON p.base_code = split_part(d.place_code, '-', 1)
 WHERE f.measure_slot IS NOT NULL AND NOT t.sensitive;
