-- SPDX-License-Identifier: Apache-2.0
-- ۱۶. چند دوره مهارت‌آموزی و مهارت زندگی با چند شرکت‌کننده، و سهم زنان؟
-- 16. How many skill and life-skill courses, with how many participants, and what share of women?
--
-- The share is of courses that count women: so their participants count alone.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
, course AS (
    SELECT 'training_course_held' AS event_type, 'training_kind' AS field,
           training_kind AS symbol, sum(events) AS courses,
           sum(participants_count) AS participants, sum(women_count) AS women,
           sum(participants_count_with_women_count) AS of_participants
      FROM params
      JOIN report.training_course_held_daily ON occurred_on <= params.day
     GROUP BY training_kind
    UNION ALL
    SELECT 'life_skills_course_held', 'life_skill', life_skill, sum(events),
           sum(participants_count), sum(women_count),
           sum(participants_count_with_women_count)
      FROM params
      JOIN report.life_skills_course_held_daily ON occurred_on <= params.day
     GROUP BY life_skill
)
SELECT event_type, t.label_fa AS course_fa, t.label_en AS course_en,
       symbol AS kind, y.label_fa AS kind_fa, y.label_en AS kind_en,
       c.courses, c.participants, c.women,
       round(100.0 * c.women / nullif(c.of_participants, 0), 1)
           AS women_percent
  FROM course c
  JOIN report.event_type t USING (event_type)
  JOIN report.symbol y USING (event_type, field, symbol)
 ORDER BY event_type DESC, y.position;
