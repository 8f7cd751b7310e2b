-- SPDX-License-Identifier: Apache-2.0
-- What is known of the facts of a batch, locked in key order.
SELECT event_id, agency_id, revision, content, type_id, in_force,
       occurred_on, place_code, programme_code, numbers, codes,
       CASE WHEN correction_reason IS NULL
            THEN (posted_at AT TIME ZONE 'Asia/Tehran')::date
            ELSE 'infinity' END
FROM core.event
WHERE event_id = ANY ($1::uuid[])
ORDER BY event_id, agency_id
FOR UPDATE
