-- SPDX-License-Identifier: Apache-2.0
-- ۱۴. در مرحله چندم راه‌اندازی هستیم و کدام شهرستان‌ها مانده‌اند؟
-- 14. Which launch round are we in, and which counties are left?
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT p.place_code AS county_code, p.name_fa AS county_fa,
       p.name_en AS county_en,
       min(v.stage_no) AS first_stage,
       max(max(v.stage_no)) OVER () AS stage_now,
       max(v.stage_no) IS NULL AS is_left
  FROM params
 CROSS JOIN report.place_as_of(params.day, 'county') p
  LEFT JOIN report.council_launch_visit_made_daily v
    ON v.county_code = p.place_code AND v.occurred_on <= params.day
 GROUP BY p.place_code, p.name_fa, p.name_en
 ORDER BY is_left DESC, first_stage, p.place_code;
