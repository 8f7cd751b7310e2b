-- SPDX-License-Identifier: Apache-2.0
-- The order in which dead letters became visible, for who reads them page by page
-- and must miss none: ids are given before the commit, so with two consumers a
-- lower one may appear after a higher one.
--
-- A letter gets its number as the last thing before its commit, one transaction
-- at a time. So whoever sees a number sees every lower one, on a standby, too.

CREATE TABLE core.listed_letter (
    listed      bigint GENERATED ALWAYS AS IDENTITY,
    agency_code text COLLATE "C" NOT NULL,
    letter_id   bigint NOT NULL REFERENCES ops.dead_letter,
    PRIMARY KEY (agency_code, listed)
);

-- No rows. Locked by a transaction that numbers its letters, until its commit is
-- over. A table of its own, so that no VACUUM ever stands in the way.
CREATE TABLE core.letter_gate ();

CREATE FUNCTION core.list_letter()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    LOCK TABLE core.letter_gate IN SHARE ROW EXCLUSIVE MODE;
    INSERT INTO core.listed_letter (agency_code, letter_id)
    VALUES (new.agency_code, new.id);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION core.list_letter() FROM PUBLIC;

-- What was read by ids until now goes on from the same number.
LOCK TABLE ops.dead_letter IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO core.listed_letter (listed, agency_code, letter_id)
OVERRIDING SYSTEM VALUE
SELECT id, agency_code, id FROM ops.dead_letter WHERE agency_code IS NOT NULL;
SELECT setval(pg_get_serial_sequence('core.listed_letter', 'listed'), max(id))
  FROM ops.dead_letter HAVING max(id) IS NOT NULL;

CREATE CONSTRAINT TRIGGER list_letter AFTER INSERT ON ops.dead_letter
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (new.agency_code IS NOT NULL) EXECUTE FUNCTION core.list_letter();

GRANT SELECT ON core.listed_letter TO mahalle_gateway;

DO $$
DECLARE
    object text;
    fa text;
    en text;
BEGIN
    FOR object, fa, en IN VALUES
    ('TABLE core.listed_letter', 'ترتیب پدیدار شدن پیام‌های مردود هر دستگاه', 'dead letters of an agency in the order in which they became visible'),
    ('TABLE core.letter_gate', 'قفل ترتیب پیام‌های مردود', 'no rows; locked by a transaction that is about to commit dead letters'),
    ('FUNCTION core.list_letter', 'شماره‌گذاری پیام مردود هنگام ثبت', 'numbers a dead letter as the last thing before its commit')
    LOOP
        EXECUTE format('COMMENT ON %s IS %L', object, core.both(fa, en));
    END LOOP;
END $$;
