-- SPDX-License-Identifier: Apache-2.0
-- Agencies, code lists and places: how they are loaded, checked, and read by
-- the day.
--
-- A loader calls load_* once a row and reference_changed() once at the end,
-- all in one transaction: what is wrong is refused as a whole.

-- ------------------------------------------------------------------- loading

-- Each answers 'new', 'changed' or 'unchanged'. No ON CONFLICT: it would use
-- up a number of core.agency.agency_id for every row that is there already.

CREATE FUNCTION core.load_agency(agency_code text, label_fa text,
                                 label_en text)
RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    old core.agency;
BEGIN
    SELECT * INTO old FROM core.agency a
     WHERE a.agency_code = load_agency.agency_code;
    IF NOT FOUND THEN
        INSERT INTO core.agency (agency_code, label_fa, label_en)
        VALUES (load_agency.agency_code, load_agency.label_fa,
                load_agency.label_en);
        RETURN 'new';
    END IF;
    IF (old.label_fa, old.label_en)
       = (load_agency.label_fa, load_agency.label_en) THEN
        RETURN 'unchanged';
    END IF;
    UPDATE core.agency a
       SET label_fa = load_agency.label_fa, label_en = load_agency.label_en
     WHERE a.agency_id = old.agency_id;
    RETURN 'changed';
END $$;

CREATE FUNCTION core.load_lookup(list text, code text, label_fa text,
                                 label_en text)
RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    old core.lookup;
BEGIN
    SELECT * INTO old FROM core.lookup l
     WHERE l.list = load_lookup.list AND l.code = load_lookup.code;
    IF NOT FOUND THEN
        INSERT INTO core.lookup (list, code, label_fa, label_en)
        VALUES (load_lookup.list, load_lookup.code, load_lookup.label_fa,
                load_lookup.label_en);
        RETURN 'new';
    END IF;
    IF (old.label_fa, old.label_en)
       = (load_lookup.label_fa, load_lookup.label_en) THEN
        RETURN 'unchanged';
    END IF;
    UPDATE core.lookup l
       SET label_fa = load_lookup.label_fa, label_en = load_lookup.label_en
     WHERE l.list = load_lookup.list AND l.code = load_lookup.code;
    RETURN 'changed';
END $$;

-- One validity span of a place; its key is (place_code, valid_from). A level's
-- own column may be left out: it is the code itself.
CREATE FUNCTION core.load_place(
    place_code text, level text, name_fa text, name_en text,
    province_code text, county_code text, settlement_code text,
    valid_from date, valid_to date, described boolean,
    is_underprivileged boolean, district_code text, aliases text[],
    source text)
RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    old core.place;
    new core.place;
BEGIN
    new := ROW(
        place_code, level, name_fa, name_en,
        CASE WHEN level = 'province' THEN coalesce(province_code, place_code)
             ELSE province_code END,
        CASE WHEN level = 'county' THEN coalesce(county_code, place_code)
             ELSE county_code END,
        CASE WHEN level IN ('city', 'village')
             THEN coalesce(settlement_code, place_code)
             WHEN level = 'neighbourhood'
             THEN coalesce(settlement_code, split_part(place_code, '-', 1))
             ELSE settlement_code END,
        district_code, valid_from, valid_to, coalesce(described, true),
        is_underprivileged, coalesce(aliases, '{}'), source)::core.place;

    SELECT p.* INTO old FROM core.place p
     WHERE p.place_code = new.place_code
       AND p.valid_from IS NOT DISTINCT FROM new.valid_from;
    IF NOT FOUND THEN
        INSERT INTO core.place SELECT new.*;
        RETURN 'new';
    END IF;
    IF old IS NOT DISTINCT FROM new THEN
        RETURN 'unchanged';
    END IF;
    UPDATE core.place p
       SET (level, name_fa, name_en, province_code, county_code,
            settlement_code, district_code, valid_to, described,
            is_underprivileged, aliases, source)
         = ROW(new.level, new.name_fa, new.name_en, new.province_code,
               new.county_code, new.settlement_code, new.district_code,
               new.valid_to, new.described, new.is_underprivileged,
               new.aliases, new.source)
     WHERE p.place_code = new.place_code
       AND p.valid_from IS NOT DISTINCT FROM new.valid_from;
    RETURN 'changed';
END $$;

-- ------------------------------------------------------------------ checking

