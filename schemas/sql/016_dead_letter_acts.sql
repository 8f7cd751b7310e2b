-- SPDX-License-Identifier: Apache-2.0
-- What people did about dead letters, kept for ever, and how a person says
-- which letters are meant.

CREATE TABLE ops.dead_letter_act (
    id        bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    letter_id bigint NOT NULL REFERENCES ops.dead_letter,
    act       text NOT NULL CHECK (act IN ('replay', 'park', 'reopen')),
    outcome   text CHECK (outcome IN ('applied', 'duplicate', 'stale', 'dead')),
    reason    text COLLATE "C",  -- it is dead again for
    pointer   text,
    why       text,              -- a person's words
    acted_by  text NOT NULL DEFAULT session_user,
    acted_at  timestamptz NOT NULL DEFAULT now(),
    CHECK ((act = 'replay') = (outcome IS NOT NULL)),
    CHECK (coalesce(outcome = 'dead', false) = (reason IS NOT NULL)),
    CHECK ((act <> 'replay') = (coalesce(why, '') <> ''))
);
CREATE INDEX dead_letter_act_letter ON ops.dead_letter_act (letter_id);

-- Of one reason, type and so on; what is NULL does not matter. No settings and
-- no plpgsql, so that the planner sees through it and pages go by the key.
CREATE FUNCTION core.chosen_letters(
    ids bigint[], of_reason text, of_types text[], of_agency text,
    of_partition integer, in_state text,
    since timestamptz, until timestamptz)
RETURNS SETOF ops.dead_letter LANGUAGE sql STABLE AS $$
SELECT l.*
  FROM ops.dead_letter l
 WHERE (ids IS NULL OR l.id OPERATOR(pg_catalog.=) ANY (ids))
   AND (of_reason IS NULL OR l.reason OPERATOR(pg_catalog.=) of_reason)
   AND (of_types IS NULL
        OR l.event_type OPERATOR(pg_catalog.=) ANY (of_types))
   AND (of_agency IS NULL OR l.agency_code OPERATOR(pg_catalog.=) of_agency)
   AND (of_partition IS NULL
        OR l.partition OPERATOR(pg_catalog.=) of_partition)
   AND (in_state IS NULL OR l.state OPERATOR(pg_catalog.=) in_state)
   AND (since IS NULL OR l.received_at OPERATOR(pg_catalog.>=) since)
   AND (until IS NULL OR l.received_at OPERATOR(pg_catalog.<) until)
$$;
