-- SPDX-License-Identifier: Apache-2.0
-- ۲۸. نسبت به ماه قبل و همان ماه سال قبل (شمسی) چه تغییری داشتیم؟
-- 28. What changed against last month, and against the same Solar Hijri month last year?
--
-- This month is not over, so of each month the same days count: 1 to 21.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
, month AS (
    SELECT (today.j_year - c.j_year) * 12 + today.j_month - c.j_month
               AS months_ago,
           min(c.date) AS first_on, max(c.date) AS last_on
      FROM params
      JOIN report.calendar today ON today.date = params.day
      JOIN report.calendar c ON c.date BETWEEN params.day - 400 AND params.day
                            AND c.j_day <= today.j_day
     GROUP BY months_ago
), act AS (
    SELECT m.months_ago, d.event_type, d.events
      FROM month m
     CROSS JOIN LATERAL (
           SELECT event_type, sum(events) AS events
             FROM report.agency_daily
            WHERE occurred_on BETWEEN m.first_on AND m.last_on
            GROUP BY event_type) AS d
     WHERE m.months_ago IN (0, 1, 12)
)
SELECT event_type, t.label_fa AS act_fa, t.label_en AS act_en,
       coalesce(sum(a.events) FILTER (WHERE a.months_ago = 0), 0)
           AS this_month,
       coalesce(sum(a.events) FILTER (WHERE a.months_ago = 1), 0)
           AS last_month,
       coalesce(sum(a.events) FILTER (WHERE a.months_ago = 12), 0)
           AS last_year,
       coalesce(sum(a.events) FILTER (WHERE a.months_ago = 0), 0)
       - coalesce(sum(a.events) FILTER (WHERE a.months_ago = 1), 0)
           AS against_last_month,
       coalesce(sum(a.events) FILTER (WHERE a.months_ago = 0), 0)
       - coalesce(sum(a.events) FILTER (WHERE a.months_ago = 12), 0)
           AS against_last_year
  FROM act a
  JOIN report.event_type t USING (event_type)
 WHERE t.kind = 'act'
 GROUP BY event_type, t.label_fa, t.label_en
 ORDER BY event_type;
