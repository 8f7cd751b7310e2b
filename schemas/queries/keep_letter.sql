-- SPDX-License-Identifier: Apache-2.0
-- A dead letter that has been taken again and is dead for what holds now.
UPDATE ops.dead_letter
SET reason = $2,
    pointer = $3,
    detail = $4,
    event_type = coalesce($5, event_type),
    event_id = coalesce($6, event_id),
    agency_code = coalesce($7, agency_code)
WHERE id = $1
