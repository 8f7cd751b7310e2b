-- SPDX-License-Identifier: Apache-2.0
-- ۹. این ماه چند ملاقات مردمی در روز چهارشنبه برگزار شد و چند تا خارج از دستگاه‌ها بود؟
-- 9. How many public meetings were held this month on a Wednesday, and how many of them outside the agencies?
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT c.j_year, c.j_month, c.j_month_name,
       sum(m.events) AS meetings,
       sum(m.events) FILTER (WHERE c.j_dow = 4) AS on_wednesday,
       sum(m.events) FILTER (WHERE c.j_dow = 4
                               AND m.venue_kind <> 'AGENCY_OFFICE')
           AS on_wednesday_outside
  FROM params
  JOIN report.calendar today ON today.date = params.day
  JOIN report.calendar c ON c.j_year = today.j_year
                        AND c.j_month = today.j_month
                        AND c.date <= params.day
  JOIN report.public_meeting_held_daily m ON m.occurred_on = c.date
 GROUP BY c.j_year, c.j_month, c.j_month_name;