-- What is wrong with the reference data, one line each.
CREATE VIEW core.reference_fault AS
    SELECT format('%s: code is no %s code', p.place_code, p.level) AS fault
      FROM core.place p
      JOIN (VALUES ('province',       '^[0-9]{2}$'),
                   ('county',         '^[0-9]{4}$'),
                   ('district',       '^[0-9]{6}$'),
                   ('rural_district', '^[0-9]{8}([0-9]{2})?$'),
                   ('city',           '^c[0-9]{4}$'),
                   ('village',        '^v[0-9]{6}$'),
                   ('neighbourhood',  '^(c[0-9]{4}|v[0-9]{6})-[0-9]{3}$'))
           AS form (level, pattern) USING (level)
     WHERE p.place_code !~ form.pattern
UNION ALL
    SELECT format('%s: spans from %s and from %s overlap', a.place_code,
                  coalesce(a.valid_from::text, 'the beginning'),
                  coalesce(b.valid_from::text, 'the beginning'))
      FROM core.place a
      JOIN core.place b USING (place_code)
     WHERE coalesce(a.valid_from, '-infinity')
           < coalesce(b.valid_from, '-infinity')
       AND coalesce(a.valid_to, 'infinity') > b.valid_from
UNION ALL
    SELECT format('%s: is a %s and a %s', a.place_code, a.level, b.level)
      FROM core.place a
      JOIN core.place b USING (place_code)
     WHERE a.level < b.level
UNION ALL
    SELECT format('%s: %s %s is %s', p.place_code, up.level,
                  coalesce(up.code, ''),
                  CASE WHEN up.code IS NULL THEN 'missing'
                       WHEN up.own THEN 'not the place itself'
                       ELSE 'unknown' END)
      FROM core.place p
     CROSS JOIN LATERAL (VALUES
           ('province', p.province_code, p.level = 'province'),
           ('county', p.county_code, p.level = 'county'),
           ('settlement', p.settlement_code, p.level IN ('city', 'village')),
           ('district', p.district_code, p.level = 'district'))
           AS up (level, code, own)
     WHERE CASE
           WHEN up.code IS NULL THEN
               up.level = 'province'
               OR up.level = 'county' AND p.level <> 'province'
               OR up.level = 'settlement' AND p.level = 'neighbourhood'
           WHEN up.own THEN up.code <> p.place_code
           ELSE NOT EXISTS (
               SELECT FROM core.place q
                WHERE q.place_code = up.code
                  AND CASE up.level
                      WHEN 'settlement' THEN q.level IN ('city', 'village')
                      ELSE q.level = up.level END)
           END
UNION ALL
    SELECT format('%s: lies in %s, not in %s', p.place_code,
                  split_part(p.place_code, '-', 1), p.settlement_code)
      FROM core.place p
     WHERE p.level = 'neighbourhood'
       AND p.settlement_code <> split_part(p.place_code, '-', 1);

-- Refuse reference data with faults, naming all of them; else tell running
-- programs to read it again. Returns the new version of the contract.
CREATE FUNCTION core.reference_changed()
RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    faults text;
    now_at bigint;
BEGIN
    SELECT string_agg(fault, E'\n' ORDER BY fault) INTO faults
      FROM core.reference_fault;
    IF faults IS NOT NULL THEN
        RAISE EXCEPTION E'reference data refused:\n%', faults
              USING ERRCODE = 'check_violation';
    END IF;
    ANALYZE core.agency, core.lookup, core.place;    -- too small for autovacuum
    UPDATE core.contract SET version = version + 1
    RETURNING version INTO now_at;
    RETURN now_at;
END $$;

-- ------------------------------------------------------------------- reading

-- Where a place lies on a day: join on split_part(place_code, '-', 1), and read
-- the columns by core.on_day(province, from_on, day). The spans have no gaps: a
-- day before the first span counts as in the first, after the last as in the
-- last, in a gap as in the span before.
--
-- One row a place, its spans in arrays: so the planner knows that the join adds
-- no row, and leaves it out where nobody asks for a place.
CREATE VIEW core.place_history AS
SELECT p.place_code AS base_code,
       array_agg(p.from_on ORDER BY p.from_on) AS from_on,
       array_agg(p.province_code ORDER BY p.from_on) AS province,
       array_agg(p.county_code ORDER BY p.from_on) AS county,
       array_agg(p.settlement_code ORDER BY p.from_on) AS settlement
  FROM (SELECT *,
               CASE WHEN row_number() OVER span = 1 THEN '-infinity'
                    ELSE valid_from END AS from_on
          FROM core.place
         WHERE level IN ('province', 'county', 'city', 'village')
        WINDOW span AS (PARTITION BY place_code
                        ORDER BY valid_from NULLS FIRST)) AS p
 GROUP BY p.place_code;

CREATE FUNCTION core.on_day(codes text[], from_on date[], day date)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN codes[width_bucket(day, from_on)];

-- The neighbourhood that a place code names, NULL when it is coarser.
CREATE FUNCTION core.neighbourhood(place_code text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN place_code LIKE '%-%' THEN place_code END;
