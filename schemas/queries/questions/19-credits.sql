-- SPDX-License-Identifier: Apache-2.0
-- ۱۹. اعتبار تخصیص‌یافته هر سال مالی به تفکیک طرح هادی و هدف گردشگری چقدر است و چند پروژه تمام شد؟
-- 19. What is the credit of each fiscal year for Hadi plans and tourism targets, and how many projects were completed?
--
-- A row without a fiscal year is the kind as a whole; a project with credit of
-- several years counts once there.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT p.project_kind, y.label_fa AS kind_fa, y.label_en AS kind_en,
       c.fiscal_year::integer, sum(c.credit::numeric) AS credit_rials,
       count(DISTINCT project_code) AS projects,
       count(DISTINCT project_code) FILTER (WHERE p.completed_on IS NOT NULL)
           AS completed
  FROM params
 CROSS JOIN report.project_as_of(params.day) p
 CROSS JOIN jsonb_each_text(p.credit) AS c (fiscal_year, credit)
  JOIN report.symbol y ON y.event_type = 'project_credit_allocated'
                      AND y.field = 'project_kind'
                      AND y.symbol = p.project_kind
 WHERE p.project_kind IN ('HADI_PLAN', 'TOURISM_TARGET')
 GROUP BY p.project_kind, y.label_fa, y.label_en,
          GROUPING SETS ((c.fiscal_year), ())
 ORDER BY p.project_kind, c.fiscal_year NULLS LAST;
