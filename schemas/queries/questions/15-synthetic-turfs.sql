-- SPDX-License-Identifier: Apache-2.0
-- ۱۵. در یک سال گذشته چند چمن مصنوعی و چه مساحتی احداث شد؟
-- 15. How many synthetic turfs, of what area, were built in the past year?
--
-- The first row is the whole province.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT f.county_code, p.name_fa AS county_fa, p.name_en AS county_en,
       sum(f.events) AS turfs, sum(f.area_m2) AS area_m2
  FROM params
  JOIN report.sport_facility_built_daily f
    ON f.occurred_on > params.day - 365 AND f.occurred_on <= params.day
  JOIN report.place_as_of(params.day, 'county') p ON p.place_code = f.county_code
 WHERE f.facility = 'SYNTHETIC_TURF'
 GROUP BY GROUPING SETS ((f.county_code, p.name_fa, p.name_en), ())
 ORDER BY f.county_code NULLS FIRST;
