-- SPDX-License-Identifier: Apache-2.0
-- ۲. چند محله آن در شهر اردبیل است؟
-- 2. How many of them are in the city of Ardabil?
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT count(DISTINCT c.neighbourhood_code) AS neighbourhoods
  FROM params
 CROSS JOIN report.council_as_of(params.day) c
 WHERE c.status IN ('ACTIVE', 'SUSPENDED')
   AND c.settlement_code = 'c1195';
