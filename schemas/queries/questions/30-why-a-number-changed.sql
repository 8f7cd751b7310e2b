-- SPDX-License-Identifier: Apache-2.0
-- ۳۰. عدد دیروز چرا با امروز فرق دارد؟
-- 30. Why does yesterday's number differ from today's?
--
-- Corrections and retractions that were applied in the span: here all of them;
-- for the last day, now() - interval '1 day' and now().
WITH params AS (SELECT timestamptz '-infinity' AS from_at,
                       timestamptz 'infinity' AS to_at)
SELECT event_type, t.label_fa AS event_fa, t.label_en AS event_en,
       c.correction_reason, y.label_fa AS reason_fa, y.label_en AS reason_en,
       coalesce(c.measure, 'events') AS measure,
       count(*) AS versions,
       CASE WHEN c.measure IS NULL THEN count(c.old_day)
            ELSE sum(c.old_value) END AS before,
       CASE WHEN c.measure IS NULL THEN count(c.new_day)
            ELSE sum(c.new_value) END AS after
  FROM params
 CROSS JOIN report.correction(params.from_at, params.to_at) c
  JOIN report.event_type t USING (event_type)
  JOIN report.symbol y USING (event_type)
 WHERE y.field = 'correction_reason' AND y.symbol = c.correction_reason
 GROUP BY event_type, t.label_fa, t.label_en, c.correction_reason,
          y.label_fa, y.label_en, c.measure
 ORDER BY event_type, c.correction_reason, c.measure NULLS FIRST;
