-- SPDX-License-Identifier: Apache-2.0
-- ۵. تولید پوشاک در کدام شهرستان‌ها انجام می‌شود؟
-- 5. In which counties are clothes produced?
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
, output AS (
    SELECT d.county_code, sum(d.units_count) AS pieces
      FROM params
      JOIN report.production_reported_daily d ON d.occurred_on <= params.day
     WHERE d.product_code = 'CLOTHING'
     GROUP BY d.county_code
)
SELECT m.county_code, p.name_fa AS county_fa, p.name_en AS county_en,
       count(DISTINCT m.mosque_code) AS mosques,
       count(DISTINCT m.cooperative_code) AS cooperatives,
       output.pieces
  FROM params
 CROSS JOIN report.mosque_cooperative_as_of(params.day) m
  JOIN report.place_as_of(params.day, 'county') p ON p.place_code = m.county_code
  LEFT JOIN output ON output.county_code = m.county_code
 WHERE m.product_code = 'CLOTHING'
 GROUP BY m.county_code, p.name_fa, p.name_en, output.pieces
 ORDER BY mosques DESC, m.county_code;
