-- SPDX-License-Identifier: Apache-2.0
-- The governor's page: acts by type, in the month that ends with day $1 (after
-- day $2), in the month before (after day $3), and in all.
SELECT t.event_type, t.label_fa, t.label_en,
       coalesce(sum(d.events) FILTER (WHERE d.occurred_on > $2::date), 0)
           AS now,
       coalesce(sum(d.events) FILTER (WHERE d.occurred_on > $3::date
                                        AND d.occurred_on <= $2::date), 0)
           AS before,
       coalesce(sum(d.events) FILTER (WHERE d.occurred_on > $2::date), 0)
       - coalesce(sum(d.events) FILTER (WHERE d.occurred_on > $3::date
                                          AND d.occurred_on <= $2::date), 0)
           AS change,
       sum(d.events) AS total
  FROM report.agency_daily d
  JOIN report.event_type t USING (event_type)
 WHERE d.occurred_on <= $1::date
   AND t.kind = 'act' AND t.event_type <> 'reporting_closed'
 GROUP BY t.event_type, t.label_fa, t.label_en
 ORDER BY now DESC, before DESC, total DESC, t.event_type COLLATE "C"
