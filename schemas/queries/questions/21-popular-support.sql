-- SPDX-License-Identifier: Apache-2.0
-- ۲۱. سهم خیران و اهالی در حمایت‌های مردمی چقدر است (نقدی، غیرنقدی، نفرساعت)؟
-- 21. What is the share of benefactors and residents in popular support (cash, in kind, person-hours)?
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
, s AS (
    SELECT d.support_kind, d.supporter_kind, sum(d.events) AS events,
           sum(d.amount) AS amount, sum(d.labour_hours) AS labour_hours
      FROM params
      JOIN report.public_support_received_daily d ON d.occurred_on <= params.day
     GROUP BY d.support_kind, d.supporter_kind
)
SELECT s.support_kind, y.label_fa AS support_fa, y.label_en AS support_en,
       s.supporter_kind, z.label_fa AS supporter_fa,
       z.label_en AS supporter_en,
       s.events AS supports,
       s.amount AS amount_rials,
       round(100 * s.amount / nullif(sum(s.amount) OVER kind, 0), 1)
           AS amount_percent,
       s.labour_hours,
       round(100.0 * s.labour_hours
             / nullif(sum(s.labour_hours) OVER kind, 0), 1)
           AS labour_percent
  FROM s
  JOIN report.symbol y ON y.event_type = 'public_support_received'
                      AND y.field = 'support_kind'
                      AND y.symbol = s.support_kind
  JOIN report.symbol z ON z.event_type = 'public_support_received'
                      AND z.field = 'supporter_kind'
                      AND z.symbol = s.supporter_kind
WINDOW kind AS (PARTITION BY s.support_kind)
 ORDER BY y.position, z.position;
