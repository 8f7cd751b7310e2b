-- SPDX-License-Identifier: Apache-2.0
-- The tables that the consumer fills, and those it reads.
--
-- No foreign keys on core.event, core.event_history and core.daily: the check
-- has looked every code up against the same reference data, and a trigger a
-- row would cost more than the row.

-- ---------------------------------------------------------------- contract

-- Raised by every change of schemas or reference data; running programs
-- compare it and read the contract again.
CREATE TABLE core.contract (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version  bigint NOT NULL
);
INSERT INTO core.contract (version) VALUES (1);

CREATE TABLE core.schema (
    schema_id    integer PRIMARY KEY,
    type_id      integer NOT NULL,
    event_type   text COLLATE "C" NOT NULL,
    version      integer NOT NULL,
    full_name    text NOT NULL,
    body         text NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (event_type, version)
);

-- One row a type, by its latest version.
CREATE TABLE core.event_type (
    type_id    integer PRIMARY KEY,
    event_type text COLLATE "C" NOT NULL UNIQUE,
    domain     text NOT NULL,
    kind       text NOT NULL,
    reporting  text NOT NULL,
    finest_place   text NOT NULL,
    coarsest_place text NOT NULL,
    entity     text,
    entity_key text,
    sensitive  boolean NOT NULL,
    withhold_measure text,
    withhold_below   bigint,
    label_fa   text NOT NULL,
    label_en   text NOT NULL,
    doc        text NOT NULL
);

-- Fields of the latest version; where each one is kept.
CREATE TABLE core.field (
    type_id      integer NOT NULL REFERENCES core.event_type,
    position     smallint NOT NULL,   -- 1.. in the record; envelope 1..12
    field        text COLLATE "C" NOT NULL,
    kind         text NOT NULL,       -- int long boolean date timestamp string uuid enum
    role         text NOT NULL,
    unit         text NOT NULL,
    label_fa     text NOT NULL,
    label_en     text NOT NULL,
    doc          text NOT NULL,
    optional     boolean NOT NULL,
    lookup       text,                -- list of codes
    money        boolean NOT NULL,    -- rials; see currency_unit
    number_slot  smallint,            -- core.event.numbers[]
    code_slot    smallint,            -- core.event.codes[]
    measure_slot smallint,            -- core.daily.sum_k, by_k
    dim_slot     smallint,            -- part of core.daily.dims; 1 = programme_code
    whole        text COLLATE "C",    -- the measure of which this one is a part
    whole_slot   smallint,            -- core.daily.sum_k: that, where both are known
    PRIMARY KEY (type_id, field),
    UNIQUE (type_id, position)
);

CREATE TABLE core.agency (
    agency_id   smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    agency_code text COLLATE "C" NOT NULL UNIQUE,
    label_fa    text NOT NULL,
    label_en    text NOT NULL
);

CREATE TABLE core.lookup (
    list     text COLLATE "C" NOT NULL,
    code     text COLLATE "C" NOT NULL,
    label_fa text NOT NULL,
    label_en text NOT NULL,
    PRIMARY KEY (list, code)
);

-- One row a place and span of validity; half-open, null = open.
CREATE TABLE core.place (
    place_code      text COLLATE "C" NOT NULL,
    level           text NOT NULL CHECK (level IN ('province', 'county',
                    'district', 'city', 'rural_district', 'village',
                    'neighbourhood')),
    name_fa         text NOT NULL,
    name_en         text NOT NULL,
    province_code   text COLLATE "C",
    county_code     text COLLATE "C",
    settlement_code text COLLATE "C",
    district_code   text COLLATE "C",
    valid_from      date,
    valid_to        date,
    described       boolean NOT NULL DEFAULT true,
    is_underprivileged boolean,
    aliases         text[] NOT NULL DEFAULT '{}',
    source          text,
    CHECK (valid_from < valid_to)
);
CREATE UNIQUE INDEX place_key ON core.place
    (place_code, coalesce(valid_from, '-infinity'::date));

-- -------------------------------------------------------------------- facts

-- One row a fact (agency, event_id): its highest revision, retracted or not.
-- Never deleted: a repeat must be recognised for ever. Columns are ordered so
-- that none is padded.
CREATE TABLE core.event (
    event_id     uuid NOT NULL,
    content      bigint NOT NULL,       -- hash of the content, see lib/content_hash.h
    "offset"     bigint NOT NULL,       -- of the record in its partition
    received_at  timestamptz NOT NULL,  -- time of the record
    posted_at    timestamptz NOT NULL,  -- by the agency's clock
    applied_at   timestamptz NOT NULL,  -- of the transaction
    occurred_at  timestamptz,
    revision     integer NOT NULL,
    occurred_on  date NOT NULL,
    type_id      integer NOT NULL,
    agency_id    smallint NOT NULL,
    partition    smallint NOT NULL,
    in_force     boolean NOT NULL,      -- false: retracted
    correction_reason text COLLATE "C",
    place_code   text COLLATE "C" NOT NULL,
    council_code text COLLATE "C",
    programme_code text COLLATE "C",
    source_ref   text COLLATE "C",
    numbers      bigint[],              -- by core.field.number_slot
    codes        text[] COLLATE "C",    -- by core.field.code_slot
    PRIMARY KEY (event_id, agency_id)
) WITH (fillfactor = 100);

-- For the facts of a type and time: entities, drill-down, orphans. Events come
-- roughly in the order of their days, so it grows at its end.
CREATE INDEX event_by_day ON core.event (type_id, occurred_on);

