-- SPDX-License-Identifier: Apache-2.0
-- What the facts about a project come to, kept at write time as the totals are:
-- a project is told by all the facts about it, and there are many of both. Other
-- entities have few facts, or are found by an index (070_entities).
--
-- The numbers are the ids of project_credit_allocated, _started,
-- _progress_reported and _completed; a published type keeps its id, and a
-- published field its slot (core.field).

-- One row a project, type of fact, and part: the fiscal year of a credit, 1 for a
-- completion that brought it into operation, else 0. last_* is the last fact by
-- the order of 070_entities. Rows that fall to zero stay, empty.
CREATE TABLE core.project (
    project_code text COLLATE "C" NOT NULL,
    type_id      integer NOT NULL,
    part         integer NOT NULL,
    facts        bigint NOT NULL,
    credit       numeric,             -- of all, in current rials
    first_on     date,
    last_on      date,
    last_at      timestamptz,         -- '-infinity' where it is not known
    last_agency  text COLLATE "C",
    last_event   uuid,
    project_kind text COLLATE "C",    -- from here on of the last fact
    place_code   text COLLATE "C",
    number       bigint,              -- day planned for the end, or per cent done
    PRIMARY KEY (project_code, type_id, part)
) WITH (fillfactor = 70);

-- No rows. Locked until the commit, in ROW EXCLUSIVE mode by who adds, in SHARE
-- ROW EXCLUSIVE by who counts anew. A table of its own, so that no VACUUM ever
-- stands in the way.
CREATE TABLE core.project_gate ();

-- For the facts that a transaction has brought, and for those of one project. By
-- hash, which is the cheapest to keep.
CREATE INDEX event_of_project_applied ON core.event (applied_at)
    WHERE type_id IN (137, 138, 139, 140);
CREATE INDEX event_of_project ON core.event USING hash ((codes[1]))
    WHERE type_id IN (137, 138, 139, 140);

CREATE VIEW core.project_fact AS
SELECT e.codes[1] AS project_code, e.type_id,
       CASE e.type_id WHEN 137 THEN e.numbers[1]::integer
                      WHEN 140 THEN e.numbers[1]::integer
                      ELSE 0 END AS part,
       CASE e.type_id WHEN 137 THEN core.current_rials(e.numbers[2], e.codes[4])
            END AS credit,
       e.occurred_on, coalesce(e.occurred_at, '-infinity') AS occurred_at,
       a.agency_code, e.event_id, e.codes[2] AS project_kind, e.place_code,
       CASE e.type_id WHEN 138 THEN e.numbers[1]
                      WHEN 139 THEN e.numbers[1] END AS number,
       e.applied_at
  FROM core.event e
  JOIN core.agency a USING (agency_id)
 WHERE e.type_id IN (137, 138, 139, 140) AND e.in_force;

-- SQL of what the facts come to that fulfil a condition, as rows of core.project.
CREATE FUNCTION core.project_parts_sql(condition text)
RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $sql$
SELECT format($$
    SELECT DISTINCT ON (project_code, type_id, part)
           project_code, type_id, part, count(*) OVER w, sum(credit) OVER w,
           min(occurred_on) OVER w, occurred_on, occurred_at, agency_code,
           event_id, project_kind, place_code, number
      FROM core.project_fact
     WHERE %s
    WINDOW w AS (PARTITION BY project_code, type_id, part)
     ORDER BY project_code, type_id, part, occurred_on DESC,
              occurred_at DESC, agency_code DESC, event_id DESC$$, condition)
$sql$;

-- Of some projects, with occurred_on <= d.
DO $$ BEGIN
    EXECUTE format('
        CREATE FUNCTION core.project_parts(codes text[], d date)
        RETURNS SETOF core.project LANGUAGE sql STABLE
        SET search_path = pg_catalog, pg_temp SET jit = off
        SET enable_hashjoin = on SET enable_bitmapscan = on
        SET work_mem = ''64MB'' AS %L', core.project_parts_sql(
        'occurred_on <= d AND project_code IN (SELECT unnest(codes))'));
END $$;

-- Count some projects anew. Who adds to one meanwhile is waited for, and waits.
CREATE FUNCTION core.recount_projects(codes text[])
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    LOCK TABLE core.project_gate IN SHARE ROW EXCLUSIVE MODE;
    UPDATE core.project
       SET facts = 0, credit = NULL, first_on = NULL, last_on = NULL,
           last_at = NULL, last_agency = NULL, last_event = NULL,
           project_kind = NULL, place_code = NULL, number = NULL
     WHERE project_code = ANY (codes);
    INSERT INTO core.project AS p
    SELECT * FROM core.project_parts(codes, 'infinity')
    ON CONFLICT (project_code, type_id, part) DO UPDATE
    SET (facts, credit, first_on, last_on, last_at, last_agency, last_event,
         project_kind, place_code, number)
        = ROW (excluded.facts, excluded.credit, excluded.first_on,
               excluded.last_on, excluded.last_at, excluded.last_agency,
               excluded.last_event, excluded.project_kind,
               excluded.place_code, excluded.number);
