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
SELECT d.place_code, 'neighbourhood', NULL, NULL, p.province_code,
       p.county_code, p.settlement_code, NULL, NULL, false, NULL
  FROM (SELECT DISTINCT place_code FROM core.daily
         WHERE events > 0 AND place_code LIKE '%-%') AS d
  LEFT JOIN core.place_span p
    ON p.base_code = split_part(d.place_code, '-', 1)
   AND p.to_on = 'infinity'
 WHERE NOT EXISTS (SELECT FROM core.place q
                    WHERE q.place_code = d.place_code);

-- One row a place: its span on that day, by the rule of core.place_span. Join
-- this for names; report.place has a row for each span.
CREATE FUNCTION report.place_as_of(d date)
RETURNS TABLE (place_code text, level text, name_fa text, name_en text,
               province_code text, county_code text, settlement_code text,
               described boolean, is_underprivileged boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
SELECT DISTINCT ON (p.place_code)
       p.place_code, p.level, p.name_fa, p.name_en, p.province_code,
       p.county_code, p.settlement_code, p.described, p.is_underprivileged
  FROM report.place p
 CROSS JOIN LATERAL (SELECT coalesce(p.valid_from, '-infinity'))
       AS span (from_on)
 ORDER BY p.place_code, from_on <= d DESC,
          CASE WHEN from_on <= d THEN from_on END DESC, from_on
$$;

-- -------------------------------------------------------------------- totals

CREATE VIEW report.event_daily AS
SELECT t.event_type,
       d.occurred_on,
       p.province_code,
       p.county_code,
       p.settlement_code,
       core.neighbourhood(d.place_code) AS neighbourhood_code,
       a.agency_code,
       sum(d.events)::bigint AS events
  FROM core.daily d
  JOIN core.event_type t USING (type_id)
  JOIN core.agency a USING (agency_id)
  LEFT JOIN core.place_span p
    ON p.base_code = split_part(d.place_code, '-', 1)
   AND p.from_on <= d.occurred_on AND d.occurred_on < p.to_on
 WHERE d.events > 0 AND NOT t.sensitive AND t.kind IN ('act', 'plan')
 GROUP BY t.type_id, d.occurred_on, d.place_code, a.agency_id,
          p.province_code, p.county_code, p.settlement_code;

CREATE VIEW report.measure_daily AS
SELECT t.event_type,
       f.field AS measure,
       f.unit,
       d.occurred_on,
       p.province_code,
       p.county_code,
       p.settlement_code,
       core.neighbourhood(d.place_code) AS neighbourhood_code,
       a.agency_code,
       sum(m.total) AS total,
       sum(m.events)::bigint AS events
  FROM core.daily d
  JOIN core.event_type t USING (type_id)
  JOIN core.field f USING (type_id)
  JOIN core.agency a USING (agency_id)
  LEFT JOIN core.place_span p
    ON p.base_code = split_part(d.place_code, '-', 1)
   AND p.from_on <= d.occurred_on AND d.occurred_on < p.to_on
 CROSS JOIN LATERAL (
       SELECT CASE f.measure_slot
              WHEN 1 THEN d.sum_1 WHEN 2 THEN d.sum_2 WHEN 3 THEN d.sum_3
              WHEN 4 THEN d.sum_4 WHEN 5 THEN d.sum_5 WHEN 6 THEN d.sum_6
              WHEN 7 THEN d.sum_7 WHEN 8 THEN d.sum_8 WHEN 9 THEN d.sum_9
              WHEN 10 THEN d.sum_10 WHEN 11 THEN d.sum_11 WHEN 12 THEN d.sum_12 END,
              CASE f.measure_slot
              WHEN 1 THEN d.by_1 WHEN 2 THEN d.by_2 WHEN 3 THEN d.by_3
              WHEN 4 THEN d.by_4 WHEN 5 THEN d.by_5 WHEN 6 THEN d.by_6
              WHEN 7 THEN d.by_7 WHEN 8 THEN d.by_8 WHEN 9 THEN d.by_9
              WHEN 10 THEN d.by_10 WHEN 11 THEN d.by_11 WHEN 12 THEN d.by_12 END)
       AS m (total, events)
 WHERE m.events > 0 AND f.measure_slot IS NOT NULL AND NOT t.sensitive
 GROUP BY t.type_id, f.type_id, f.field, d.occurred_on, d.place_code,
          a.agency_id, p.province_code, p.county_code, p.settlement_code;
