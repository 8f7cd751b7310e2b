-- SPDX-License-Identifier: Apache-2.0
-- The governor's page: how timely each agency reports, as of day $1; the late
-- ones first. Late: silent for more than 30 days, or more than a fifth of the
-- last year's facts came later than 14 days after they happened. Agencies of
-- which only sensitive types are known have no day.
WITH told AS (
    SELECT agency_code, event_type, max(occurred_on) AS newest
      FROM report.agency_daily
     WHERE occurred_on <= $1::date AND event_type <> 'reporting_closed'
     GROUP BY 1, 2
), agency AS (
    SELECT f.agency_code, max(t.newest) AS newest, count(t.newest) AS types,
           count(c.closed_to) AS closed, min(c.closed_to) AS closed_to
      FROM report.freshness f
      LEFT JOIN told t USING (agency_code, event_type)
      LEFT JOIN report.completeness c
        ON c.agency_code = t.agency_code AND c.event_type = t.event_type
     WHERE f.event_type <> 'reporting_closed'
     GROUP BY 1
), delay AS (
    SELECT agency_code,
           coalesce(sum(events) FILTER (WHERE delay_days > 14), 0) AS late,
           sum(events) AS events
      FROM report.reporting_delay
     WHERE occurred_on BETWEEN $1::date - 365 AND $1::date
       AND event_type <> 'reporting_closed'
     GROUP BY 1
)
SELECT g.agency_code, a.label_fa, a.label_en,
       g.newest - date '1970-01-01' AS newest_day,
       $1::date - g.newest AS silent_days,
       round(100.0 * d.late / d.events, 0) AS late_percent,
       g.closed_to - date '1970-01-01' AS closed_day,
       g.closed, g.types,
       l.is_late
  FROM agency g
  LEFT JOIN report.agency a USING (agency_code)
  LEFT JOIN delay d USING (agency_code)
 CROSS JOIN LATERAL (
       SELECT coalesce($1::date - g.newest > 30, false)
              OR coalesce(d.late * 5 > d.events, false)) AS l (is_late)
 ORDER BY l.is_late DESC, silent_days DESC NULLS LAST, late_percent DESC,
          g.agency_code COLLATE "C"