END $$;

-- Add what the consumer's transaction has brought: no other that commits has its
-- applied_at (core.committed). New facts are added to what
-- stands there; where a fact was `changed`, its projects are counted anew.
DO $do$
DECLARE
    later text := '(excluded.last_on, excluded.last_at, excluded.last_agency,
                    excluded.last_event)
                   > (p.last_on, p.last_at, p.last_agency, p.last_event)
                   IS NOT FALSE';
BEGIN
    EXECUTE format($sql$
CREATE FUNCTION core.fold_projects(changed boolean)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    recounted text[] := '{}';
BEGIN
    IF changed THEN
        SELECT coalesce(array_agg(DISTINCT v.codes[1]), '{}') INTO recounted
          FROM (SELECT h.type_id, h.codes
                  FROM pg_temp.changed c
                  JOIN core.event_history h USING (event_id, agency_id)
                 WHERE h.superseded_at = now()
                UNION ALL
                SELECT c.type_id, c.codes FROM pg_temp.changed c) AS v
         WHERE v.type_id IN (137, 138, 139, 140);
        IF recounted <> '{}' THEN
            PERFORM core.recount_projects(recounted);
        END IF;
    END IF;
    LOCK TABLE core.project_gate IN ROW EXCLUSIVE MODE;
    INSERT INTO core.project AS p %s
    ON CONFLICT (project_code, type_id, part) DO UPDATE
    SET facts = p.facts + excluded.facts,
        credit = coalesce(p.credit + excluded.credit, p.credit,
                          excluded.credit),
        first_on = least(p.first_on, excluded.first_on)%s;
END $$ $sql$,
        core.project_parts_sql('applied_at = now()
                                AND project_code <> ALL (recounted)'),
        (SELECT string_agg(format(', %1$s = CASE WHEN %2$s
                                   THEN excluded.%1$s ELSE p.%1$s END',
                                  name, later), '')
           FROM unnest(ARRAY['last_on', 'last_at', 'last_agency', 'last_event',
                             'project_kind', 'place_code', 'number']) AS name));
END $do$;

-- As of a day. A part whose facts lie all before it stands in the table; one that
-- the day divides is counted from its facts.
CREATE FUNCTION core.project_as_of(d date)
RETURNS SETOF core.project LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    divided text[] := ARRAY(SELECT DISTINCT project_code FROM core.project
                             WHERE facts > 0 AND first_on <= d AND last_on > d);
BEGIN
    IF divided = '{}' THEN
        RETURN QUERY SELECT * FROM core.project
                      WHERE facts > 0 AND last_on <= d;
    ELSE
        RETURN QUERY SELECT * FROM core.project
                      WHERE facts > 0 AND last_on <= d
                        AND project_code NOT IN (SELECT unnest(divided))
                     UNION ALL
                     SELECT * FROM core.project_parts(divided, d);
    END IF;
END $$;

-- Columns that differ from a recount of the facts.
CREATE FUNCTION core.differing_projects()
RETURNS TABLE (project_code text, type_id integer, part integer, name text,
               expected text, found text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET jit = off SET work_mem = '64MB' AS $$
SELECT project_code, type_id, part, n.name, n.expected, n.found
  FROM core.project_parts(
           ARRAY(SELECT DISTINCT q.project_code FROM core.project_fact q),
           'infinity') AS e
  FULL JOIN (SELECT * FROM core.project WHERE facts <> 0) AS f
       USING (project_code, type_id, part)
 CROSS JOIN LATERAL (VALUES
       ('facts', e.facts::text, f.facts::text),
       ('credit', e.credit::text, f.credit::text),
       ('first_on', e.first_on::text, f.first_on::text),
       ('last_on', e.last_on::text, f.last_on::text),
       ('last_event', e.last_event::text, f.last_event::text),
       ('last_at', e.last_at::text, f.last_at::text),
       ('last_agency', e.last_agency, f.last_agency),
       ('project_kind', e.project_kind, f.project_kind),
       ('place_code', e.place_code, f.place_code),
       ('number', e.number::text, f.number::text))
       AS n (name, expected, found)
 WHERE n.expected IS DISTINCT FROM n.found
$$;
