-- SPDX-License-Identifier: Apache-2.0
-- ۱. در چند محله استان شورای پیشرفت تشکیل شده است؟
-- 1. In how many neighbourhoods of the province has a progress council been formed?
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT count(DISTINCT c.neighbourhood_code) AS neighbourhoods
  FROM params
 CROSS JOIN report.council_as_of(params.day) c
 WHERE c.status IN ('ACTIVE', 'SUSPENDED');
