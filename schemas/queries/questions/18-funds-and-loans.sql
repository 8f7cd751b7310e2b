-- SPDX-License-Identifier: Apache-2.0
-- ۱۸. چند صندوق قرض‌الحسنه و چه مبلغی وام؟
-- 18. How many interest-free loan funds, and loans of what amount?
--
-- A month of a county with fewer than 5 loans is withheld, and not in the sums.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
, fund AS (
    SELECT f.county_code, count(*) AS funds
      FROM params
     CROSS JOIN report.fund_as_of(params.day) f
     GROUP BY f.county_code
), loan AS (
    SELECT m.county_code, sum(m.loans_count) AS loans,
           sum(m.amount) AS amount,
           count(*) FILTER (WHERE m.withheld) AS months_withheld
      FROM params
     CROSS JOIN report.fund_loans_granted_monthly m
      JOIN report.calendar c
        ON c.j_year = m.j_year AND c.j_month = m.j_month AND c.j_day = 1
     WHERE c.date <= params.day
     GROUP BY m.county_code
)
SELECT p.place_code AS county_code, p.name_fa AS county_fa,
       p.name_en AS county_en,
       coalesce(fund.funds, 0) AS funds, loan.loans,
       loan.amount AS amount_rials,
       coalesce(loan.months_withheld, 0) AS months_withheld
  FROM params
 CROSS JOIN report.place_as_of(params.day, 'county') p
  LEFT JOIN fund ON fund.county_code = p.place_code
  LEFT JOIN loan ON loan.county_code = p.place_code
 ORDER BY p.place_code;
