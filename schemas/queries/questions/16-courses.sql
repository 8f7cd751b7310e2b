-- SPDX-License-Identifier: Apache-2.0
-- ۱۶. چند دوره مهارت‌آموزی و مهارت زندگی با چند شرکت‌کننده، و سهم زنان؟
-- 16. How many skill and life-skill courses, with how many participants, and what share of women?
--
-- The share is of courses that count women: so it is asked of the facts.
WITH params AS (SELECT date '2025-10-13' AS day)      -- 21 Mehr 1404
, course AS (
    SELECT 'training_course_held' AS event_type, 'training_kind' AS field,
           training_kind AS symbol, occurred_on, participants_count,
           women_count
      FROM report.training_course_held_event
    UNION ALL
    SELECT 'life_skills_course_held', 'life_skill', life_skill, occurred_on,
           participants_count, women_count
      FROM report.life_skills_course_held_event
)
SELECT event_type, t.label_fa AS course_fa, t.label_en AS course_en,
       symbol AS kind, y.label_fa AS kind_fa, y.label_en AS kind_en,
       count(*) AS courses,
       sum(c.participants_count) AS participants,
       sum(c.women_count) AS women,
       round(100.0 * sum(c.women_count)
             / nullif(sum(c.participants_count)
                      FILTER (WHERE c.women_count IS NOT NULL), 0), 1)
           AS women_percent
  FROM params
  JOIN course c ON c.occurred_on <= params.day
  JOIN report.event_type t USING (event_type)
  JOIN report.symbol y USING (event_type, field, symbol)
 GROUP BY event_type, t.label_fa, t.label_en, symbol, y.label_fa, y.label_en,
          y.position
 ORDER BY event_type DESC, y.position;
