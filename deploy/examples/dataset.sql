-- SPDX-License-Identifier: Apache-2.0
-- One flat set of data for a BI tool: every total by day, county, agency and
-- measure, with names in Persian. Names of places are those of today
-- (report.place_as_of gives one row a place; a join with report.place, one row
-- a validity span, would count a place twice). Money is in current rials.
SELECT m.occurred_on,
       c.j_year,
       c.j_month,
       c.j_month_name,
       t.label_fa AS event_type,
       s.label_fa AS measure,
       m.unit,
       p.name_fa AS county,
       a.label_fa AS agency,
       sum(m.total) AS total,
       sum(m.events)::bigint AS events
  FROM report.measure_daily m
  JOIN report.event_type t USING (event_type)
  JOIN report.measure s USING (event_type, measure)
  JOIN report.calendar c ON c.date = m.occurred_on
  JOIN report.agency a USING (agency_code)
  LEFT JOIN report.place_as_of(current_date) p ON p.place_code = m.county_code
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
 ORDER BY 1, 5, 6, 8, 9
