-- SPDX-License-Identifier: Apache-2.0
-- The governor's page: acts by domain in the Solar Hijri month of day $1 (as
-- far as that day) and in the eleven months before. Each domain has twelve
-- rows, oldest month first; the busiest domain stands first. That an agency
-- closes its reporting is no act.
WITH label (domain, label_fa, label_en) AS (VALUES
    ('council', 'شوراها و دیدارهای مردمی', 'Councils and public meetings'),
    ('economy', 'اقتصاد و تعاونی', 'Economy and cooperatives'),
    ('education', 'آموزش و مدرسه', 'Education and schools'),
    ('environment', 'محیط زیست', 'Environment'),
    ('infrastructure', 'عمران و پروژه‌ها', 'Infrastructure projects'),
    ('justice', 'صلح و حل اختلاف', 'Justice and mediation'),
    ('security', 'امنیت و مسافران', 'Security and travellers'),
    ('social', 'امور اجتماعی', 'Social affairs'),
    ('sport', 'ورزش', 'Sport'),
    ('welfare', 'سلامت و رفاه', 'Health and welfare')
), type AS (
    SELECT event_type, domain
      FROM report.event_type
     WHERE kind = 'act' AND NOT sensitive AND event_type <> 'reporting_closed'
), month AS (
    SELECT c.j_year * 12 + c.j_month AS number, min(c.date) AS first_day
      FROM report.calendar today
      JOIN report.calendar c
        ON c.j_year * 12 + c.j_month
           BETWEEN today.j_year * 12 + today.j_month - 11
               AND today.j_year * 12 + today.j_month
     WHERE today.date = $1::date AND c.date BETWEEN $1::date - 366 AND $1::date
     GROUP BY 1
), act AS (
    SELECT t.domain, c.j_year * 12 + c.j_month AS number,
           sum(d.events)::bigint AS events
      FROM report.agency_daily d
      JOIN type t USING (event_type)
      JOIN report.calendar c ON c.date = d.occurred_on
     WHERE d.occurred_on BETWEEN (SELECT min(first_day) FROM month)
                             AND $1::date
     GROUP BY 1, 2
)
SELECT g.domain, coalesce(l.label_fa, g.domain) AS label_fa,
       coalesce(l.label_en, g.domain) AS label_en, coalesce(a.events, 0) AS events
  FROM (SELECT DISTINCT domain FROM type) AS g
 CROSS JOIN month m
  LEFT JOIN act a ON a.domain = g.domain AND a.number = m.number
  LEFT JOIN label l ON l.domain = g.domain
 ORDER BY sum(a.events) OVER (PARTITION BY g.domain) DESC NULLS LAST,
          g.domain COLLATE "C", m.number
