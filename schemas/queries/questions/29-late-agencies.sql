-- SPDX-License-Identifier: Apache-2.0
-- ۲۹. کدام دستگاه دیر یا ناقص گزارش می‌دهد؟
-- 29. Which agency reports late or badly?
--
-- Late: posted more than 14 days after it happened; of facts that were never
-- corrected.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
, posted AS (
    SELECT agency_code, sum(posted) AS posted, sum(rejected) AS rejected
      FROM report.agency_day
     GROUP BY agency_code
), delay AS (
    SELECT d.agency_code, sum(d.events) AS facts,
           round(sum(d.delay_days * d.events) / sum(d.events), 1) AS mean_days,
           round(100.0 * sum(d.events) FILTER (WHERE d.delay_days > 14)
                 / sum(d.events), 1) AS late_percent
      FROM params
      JOIN report.reporting_delay d ON d.occurred_on <= params.day
     GROUP BY d.agency_code
), told AS (
    SELECT DISTINCT a.agency_code, a.event_type
      FROM params
      JOIN report.agency_daily a ON a.occurred_on <= params.day
), closed AS (
    SELECT agency_code, count(*) AS types,
           count(*) FILTER (WHERE c.closed_to IS NULL) AS types_never_closed,
           min(c.closed_to) AS closed_to_least
      FROM told
      LEFT JOIN report.completeness c USING (agency_code, event_type)
     GROUP BY agency_code
)
SELECT agency_code, a.label_fa AS agency_fa, a.label_en AS agency_en,
       posted.posted, posted.rejected, delay.mean_days AS mean_delay_days,
       coalesce(delay.late_percent, 0) AS late_percent,
       closed.types, closed.types_never_closed, closed.closed_to_least
  FROM posted
  JOIN report.agency a USING (agency_code)
  LEFT JOIN delay USING (agency_code)
  LEFT JOIN closed USING (agency_code)
 ORDER BY late_percent DESC, mean_delay_days DESC NULLS LAST, agency_code;
