-- SPDX-License-Identifier: Apache-2.0
-- The governor's page: name of the province, and how far everything is
-- counted. One row. $1 the day.
SELECT p.name_fa, p.name_en,
       f.applied_at::date - date '1970-01-01' AS applied_day,
       to_char(f.applied_at, 'HH24:MI') AS applied_time,
       f.state
  FROM (SELECT) AS one
  LEFT JOIN (SELECT name_fa, name_en
               FROM report.place_as_of($1::date)
              WHERE level = 'province'
              ORDER BY place_code
              LIMIT 1) AS p ON true
  LEFT JOIN (SELECT min(applied_until) AT TIME ZONE 'Asia/Tehran' AS applied_at,
                    CASE WHEN bool_or(state = 'stopped') THEN 'stopped'
                         WHEN bool_or(state = 'late') THEN 'late'
                         ELSE min(state) END AS state
               FROM report.freshness) AS f ON true
