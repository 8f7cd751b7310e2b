-- SPDX-License-Identifier: Apache-2.0
-- ۲۶. کدام محله در کدام حوزه هنوز هیچ فعالیتی ندارد؟
-- 26. Which neighbourhood has no act yet, in which domain?
--
-- Neighbourhoods with a live council; domains whose acts may be posted for a
-- neighbourhood and are not sensitive.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
, domain AS (
    SELECT DISTINCT domain
      FROM report.event_type
     WHERE kind = 'act' AND finest_place = 'neighbourhood' AND NOT sensitive
), done AS (
    SELECT DISTINCT a.neighbourhood_code, t.domain
      FROM params
      JOIN report.activity a ON a.first_on <= params.day
      JOIN report.event_type t USING (event_type)
     WHERE t.kind = 'act' AND a.neighbourhood_code IS NOT NULL
), council AS (
    SELECT DISTINCT c.neighbourhood_code, c.county_code
      FROM params
     CROSS JOIN report.council_as_of(params.day) c
     WHERE c.status IN ('ACTIVE', 'SUSPENDED')
)
SELECT c.neighbourhood_code, p.name_fa AS neighbourhood_fa,
       p.name_en AS neighbourhood_en, c.county_code, domain.domain
  FROM params
 CROSS JOIN council c
 CROSS JOIN domain
  LEFT JOIN report.place_as_of(params.day, 'neighbourhood', true) p
    ON p.place_code = c.neighbourhood_code
 WHERE NOT EXISTS (SELECT FROM done
                    WHERE done.neighbourhood_code = c.neighbourhood_code
                      AND done.domain = domain.domain)
 ORDER BY c.neighbourhood_code, domain.domain;
