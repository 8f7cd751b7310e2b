-- SPDX-License-Identifier: Apache-2.0
-- The governor's page: what became of all messages received so far, and what
-- does not fit together. One row. Counts alone are reconciled: all numbers of all
-- views (report.reconcile) take too long for a page.
SELECT m.*, o.orphans, v.overlaps, r.differences
  FROM (SELECT coalesce(sum(posted), 0) AS posted,
               coalesce(sum(applied), 0) AS applied,
               coalesce(sum(duplicate), 0) AS duplicate,
               coalesce(sum(stale), 0) AS stale,
               coalesce(sum(rejected), 0) AS rejected
          FROM report.agency_day) AS m
 CROSS JOIN (SELECT count(*) AS orphans FROM report.orphan) AS o
 CROSS JOIN (SELECT count(*) AS overlaps FROM report.overlap) AS v
 CROSS JOIN (SELECT count(*) AS differences FROM report.reconcile_counts) AS r
