-- SPDX-License-Identifier: Apache-2.0
-- A dead letter and, apart from it, the record as it came. A partition that
-- was set back by a person meets its old letters again: they stay.
WITH letter AS (
    INSERT INTO ops.dead_letter
        (topic, partition, "offset", event_type, event_id, agency_code,
         reason, pointer, detail, received_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (topic, partition, "offset", received_at) DO NOTHING
    RETURNING id
)
INSERT INTO core.dead_letter_record (id, key, value, headers)
SELECT id, $11, $12, $13 FROM letter
