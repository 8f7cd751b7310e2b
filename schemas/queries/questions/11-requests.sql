-- SPDX-License-Identifier: Apache-2.0
-- ۱۱. چند درخواست ثبت و چند درصد در جلسه حل شد؟
-- 11. How many requests came, and what share was solved on the spot?
--
-- The share is of meetings that say how many were solved: so their requests count
-- alone.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT c.j_year, c.j_month, c.j_month_name,
       sum(m.events) AS meetings,
       sum(m.requests_count) AS requests,
       sum(m.requests_resolved_count) AS resolved,
       round(100.0 * sum(m.requests_resolved_count)
             / nullif(sum(m.requests_count_with_requests_resolved_count), 0),
             1) AS resolved_percent
  FROM params
  JOIN report.calendar today ON today.date = params.day
  JOIN report.calendar c ON c.j_year = today.j_year AND c.date <= params.day
  JOIN report.public_meeting_held_daily m ON m.occurred_on = c.date
 GROUP BY c.j_year, c.j_month, c.j_month_name
 ORDER BY c.j_year, c.j_month;
