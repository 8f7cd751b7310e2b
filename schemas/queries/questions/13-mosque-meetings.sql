-- SPDX-License-Identifier: Apache-2.0
-- ۱۳. چند جلسه با ائمه جماعت در مساجد برگزار شد؟
-- 13. How many meetings with prayer leaders were held in mosques?
--
-- This Solar Hijri year, by county.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT m.county_code, p.name_fa AS county_fa, p.name_en AS county_en,
       sum(m.events) AS meetings,
       count(DISTINCT m.mosque_code) AS mosques,
       sum(m.prayer_leaders_count) AS prayer_leaders
  FROM params
  JOIN report.calendar today ON today.date = params.day
  JOIN report.calendar c ON c.j_year = today.j_year AND c.date <= params.day
  JOIN report.mosque_meeting_held_daily m ON m.occurred_on = c.date
  JOIN report.place_as_of(params.day, 'county') p ON p.place_code = m.county_code
 GROUP BY m.county_code, p.name_fa, p.name_en
 ORDER BY meetings DESC, m.county_code;
