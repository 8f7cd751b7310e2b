-- SPDX-License-Identifier: Apache-2.0
-- ۲۷. نسبت برنامه به انجام چقدر است؟
-- 27. How much of what was planned has been done?
--
-- Plans that were due: done is what the neighbourhood did of that type between
-- the plan and the day it was due, at most as much as was planned. A plan without
-- a number is for one. What is done of a sensitive type is published by month and
-- county alone, so plans of such a type are not asked about.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
, plan AS (
    SELECT p.event_id, p.agency_code, p.neighbourhood_code,
           p.planned_event_type AS event_type, p.occurred_on,
           coalesce(p.due_on, params.day) AS due_on,
           coalesce(p.planned_count, 1) AS planned
      FROM params
      JOIN report.activity_planned_event p ON p.occurred_on <= params.day
      JOIN report.event_type t ON t.event_type = p.planned_event_type
     WHERE NOT t.sensitive AND t.kind IN ('act', 'plan')
       AND coalesce(p.due_on, params.day) <= params.day
), outcome AS (
    SELECT plan.event_type, plan.planned,
           least(plan.planned, coalesce(d.events, 0)) AS done
      FROM plan
     CROSS JOIN LATERAL (
           SELECT sum(d.events) AS events
             FROM report.event_daily d
            WHERE d.event_type = plan.event_type
              AND d.place_code = plan.neighbourhood_code
              AND d.occurred_on BETWEEN plan.occurred_on AND plan.due_on) AS d
)
SELECT event_type, t.label_fa AS planned_fa, t.label_en AS planned_en,
       count(*) AS plans, sum(o.planned) AS planned, sum(o.done) AS done,
       round(100.0 * sum(o.done) / nullif(sum(o.planned), 0), 1) AS done_percent
  FROM outcome o
  JOIN report.event_type t USING (event_type)
 GROUP BY event_type, t.label_fa, t.label_en
 ORDER BY done_percent, event_type;
