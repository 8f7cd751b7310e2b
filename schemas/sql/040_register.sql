-- SPDX-License-Identifier: Apache-2.0
-- How an event schema becomes known: core.register_schema.
--
-- The checker of schemas (mahalle-admin schema check) says whether a schema
-- is a good one; here only what the tables rest on is refused.

-- Symbols of enum fields, with their labels.
CREATE TABLE core.symbol (
    type_id  integer NOT NULL,
    field    text COLLATE "C" NOT NULL,
    symbol   text COLLATE "C" NOT NULL,
    position smallint NOT NULL,
    label_fa text NOT NULL,
    label_en text NOT NULL,
    PRIMARY KEY (type_id, field, symbol),
    FOREIGN KEY (type_id, field) REFERENCES core.field
);

-- The fields of a schema, with the place where each one is kept. The first
-- twelve are the envelope; the others have slots:
--   number_slot   int, long, boolean, date, timestamp, in field order
--   code_slot     string, enum, in field order
--   measure_slot  role measure, in field order
--   whole_slot    of the measure that atMost names, 12, 11 and so on: lib/schema.c
--   dim_slot      1 is programme_code, then role dimension and flag
CREATE FUNCTION core.fields_of(body jsonb)
RETURNS SETOF core.field LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
WITH field AS (
    SELECT f.position::smallint AS position, f.def, t.type,
           f.def -> 'type' @> '["null"]' AS optional
      FROM jsonb_array_elements(body -> 'fields')
           WITH ORDINALITY AS f (def, position)
     CROSS JOIN LATERAL (
           SELECT CASE jsonb_typeof(f.def -> 'type')
                  WHEN 'array' THEN (f.def -> 'type') - 'null' -> 0
                  ELSE f.def -> 'type' END) AS t (type)
), typed AS (
    SELECT *,
           CASE
           WHEN type ->> 'logicalType' = 'date' THEN 'date'
           WHEN type ->> 'logicalType' = 'timestamp-millis' THEN 'timestamp'
           WHEN type ->> 'logicalType' = 'uuid' THEN 'uuid'
           WHEN type ->> 'type' IS NOT NULL THEN type ->> 'type'
           WHEN type #>> '{}' IN ('int', 'long', 'boolean', 'string')
           THEN type #>> '{}'
           ELSE 'enum'              -- the name of one that came before
           END AS kind,
           def ->> 'role' AS role,
           position > 12 AS own
      FROM field
), kept AS (
    SELECT *,
           own AND kind IN ('int', 'long', 'boolean', 'date', 'timestamp')
           AS number,
           own AND kind IN ('string', 'enum') AS code,
           own AND role = 'measure' AS measure,
           own AND role IN ('dimension', 'flag')
           OR def ->> 'name' = 'programme_code' AS dim
      FROM typed
), part AS (
    SELECT part.position, whole.def ->> 'name' AS whole,
           13 - row_number() OVER (ORDER BY part.position) AS whole_slot
      FROM kept part
      JOIN kept whole ON whole.def ->> 'name' = part.def ->> 'atMost'
     WHERE part.measure AND whole.measure
       AND octet_length(part.def ->> 'name')
           + octet_length(whole.def ->> 'name') + 6 <= 63
)
SELECT (body ->> 'schemaId')::integer,
       position,
       def ->> 'name',
       kind,
       role,
       def ->> 'unit',
       def ->> 'labelFa',
       def ->> 'labelEn',
       def ->> 'doc',
       coalesce(optional, false),
       CASE jsonb_typeof(def -> 'lookup')
       WHEN 'boolean' THEN CASE WHEN (def -> 'lookup')::boolean
                                THEN def ->> 'name' END
       ELSE def ->> 'lookup' END,
       measure AND def ->> 'unit' = 'rial',
       CASE WHEN number THEN count(*) FILTER (WHERE number) OVER upto END,
       CASE WHEN code THEN count(*) FILTER (WHERE code) OVER upto END,
       CASE WHEN measure THEN count(*) FILTER (WHERE measure) OVER upto END,
       CASE WHEN dim THEN count(*) FILTER (WHERE dim) OVER upto END,
       CASE WHEN whole_slot > count(*) FILTER (WHERE measure) OVER ()
            THEN whole END,
       CASE WHEN whole_slot > count(*) FILTER (WHERE measure) OVER ()
            THEN whole_slot END
  FROM kept
  LEFT JOIN part USING (position)
WINDOW upto AS (ORDER BY position)
 ORDER BY position
$$;

-- The enums that a schema defines, by name, with all their symbols.
CREATE FUNCTION core.symbols_of(body jsonb)
RETURNS TABLE (field text, symbol text, "position" smallint,
               label_fa text, label_en text)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
