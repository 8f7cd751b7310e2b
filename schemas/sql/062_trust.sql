-- SPDX-License-Identifier: Apache-2.0
-- How far the numbers can be trusted: how new they are, how complete, how
-- well the agencies report, and what does not fit together.

-- How far the consumer is. One row. A partition that has no position yet
-- makes applied_until unknown; one that is still for 60 s makes it stopped. A
-- topic that was left in order, every partition released, counts no more as soon
-- as there is another: else it would hold applied_until for ever. One whose
-- consumer just died goes on to count.
CREATE VIEW core.applied AS
SELECT applied_until,
       CASE WHEN applied_until IS NOT NULL
            THEN greatest(0, extract(epoch FROM now() - applied_until))::bigint
            END AS seconds_behind,
       CASE WHEN alive IS NOT TRUE THEN 'stopped'
            WHEN now() - applied_until < interval '60 s' THEN 'current'
            ELSE 'late' END AS state
  FROM (SELECT CASE WHEN count(*) = count(applied_until)
                    THEN min(applied_until) END AS applied_until,
               bool_and(coalesce(greatest(committed_at, seen_at)
                                 > now() - interval '60 s', false)) AS alive
          FROM ops.partition_progress p
          JOIN (SELECT topic, bool_and(state = 'released') AS is_left
                  FROM ops.partition_progress
                 GROUP BY topic) AS t USING (topic)
         WHERE NOT t.is_left
            OR (SELECT bool_and(state = 'released')
                  FROM ops.partition_progress)) AS progress;

CREATE VIEW report.freshness AS
SELECT t.event_type,
       a.agency_code,
       CASE WHEN NOT t.sensitive THEN d.newest_occurred_on
            END AS newest_occurred_on,
       CASE WHEN NOT t.sensitive THEN d.newest_received_at
            END AS newest_received_at,
       applied.applied_until,
       applied.seconds_behind,
       applied.state
  FROM (SELECT type_id, agency_id,
               max(occurred_on) FILTER (WHERE events > 0) AS newest_occurred_on,
               max(received_at) AS newest_received_at
          FROM core.posted
         GROUP BY type_id, agency_id
        HAVING bool_or(events > 0)) AS d
  JOIN core.event_type t USING (type_id)
  JOIN core.agency a USING (agency_id)
 CROSS JOIN core.applied;

-- The latest day that an agency has declared closed.
CREATE VIEW report.completeness AS
SELECT a.agency_code,
       e.codes[type.code_slot] AS event_type,
       max(date '1970-01-01' + e.numbers[day.number_slot]::integer)
           AS closed_to
  FROM core.event e
  JOIN core.event_type t USING (type_id)
  JOIN core.field type ON type.type_id = e.type_id
                      AND type.field = 'closed_event_type'
  JOIN core.field day ON day.type_id = e.type_id AND day.field = 'closed_to'
  JOIN core.agency a USING (agency_id)
 WHERE t.event_type = 'reporting_closed' AND e.in_force
 GROUP BY 1, 2;

-- The delay is that of the messages which became versions of a fact; the
-- others leave no posted_at behind.
CREATE VIEW report.agency_day AS
SELECT d.agency_code,
       d.received_on,
       d.applied + d.duplicate + d.stale + d.rejected AS posted,
       d.applied,
       d.duplicate,
       d.stale,
       d.rejected,
       delay.median_delay_s
  FROM core.agency_day d
  LEFT JOIN (
       SELECT a.agency_code,
              (v.received_at AT TIME ZONE 'Asia/Tehran')::date AS received_on,
              percentile_cont(0.5) WITHIN GROUP (
                  ORDER BY extract(epoch FROM v.received_at - v.posted_at))
                  AS median_delay_s
         FROM (SELECT agency_id, received_at, posted_at FROM core.event
               UNION ALL
               SELECT agency_id, received_at, posted_at
                 FROM core.event_history) AS v
         JOIN core.agency a USING (agency_id)
        GROUP BY 1, 2) AS delay USING (agency_code, received_on);

-- Why messages were rejected: dead letters by reason, without contents. A type
-- is NULL when it could not be read, and when it is sensitive: few messages of a
-- small agency would tell what is withheld. An agency is NULL when it could not
-- be read; report.agency_day has no such row.
CREATE VIEW report.rejection AS
SELECT l.agency_code,
       (l.received_at AT TIME ZONE 'Asia/Tehran')::date AS received_on,
       t.event_type,
       l.reason,
       count(*) AS rejected,
       count(*) FILTER (WHERE l.state = 'open') AS still_open
  FROM ops.dead_letter l
  LEFT JOIN core.event_type t
    ON t.event_type = l.event_type AND NOT t.sensitive
 GROUP BY 1, 2, 3, 4;

-- How many days after it happened a fact was posted. Of acts and plans in force
-- that nobody has corrected: of the others the first day of posting is not known.
-- Rows add up, so any share or median can be had from them.
CREATE VIEW report.reporting_delay AS
SELECT t.event_type,
       a.agency_code,
       p.occurred_on,
       p.posted_on - p.occurred_on AS delay_days,
       p.events
  FROM core.posted p
  JOIN core.event_type t USING (type_id)
  JOIN core.agency a USING (agency_id)
 WHERE p.events > 0 AND p.posted_on < 'infinity'
   AND NOT t.sensitive AND t.kind IN ('act', 'plan');

