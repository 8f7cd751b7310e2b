-- SPDX-License-Identifier: Apache-2.0
-- ۸. شورای چند محله هنوز پایلوت است؟
-- 8. How many councils are still pilots?
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT c.phase, y.label_fa AS phase_fa, y.label_en AS phase_en,
       count(DISTINCT c.neighbourhood_code) AS neighbourhoods
  FROM params
 CROSS JOIN report.council_as_of(params.day) c
  LEFT JOIN report.symbol y ON y.event_type = 'council_formed'
                           AND y.field = 'council_phase'
                           AND y.symbol = c.phase
 WHERE c.status IN ('ACTIVE', 'SUSPENDED')
 GROUP BY c.phase, y.label_fa, y.label_en
 ORDER BY c.phase;
