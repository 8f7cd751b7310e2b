-- SPDX-License-Identifier: Apache-2.0
-- ۷. چند مدرسه بازسازی شده ولی هنوز باز نشده است؟
-- 7. How many are rebuilt but not yet open?
--
-- An opening before the rebuilding does not count.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT s.programme, y.label_fa AS programme_fa, y.label_en AS programme_en,
       count(*) AS schools
  FROM params
 CROSS JOIN report.school_as_of(params.day) s
  JOIN report.symbol y ON y.event_type = 'school_rebuilt'
                      AND y.field = 'school_programme'
                      AND y.symbol = s.programme
 WHERE s.rebuilt_on IS NOT NULL
   AND (s.opened_on IS NULL OR s.opened_on < s.rebuilt_on)
 GROUP BY s.programme, y.label_fa, y.label_en
 ORDER BY schools DESC, s.programme;