-- ------------------------------------------------------------------- oddities

-- Facts of something whose founding fact nobody has posted. The tables in
-- schema ops hold all types, for the agencies' own correction; those in report
-- leave the sensitive ones out.
CREATE VIEW core.founding (entity, event_type, kind) AS VALUES
    ('council', 'council_formed', 'council_not_formed'),
    ('mosque_cooperative', 'cooperative_formed', 'cooperative_not_formed'),
    ('fund', 'fund_created', 'fund_not_created'),
    ('project', 'project_credit_allocated', 'project_without_credit');

-- The founding codes are hashed once; without that all facts would be sorted.
CREATE FUNCTION core.orphans(with_sensitive boolean)
RETURNS TABLE (kind text, event_type text, event_id uuid, agency_code text,
               occurred_on date, missing_entity text, missing_code text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET jit = off
SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH type AS (
        SELECT t.*, l.entity_slot
          FROM core.event_type t
          JOIN core.layout l USING (type_id)
    ), founded AS (
        SELECT DISTINCT g.entity, e.codes[t.entity_slot] AS code
          FROM core.founding g
          JOIN type t USING (event_type)
          JOIN core.event e USING (type_id)
         WHERE e.in_force AND g.entity NOT IN ('council', 'project')
        UNION ALL
        SELECT DISTINCT 'project', p.project_code
          FROM core.project p
          JOIN type t USING (type_id)
         WHERE t.event_type = 'project_credit_allocated' AND p.facts > 0
    ), council AS (
        SELECT DISTINCT e.council_code AS code
          FROM type t
          JOIN core.event e USING (type_id)
         WHERE t.event_type = 'council_formed' AND e.in_force
    ), orphan AS (
        SELECT 'council' AS entity, e.council_code AS code, t.event_type,
               e.event_id, e.agency_id, e.occurred_on
          FROM core.event e
          JOIN type t USING (type_id)
         WHERE e.in_force AND e.council_code IS NOT NULL
           AND (with_sensitive OR NOT t.sensitive)
           AND NOT EXISTS (SELECT FROM council c
                            WHERE c.code = e.council_code)
        UNION ALL
        SELECT t.entity, e.codes[t.entity_slot], t.event_type, e.event_id,
               e.agency_id, e.occurred_on
          FROM core.founding g
          JOIN type t ON t.entity = g.entity AND t.event_type <> g.event_type
          JOIN core.event e USING (type_id)
         WHERE e.in_force AND e.codes[t.entity_slot] IS NOT NULL
           AND (with_sensitive OR NOT t.sensitive)
           AND NOT EXISTS (SELECT FROM founded f
                            WHERE f.entity = t.entity
                              AND f.code = e.codes[t.entity_slot])
    )
    SELECT g.kind, o.event_type, o.event_id, a.agency_code, o.occurred_on,
           o.entity, o.code
      FROM orphan o
      JOIN core.founding g USING (entity)
      JOIN core.agency a USING (agency_id);
END $$;

CREATE VIEW ops.orphan AS SELECT * FROM core.orphans(true);
CREATE VIEW report.orphan AS SELECT * FROM core.orphans(false);

-- Two totals of the same thing whose periods share a day. They are brought
-- together by one number; dimensions are written out for the few that meet.
CREATE FUNCTION core.overlaps(with_sensitive boolean)
RETURNS TABLE (event_type text, agency_code text, place_code text,
               event_id_a uuid, event_id_b uuid, overlap_from date,
               overlap_to date)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET jit = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH total AS MATERIALIZED (
        SELECT e.type_id, t.event_type, e.agency_id, e.place_code, e.event_id,
               e.programme_code, e.numbers, e.codes,
               coalesce(e.codes[l.entity_slot], '') AS entity_code,
               date '1970-01-01' + e.numbers[l.period_slot]::integer
                   AS period_from,
               e.occurred_on AS period_to,
               hashtextextended(
                   e.place_code || coalesce(e.codes[l.entity_slot], ''),
                   e.type_id * 65536::bigint + e.agency_id) AS meeting
          FROM core.event e
          JOIN core.event_type t USING (type_id)
          JOIN core.layout l USING (type_id)
         WHERE e.in_force AND t.reporting = 'PERIOD_TOTAL'
           AND (with_sensitive OR NOT t.sensitive)
    )
    SELECT x.event_type, g.agency_code, x.place_code, x.event_id, y.event_id,
           greatest(x.period_from, y.period_from),
           least(x.period_to, y.period_to)
      FROM total x
      JOIN total y ON x.meeting = y.meeting AND x.event_id < y.event_id
                  AND x.period_from <= y.period_to
                  AND y.period_from <= x.period_to
                  AND (x.type_id, x.agency_id, x.place_code, x.entity_code)
                      IS NOT DISTINCT FROM
                      (y.type_id, y.agency_id, y.place_code, y.entity_code)
      JOIN core.agency g ON g.agency_id = x.agency_id
     WHERE core.dims(x.type_id, x.programme_code, x.numbers, x.codes)
           IS NOT DISTINCT FROM
           core.dims(y.type_id, y.programme_code, y.numbers, y.codes);
END $$;

CREATE VIEW ops.overlap AS SELECT * FROM core.overlaps(true);
CREATE VIEW report.overlap AS SELECT * FROM core.overlaps(false);
