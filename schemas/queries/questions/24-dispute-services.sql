-- SPDX-License-Identifier: Apache-2.0
-- ۲۴. چند محله خدمت حل اختلاف دارد و نرخ صلح چقدر است؟
-- 24. How many neighbourhoods have a dispute service, and what is the settlement rate?
--
-- A month of a county with fewer than 5 cases is withheld, and not in the rate.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
, service AS (
    SELECT d.county_code, count(DISTINCT d.neighbourhood_code) AS neighbourhoods
      FROM params
      JOIN report.dispute_service_started_daily d
        ON d.occurred_on <= params.day
     GROUP BY d.county_code
), dispute AS (
    SELECT m.county_code, sum(m.received_count) AS received,
           sum(m.settled_count) AS settled,
           count(*) FILTER (WHERE m.withheld) AS months_withheld
      FROM params
     CROSS JOIN report.disputes_settled_monthly m
      JOIN report.calendar c
        ON c.j_year = m.j_year AND c.j_month = m.j_month AND c.j_day = 1
     WHERE c.date <= params.day
     GROUP BY m.county_code
)
SELECT p.place_code AS county_code, p.name_fa AS county_fa,
       p.name_en AS county_en,
       coalesce(service.neighbourhoods, 0) AS neighbourhoods,
       dispute.received, dispute.settled,
       round(100.0 * dispute.settled / nullif(dispute.received, 0), 1)
           AS settled_percent,
       coalesce(dispute.months_withheld, 0) AS months_withheld
  FROM params
 CROSS JOIN report.place_as_of(params.day, 'county') p
  LEFT JOIN service ON service.county_code = p.place_code
  LEFT JOIN dispute ON dispute.county_code = p.place_code
 ORDER BY p.place_code;
