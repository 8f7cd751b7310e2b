-- SPDX-License-Identifier: Apache-2.0
-- The tables of the rivals, as rich as ours: the same columns of a fact (less
-- the content hash, which only corrections need), the same totals by the same
-- key, positions in the same transaction. As many measures as the types of the
-- stream have at most.
CREATE SCHEMA rival;

CREATE TABLE rival.fact (
    event_id          uuid NOT NULL,
    "offset"          bigint NOT NULL,
    received_at       timestamptz NOT NULL,
    posted_at         timestamptz NOT NULL,
    applied_at        timestamptz NOT NULL,
    occurred_at       timestamptz,
    revision          integer NOT NULL,
    occurred_on       date NOT NULL,
    type_id           integer NOT NULL,
    agency_id         smallint NOT NULL,
    partition         smallint NOT NULL,
    in_force          boolean NOT NULL,
    correction_reason text COLLATE "C",
    place_code        text COLLATE "C" NOT NULL,
    council_code      text COLLATE "C",
    programme_code    text COLLATE "C",
    source_ref        text COLLATE "C",
    numbers           bigint[],
    codes             text[] COLLATE "C",
    PRIMARY KEY (event_id, agency_id)
);

CREATE TABLE rival.daily (
    events      bigint NOT NULL,
    received_at timestamptz NOT NULL,
    type_id     integer NOT NULL,
    occurred_on date NOT NULL,
    agency_id   smallint NOT NULL,
    place_code  text COLLATE "C" NOT NULL,
    dims        text COLLATE "C" NOT NULL,
    sum_1 numeric, sum_2 numeric, sum_3 numeric, sum_4 numeric,
    sum_5 numeric, sum_6 numeric, sum_7 numeric,
    by_1 bigint, by_2 bigint, by_3 bigint, by_4 bigint,
    by_5 bigint, by_6 bigint, by_7 bigint,
    PRIMARY KEY (type_id, occurred_on, place_code, agency_id, dims)
) WITH (fillfactor = 70);

CREATE TABLE rival.position (
    partition   integer PRIMARY KEY,
    next_offset bigint NOT NULL
) WITH (fillfactor = 50);
