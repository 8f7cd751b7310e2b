-- SPDX-License-Identifier: Apache-2.0
-- ۲۵. چند کیلومتر محور و چه وزنی پسماند پاک‌سازی شد، با چند تشکل؟
-- 25. How many kilometres of road and what weight of waste were cleaned, with how many organisations?
--
-- An organisation that came twice counts twice.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
, d AS (
    SELECT d.place_kind, sum(d.events) AS cleanups, sum(d.length_m) AS length_m,
           sum(d.waste_kg) AS waste_kg, sum(d.ngo_count) AS organisations
      FROM params
      JOIN report.cleanup_held_daily d ON d.occurred_on <= params.day
     GROUP BY d.place_kind
)
SELECT d.place_kind, y.label_fa AS place_fa, y.label_en AS place_en,
       d.cleanups, round(d.length_m / 1000.0, 1) AS kilometres, d.waste_kg,
       d.organisations
  FROM d
  JOIN report.symbol y ON y.event_type = 'cleanup_held'
                      AND y.field = 'place_kind'
                      AND y.symbol = d.place_kind
 ORDER BY y.position;
