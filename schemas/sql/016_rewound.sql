-- SPDX-License-Identifier: Apache-2.0
-- A position that goes back (a person's decision, a restored backup, a repair
-- by hand) is news for ten minutes, also to a monitor that was not looking
-- when it happened and the records were applied again within a second.

ALTER TABLE ops.partition_progress ADD COLUMN rewound_at timestamptz;

CREATE FUNCTION core.note_rewind()
RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.rewound_at := now();
    RETURN NEW;
END $$;

-- The condition is looked at without calling the function.
CREATE TRIGGER note_rewind BEFORE UPDATE OF next_offset
    ON ops.partition_progress FOR EACH ROW
    WHEN (NEW.next_offset < OLD.next_offset)
    EXECUTE FUNCTION core.note_rewind();
