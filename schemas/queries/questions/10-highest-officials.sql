-- SPDX-License-Identifier: Apache-2.0
-- ۱۰. بالاترین مقام حاضر در ملاقات‌ها که بود (استاندار، فرماندار، بخشدار، مدیر)؟
-- 10. Which rank attended the public meetings?
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT m.highest_official, y.label_fa AS official_fa, y.label_en AS official_en,
       sum(m.events) AS meetings,
       round(100 * sum(m.events) / sum(sum(m.events)) OVER (), 1) AS percent
  FROM params
  JOIN report.public_meeting_held_daily m ON m.occurred_on <= params.day
  JOIN report.symbol y ON y.event_type = 'public_meeting_held'
                      AND y.field = 'highest_official'
                      AND y.symbol = m.highest_official
 GROUP BY m.highest_official, y.label_fa, y.label_en, y.position
 ORDER BY y.position;