-- For councils, whose meetings are most of all facts: report.council_as_of looks
-- up the first and last facts of each one and never reads the others.
CREATE INDEX event_by_council ON core.event (type_id, council_code, occurred_on)
    WHERE council_code IS NOT NULL;

-- For report.correction; it holds nothing of a first version.
CREATE INDEX event_revised ON core.event (applied_at)
    WHERE correction_reason IS NOT NULL;

-- Versions that were in core.event and have been superseded; insert only.
CREATE TABLE core.event_history (
    LIKE core.event INCLUDING COMMENTS,
    superseded_at timestamptz NOT NULL,
    PRIMARY KEY (event_id, agency_id, revision)
);

-- Totals of the facts in force, one row per type, day, finest known place,
-- agency and dimensions. Rows that fall to zero stay. No CHECK on the totals:
-- it would be tried on the change that an upsert proposes, and a change may be
-- negative; report.reconcile watches them.
CREATE TABLE core.daily (
    events      bigint NOT NULL,
    received_at timestamptz NOT NULL,   -- newest record about this row
    type_id     integer NOT NULL,
    occurred_on date NOT NULL,
    agency_id   smallint NOT NULL,
    place_code  text COLLATE "C" NOT NULL,
    dims        text COLLATE "C" NOT NULL,
    sum_1 numeric, sum_2 numeric, sum_3 numeric, sum_4 numeric,
    sum_5 numeric, sum_6 numeric, sum_7 numeric, sum_8 numeric,
    sum_9 numeric, sum_10 numeric, sum_11 numeric, sum_12 numeric,
    by_1 bigint, by_2 bigint, by_3 bigint, by_4 bigint,
    by_5 bigint, by_6 bigint, by_7 bigint, by_8 bigint,
    by_9 bigint, by_10 bigint, by_11 bigint, by_12 bigint,
    PRIMARY KEY (type_id, occurred_on, place_code, agency_id, dims)
) WITH (fillfactor = 70);

-- The same facts without places and dimensions, but by the Tehran day on which
-- they were posted, 'infinity' for a correction: of that nobody knows when the
-- fact was first posted. Few rows, for what asks for whole years at once.
CREATE TABLE core.posted (
    events      bigint NOT NULL,
    received_at timestamptz NOT NULL,   -- newest record about this row
    type_id     integer NOT NULL,
    occurred_on date NOT NULL,
    posted_on   date NOT NULL,
    agency_id   smallint NOT NULL,
    PRIMARY KEY (type_id, occurred_on, agency_id, posted_on)
) WITH (fillfactor = 70);

-- Fates of the messages an agency posted, by the Tehran day of the record.
CREATE TABLE core.agency_day (
    agency_code text COLLATE "C" NOT NULL,
    received_on date NOT NULL,
    applied     bigint NOT NULL DEFAULT 0,
    duplicate   bigint NOT NULL DEFAULT 0,
    stale       bigint NOT NULL DEFAULT 0,
    rejected    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (agency_code, received_on)
) WITH (fillfactor = 70);

-- ---------------------------------------------------------------- positions

-- The truth about where the consumer is. Moved in the transaction of the
-- data, by compare-and-set on next_offset and epoch.
CREATE TABLE ops.partition_progress (
    topic          text COLLATE "C" NOT NULL,
    partition      integer NOT NULL,
    next_offset    bigint NOT NULL DEFAULT 0,
    high_watermark bigint NOT NULL DEFAULT 0,
    applied        bigint NOT NULL DEFAULT 0,
    duplicate      bigint NOT NULL DEFAULT 0,
    stale          bigint NOT NULL DEFAULT 0,
    dead           bigint NOT NULL DEFAULT 0,
    gaps           bigint NOT NULL DEFAULT 0,
    last_record_at timestamptz,
    applied_until  timestamptz,
    committed_at   timestamptz,
    seen_at        timestamptz,
    owner          text,
    epoch          bigint NOT NULL DEFAULT 0,
    cluster_id     text,
    topic_id       text,
    state          text NOT NULL DEFAULT 'new'
                   CHECK (state IN ('new', 'running', 'blocked', 'released')),
    reason         text,
    since          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition),
    CONSTRAINT every_offset_has_one_fate
        CHECK (applied + duplicate + stale + dead + gaps = next_offset)
) WITH (fillfactor = 50);

-- ------------------------------------------------------------- dead letters

CREATE TABLE ops.dead_letter (
    id          bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    topic       text COLLATE "C" NOT NULL,
    partition   integer NOT NULL,
    "offset"    bigint NOT NULL,
    event_type  text COLLATE "C",
    event_id    uuid,
    agency_code text COLLATE "C",
    reason      text COLLATE "C" NOT NULL,
    pointer     text,
    detail      jsonb NOT NULL,
    received_at timestamptz NOT NULL,
    dead_at     timestamptz NOT NULL DEFAULT now(),
    state       text NOT NULL DEFAULT 'open'
                CHECK (state IN ('open', 'replayed', 'parked')),
    -- with the time, since a log made anew uses offsets again
    UNIQUE (topic, partition, "offset", received_at)
);

-- The record as it came; apart, because it may hold what nobody should read.
CREATE TABLE core.dead_letter_record (
    id      bigint PRIMARY KEY REFERENCES ops.dead_letter,
    key     bytea,
    value   bytea,
    headers jsonb NOT NULL DEFAULT '[]'
);
