-- SPDX-License-Identifier: Apache-2.0
-- ۱۲. کدام شوراها در ۳۰ روز گذشته جلسه نداشته‌اند؟
-- 12. Which councils have not met for 30 days?
--
-- A council that is younger than 30 days is not late.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT c.council_code, p.name_fa AS neighbourhood_fa,
       p.name_en AS neighbourhood_en, county.name_fa AS county_fa,
       county.name_en AS county_en, c.status, c.formed_on, c.last_meeting_on,
       params.day - coalesce(c.last_meeting_on, c.formed_on)
           AS days_without_meeting
  FROM params
 CROSS JOIN report.council_as_of(params.day) c
  LEFT JOIN report.place_as_of(params.day, 'neighbourhood', true) p
    ON p.place_code = c.neighbourhood_code
  LEFT JOIN report.place_as_of(params.day, 'county') county
    ON county.place_code = c.county_code
 WHERE c.status IN ('ACTIVE', 'SUSPENDED')
   AND coalesce(c.last_meeting_on, c.formed_on) < params.day - 30
 ORDER BY days_without_meeting DESC, c.council_code;
