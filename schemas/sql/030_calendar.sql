-- SPDX-License-Identifier: Apache-2.0
-- The Solar Hijri calendar, 1300-01-01 to 1500-12-29, one row a day.
--
-- 33-year rule: equal to the official table of leap years for 1206-1498 and
-- to the astronomical rule for 1499-1501. lib/calendar.c has the same rule.
-- The fiscal year is the Solar Hijri year; the school year begins on 1 Mehr
-- and is named by the year in which it began.

CREATE TABLE report.calendar (
    date         date PRIMARY KEY,
    j_year       integer NOT NULL,
    j_month      integer NOT NULL,
    j_day        integer NOT NULL,
    j_month_name text NOT NULL,
    j_dow        integer NOT NULL,
    fiscal_year  integer NOT NULL,
    school_year  integer NOT NULL,
    UNIQUE (j_year, j_month, j_day)
) WITH (fillfactor = 100);

INSERT INTO report.calendar
SELECT first_day + k,
       j_year,
       j_month,
       CASE WHEN k < 186 THEN k % 31 + 1 ELSE (k - 186) % 30 + 1 END,
       (ARRAY['فروردین', 'اردیبهشت', 'خرداد', 'تیر', 'مرداد', 'شهریور',
              'مهر', 'آبان', 'آذر', 'دی', 'بهمن', 'اسفند'])[j_month],
       (extract(isodow FROM first_day + k)::integer + 1) % 7,
       j_year,
       CASE WHEN j_month >= 7 THEN j_year ELSE j_year - 1 END
  FROM generate_series(1300, 1500) AS j_year
 CROSS JOIN LATERAL (
       SELECT date '1970-01-01' - 286 + 365 * (j_year - 1348)
              + ((8 * j_year + 21) / 33 - (8 * 1348 + 21) / 33),
              CASE WHEN (25 * j_year + 11) % 33 < 8 THEN 366 ELSE 365 END)
       AS year (first_day, days)
 CROSS JOIN LATERAL generate_series(0, days - 1) AS k
 CROSS JOIN LATERAL (
       SELECT CASE WHEN k < 186 THEN k / 31 + 1 ELSE (k - 186) / 30 + 7 END)
       AS month (j_month)
 ORDER BY 1;

ANALYZE report.calendar;
