-- SPDX-License-Identifier: Apache-2.0
-- ۲۰. کدام پروژه‌ها اعتبار گرفته‌اند ولی شروع نشده‌اند یا از موعد گذشته‌اند؟
-- 20. Which projects have credit but no start, or are overdue?
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT project.project_code, y.label_fa AS kind_fa, y.label_en AS kind_en,
       county.name_fa AS county_fa, county.name_en AS county_en,
       CASE WHEN project.started_on IS NULL THEN 'not started'
            ELSE 'overdue' END AS problem,
       project.credit_total AS credit_rials, project.started_on,
       project.planned_end_on, project.physical_progress_pct,
       params.day - project.planned_end_on AS days_overdue
  FROM params
 CROSS JOIN report.project_as_of(params.day) project
  JOIN report.symbol y ON y.event_type = 'project_credit_allocated'
                      AND y.field = 'project_kind'
                      AND y.symbol = project.project_kind
  LEFT JOIN report.place_as_of(params.day, 'county') county
    ON county.place_code = project.county_code
 WHERE project.credit_total > 0
   AND project.completed_on IS NULL
   AND (project.started_on IS NULL OR project.planned_end_on < params.day)
 ORDER BY problem, days_overdue DESC, project.project_code;
