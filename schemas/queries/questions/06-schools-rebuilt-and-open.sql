-- SPDX-License-Identifier: Apache-2.0
-- ۶. چند مدرسه در نهضت ساخت مدرسه بازسازی شده و به بهره‌برداری رسیده است؟
-- 6. How many schools were rebuilt in the Movement and brought into operation?
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT count(*) AS schools
  FROM params
 CROSS JOIN report.school_as_of(params.day) s
 WHERE s.programme = 'SCHOOL_BUILDING_MOVEMENT'
   AND s.opened_on >= s.rebuilt_on;
