-- SPDX-License-Identifier: Apache-2.0
-- The governor's page: the figures on day $1 and what changed since day $2.
SELECT n.figure, n.label_fa, n.label_en, n.value, n.value - b.value AS change
  FROM report.governor_summary($1::date) WITH ORDINALITY
       AS n (figure, label_fa, label_en, value, position)
  JOIN report.governor_summary($2::date) AS b USING (figure)
 ORDER BY n.position
