-- SPDX-License-Identifier: Apache-2.0
-- ۲۲. چند بسته اقلام درسی در مناطق کم‌برخوردار توزیع شد؟
-- 22. How many packages of school supplies were given in less-privileged areas?
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
SELECT p.is_underprivileged,
       CASE WHEN p.is_underprivileged THEN 'کم‌برخوردار'
            WHEN NOT p.is_underprivileged THEN 'سایر محله‌ها'
            ELSE 'محله نامعلوم' END AS area_fa,
       CASE WHEN p.is_underprivileged THEN 'less privileged'
            WHEN NOT p.is_underprivileged THEN 'other neighbourhoods'
            ELSE 'neighbourhood not known' END AS area_en,
       count(DISTINCT s.neighbourhood_code) AS neighbourhoods,
       sum(s.packages_count) AS packages, sum(s.pupils_count) AS pupils
  FROM params
  JOIN report.school_supplies_provided_daily s ON s.occurred_on <= params.day
  LEFT JOIN report.place_as_of(params.day, 'neighbourhood', true) p
    ON p.place_code = s.neighbourhood_code
 GROUP BY p.is_underprivileged
 ORDER BY p.is_underprivileged DESC NULLS LAST;
