-- SPDX-License-Identifier: Apache-2.0
-- ۳. در سایر شهرستان‌ها چند محله، به تفکیک شهرستان؟
-- 3. How many in the other counties, by county?
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT c.county_code, p.name_fa AS county_fa, p.name_en AS county_en,
       count(DISTINCT c.neighbourhood_code) AS neighbourhoods
  FROM params
 CROSS JOIN report.council_as_of(params.day) c
  JOIN report.place_as_of(params.day, 'county') p ON p.place_code = c.county_code
 WHERE c.status IN ('ACTIVE', 'SUSPENDED')
   AND c.settlement_code <> 'c1195'
 GROUP BY c.county_code, p.name_fa, p.name_en
 ORDER BY neighbourhoods DESC, c.county_code;