WITH field AS (
    SELECT def ->> 'name' AS field,
           CASE jsonb_typeof(def -> 'type')
           WHEN 'array' THEN (def -> 'type') - 'null' -> 0
           ELSE def -> 'type' END AS type
      FROM jsonb_array_elements(body -> 'fields') AS f (def)
), enum AS (
    SELECT type ->> 'name' AS name, type
      FROM field
     WHERE type ->> 'type' = 'enum'
)
SELECT f.field, s.symbol, s.position::smallint,
       coalesce(enum.type -> 'labelsFa' ->> s.symbol, s.symbol),
       coalesce(enum.type -> 'labelsEn' ->> s.symbol, s.symbol)
  FROM field f
  JOIN enum ON enum.name = coalesce(
           f.type ->> 'name',
           (regexp_match(f.type #>> '{}', '([A-Za-z0-9_]+)$'))[1])
 CROSS JOIN LATERAL jsonb_array_elements_text(enum.type -> 'symbols')
       WITH ORDINALITY AS s (symbol, position)
$$;

-- Refuse what the tables cannot hold.
CREATE FUNCTION core.check_schema(body jsonb, version integer, path text)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    id integer := (body ->> 'schemaId')::integer;
    type text := body ->> 'eventType';
    latest integer;
    fault text;
BEGIN
    SELECT max(s.version) INTO latest FROM core.schema s
     WHERE s.event_type = type;
    SELECT string_agg(text, '; ') INTO fault FROM (
        SELECT 'schemaId is not a positive number'
         WHERE id IS NULL OR id < 1
        UNION ALL
        SELECT 'eventType is not [a-z][a-z0-9_]{1,49}'
         WHERE type IS NULL OR type !~ '^[a-z][a-z0-9_]{1,49}$'
        UNION ALL
        SELECT format('eventType %s is the name of views of ours', type)
         WHERE type IN ('event', 'measure', 'agency')
        UNION ALL
        SELECT format('version %s of %s: the next one is %s', version, type,
                      coalesce(latest, 0) + 1)
         WHERE version IS DISTINCT FROM coalesce(latest, 0) + 1
        UNION ALL
        SELECT format('field %s: kind %s cannot be stored', field, kind)
          FROM core.fields_of(body)
         WHERE position > 12 AND number_slot IS NULL AND code_slot IS NULL
        UNION ALL
        SELECT format('field %s: its enum is not defined', field)
          FROM core.fields_of(body)
         WHERE kind = 'enum'
           AND field NOT IN (SELECT s.field FROM core.symbols_of(body) s)
        UNION ALL
        SELECT 'more than 12 measures'
          FROM core.fields_of(body) HAVING max(measure_slot) > 12
        UNION ALL
        SELECT 'as many measures leave no room for shares of earlier versions'
          FROM core.event_type t
          JOIN core.field old USING (type_id)
         WHERE t.event_type = type
        HAVING min(old.whole_slot)
               <= (SELECT max(new.measure_slot) FROM core.fields_of(body) new)
        UNION ALL
        SELECT 'more than 64 fields'
          FROM core.fields_of(body) HAVING count(*) > 64
        UNION ALL
        SELECT 'an amount of money needs the field currency_unit'
          FROM core.fields_of(body)
        HAVING bool_or(money)
               AND NOT bool_or(field = 'currency_unit' AND kind = 'enum')
        UNION ALL
        SELECT format('field %s of version %s has gone or has changed',
                      old.field, latest)
          FROM core.event_type t
          JOIN core.field old USING (type_id)
          LEFT JOIN core.fields_of(body) new USING (position)
         WHERE t.event_type = type
           AND (old.field, old.kind, old.role)
               IS DISTINCT FROM (new.field, new.kind, new.role)
    ) AS f (text);
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION '%: %', path, fault
              USING ERRCODE = 'check_violation';
    END IF;
END $$;

-- Make a schema known: its type, its fields, its views. Answers 'new', or
-- 'unchanged' when the same text is there already. A published schema never
-- changes: the same id with another text is refused (unique_violation).
CREATE FUNCTION core.register_schema(body text, version integer, path text)
RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    parsed jsonb := body::jsonb;
    id integer := (parsed ->> 'schemaId')::integer;
    type core.event_type;
    known core.schema;
BEGIN
    SELECT * INTO known FROM core.schema s
     WHERE s.schema_id = id;
    IF FOUND THEN
        IF known.body = register_schema.body
           AND known.version = register_schema.version THEN
            RETURN 'unchanged';
        END IF;
        RAISE EXCEPTION '%: schema id % is that of % version %, which was '
              'published with another text', path, id, known.event_type,
              known.version USING ERRCODE = 'unique_violation';
    END IF;
    PERFORM core.check_schema(parsed, register_schema.version, path);

    type.event_type := parsed ->> 'eventType';
    SELECT coalesce(min(s.type_id), id) INTO type.type_id
      FROM core.schema s
     WHERE s.event_type = type.event_type;
    INSERT INTO core.schema (schema_id, type_id, event_type, version,
                             full_name, body)
    VALUES (id, type.type_id, type.event_type, register_schema.version,
            (parsed ->> 'namespace') || '.' || (parsed ->> 'name'),
            register_schema.body);

    DELETE FROM core.symbol s WHERE s.type_id = type.type_id;
    DELETE FROM core.field f WHERE f.type_id = type.type_id;
    DELETE FROM core.event_type t WHERE t.type_id = type.type_id;
    INSERT INTO core.event_type (
        type_id, event_type, domain, kind, reporting, finest_place,
        coarsest_place, entity, entity_key, sensitive, withhold_measure,
        withhold_below, label_fa, label_en, doc)
    VALUES (
        type.type_id,
        type.event_type,
        (regexp_match(parsed ->> 'namespace', '([^.]+)$'))[1],
        parsed ->> 'kind',
        parsed ->> 'reporting',
        parsed ->> 'finestPlace',
        parsed ->> 'coarsestPlace',
        parsed ->> 'entity',
        parsed ->> 'entityKey',
        coalesce((parsed ->> 'sensitive')::boolean, false),
        parsed -> 'withhold' ->> 'measure',
        (parsed -> 'withhold' ->> 'below')::bigint,
        parsed ->> 'labelFa',
        parsed ->> 'labelEn',
        parsed ->> 'doc');
    INSERT INTO core.field
    SELECT type.type_id, f.position, f.field, f.kind, f.role, f.unit,
           f.label_fa, f.label_en, f.doc, f.optional, f.lookup, f.money,
           f.number_slot, f.code_slot, f.measure_slot, f.dim_slot,
           f.whole, f.whole_slot
      FROM core.fields_of(parsed) f;
    INSERT INTO core.symbol
    SELECT type.type_id, s.field, s.symbol, s.position, s.label_fa,
           s.label_en
      FROM core.symbols_of(parsed) s;

    ANALYZE core.event_type, core.field;    -- too small for autovacuum
    UPDATE core.contract SET version = version + 1;
    PERFORM core.build_dims();
    PERFORM core.build_views(type.type_id);
    RETURN 'new';
END $$;

-- ---------------------------------------------------------------- dimensions

-- SQL that reads a field of a fact from `numbers` and `codes`.
CREATE FUNCTION core.read_field(field core.field)
RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
SELECT format(CASE field.kind
              WHEN 'int' THEN 'numbers[%s]::integer'
              WHEN 'long' THEN 'numbers[%s]'
              WHEN 'boolean' THEN '(numbers[%s] <> 0)'
              WHEN 'date' THEN 'date ''1970-01-01'' + numbers[%s]::integer'
              WHEN 'timestamp' THEN 'to_timestamp(numbers[%s] / 1000.0)'
              ELSE 'codes[%s]' END,
              coalesce(field.number_slot, field.code_slot))
$$;

-- core.dims(type_id, programme_code, numbers, codes): what core.daily.dims is
-- for a fact, one branch a type. Written anew with each schema, so that a
-- query over facts of all types works it out in one pass.
CREATE FUNCTION core.build_dims()
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    branches text;
BEGIN
    SELECT string_agg(format(
               ' WHEN %s THEN rtrim(array_to_string(ARRAY[%s], ''|'', ''''), ''|'')',
               type_id, parts), E'\n' ORDER BY type_id)
      INTO branches
      FROM (SELECT f.type_id,
                   string_agg(CASE
                       WHEN f.dim_slot = 1 THEN 'programme_code'
                       WHEN f.kind = 'boolean'
                       THEN format('(numbers[%s] <> 0)::text', f.number_slot)
                       WHEN f.code_slot IS NULL
                       THEN format('numbers[%s]::text', f.number_slot)
                       ELSE format('codes[%s]', f.code_slot) END,
                       ', ' ORDER BY f.dim_slot) AS parts
              FROM core.field f
             WHERE f.dim_slot IS NOT NULL
             GROUP BY f.type_id) AS type;
    EXECUTE format($sql$
        CREATE OR REPLACE FUNCTION core.dims(
            type_id integer, programme_code text, numbers bigint[],
            codes text[])
        RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
        RETURN %s $sql$,
        coalesce(E'CASE type_id\n' || branches || E'\nEND', 'NULL::text'));
END $$;

DO $$ BEGIN PERFORM core.build_dims(); END $$;
