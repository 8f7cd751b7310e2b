-- SPDX-License-Identifier: Apache-2.0
-- The governor's page: agencies whose messages were rejected, most first.
SELECT d.agency_code, a.label_fa, a.label_en, sum(d.rejected) AS rejected,
       sum(d.posted) AS posted
  FROM report.agency_day d
  LEFT JOIN report.agency a USING (agency_code)
 GROUP BY d.agency_code, a.label_fa, a.label_en
HAVING sum(d.rejected) > 0
 ORDER BY rejected DESC, d.agency_code COLLATE "C"
