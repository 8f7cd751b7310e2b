-- SPDX-License-Identifier: Apache-2.0
-- ۴. در چند مسجد تعاونی تولیدی راه افتاده است؟
-- 4. In how many mosques has a productive cooperative been launched?
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT count(DISTINCT m.mosque_code) AS mosques
  FROM params
 CROSS JOIN report.mosque_cooperative_as_of(params.day) m
 WHERE m.launched_on IS NOT NULL;
