-- SPDX-License-Identifier: Apache-2.0
-- Old versions go to the history, new ones take their place.
WITH moved AS (
    INSERT INTO core.event_history
    SELECT e.*, now()
    FROM core.event e
    JOIN changed c USING (event_id, agency_id)
)
UPDATE core.event AS e
SET content = c.content, "offset" = c."offset", received_at = c.received_at,
    posted_at = c.posted_at, applied_at = c.applied_at,
    occurred_at = c.occurred_at, revision = c.revision,
    occurred_on = c.occurred_on, type_id = c.type_id,
    partition = c.partition, in_force = c.in_force,
    correction_reason = c.correction_reason, place_code = c.place_code,
    council_code = c.council_code, programme_code = c.programme_code,
    source_ref = c.source_ref, numbers = c.numbers, codes = c.codes
FROM changed c
WHERE e.event_id = c.event_id AND e.agency_id = c.agency_id
