-- SPDX-License-Identifier: Apache-2.0
-- The governor's page: neighbourhoods with a live council by county on day
-- $1, and what changed since day $2. Counties without one have a row, too.
WITH live AS (
    SELECT county_code,
           count(DISTINCT neighbourhood_code) FILTER (WHERE today) AS councils,
           count(DISTINCT neighbourhood_code) FILTER (WHERE NOT today) AS before
      FROM (SELECT county_code, neighbourhood_code, status, true AS today
              FROM report.council_as_of($1::date)
            UNION ALL
            SELECT county_code, neighbourhood_code, status, false
              FROM report.council_as_of($2::date)) AS c
     WHERE status IN ('ACTIVE', 'SUSPENDED')
     GROUP BY county_code
), county AS (
    SELECT place_code AS county_code, name_fa, name_en
      FROM report.place_as_of($1::date)
     WHERE level = 'county'
)
SELECT county_code, c.name_fa, c.name_en,
       coalesce(l.councils, 0) AS councils,
       coalesce(l.councils, 0) - coalesce(l.before, 0) AS change
  FROM county c
  FULL JOIN live l USING (county_code)
 ORDER BY councils DESC, county_code COLLATE "C"
