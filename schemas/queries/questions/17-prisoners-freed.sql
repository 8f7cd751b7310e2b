-- SPDX-License-Identifier: Apache-2.0
-- ۱۷. چند زندانی غیرعمد آزاد شد، به تفکیک شهرستان و ماه؟
-- 17. How many prisoners (unintentional offences) were freed, by county and month?
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT m.j_year, m.j_month, c.j_month_name, m.county_code,
       p.name_fa AS county_fa, p.name_en AS county_en,
       m.freed_count AS freed, m.debt_settled AS debt_settled_rials
  FROM params
 CROSS JOIN report.prisoners_freed_monthly m
  JOIN report.calendar c
    ON c.j_year = m.j_year AND c.j_month = m.j_month AND c.j_day = 1
  JOIN report.place_as_of(params.day, 'county') p ON p.place_code = m.county_code
 WHERE c.date <= params.day
 ORDER BY m.j_year, m.j_month, m.county_code;
