-- SPDX-License-Identifier: Apache-2.0
-- ۲۳. چند بسته امدادی و چند جلسه مشاوره از بهزیستی و هلال احمر؟
-- 23. How many relief packages and counselling sessions, by Behzisti and the Red Crescent?
--
-- Counselling is published by month and county alone, not by agency; cells with
-- fewer than 5 clients, or an unknown number, are withheld.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
, relief AS (
    SELECT r.agency_code, sum(r.packages_count) AS packages
      FROM params
      JOIN report.relief_items_provided_daily r ON r.occurred_on <= params.day
     WHERE r.agency_code IN ('behzisti', 'red_crescent')
     GROUP BY r.agency_code
), counselling AS (
    SELECT sum(m.sessions_count) AS sessions,
           count(*) FILTER (WHERE m.withheld) AS cells_withheld
      FROM params
     CROSS JOIN report.counselling_provided_monthly m
      JOIN report.calendar c
        ON c.j_year = m.j_year AND c.j_month = m.j_month AND c.j_day = 1
     WHERE c.date <= params.day
)
SELECT t.event_type AS service, t.label_fa AS service_fa,
       t.label_en AS service_en, a.agency_code, a.label_fa AS agency_fa,
       a.label_en AS agency_en, relief.packages AS quantity,
       NULL::bigint AS cells_withheld
  FROM relief
  JOIN report.agency a USING (agency_code)
  JOIN report.event_type t ON t.event_type = 'relief_items_provided'
UNION ALL
SELECT t.event_type, t.label_fa, t.label_en, NULL, NULL, NULL,
       counselling.sessions, counselling.cells_withheld
  FROM counselling
  JOIN report.event_type t ON t.event_type = 'counselling_provided'
 ORDER BY service DESC, agency_code;
