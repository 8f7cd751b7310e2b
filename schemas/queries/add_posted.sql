-- SPDX-License-Identifier: Apache-2.0
-- Add the changes of a batch to core.posted; keys are sorted and unique.
INSERT INTO core.posted AS p
    (type_id, occurred_on, agency_id, posted_on, events, received_at)
SELECT * FROM unnest($1::int[], $2::date[], $3::smallint[], $4::date[],
                     $5::bigint[], $6::timestamptz[])
ON CONFLICT (type_id, occurred_on, agency_id, posted_on) DO UPDATE
SET events = p.events + excluded.events,
    received_at = greatest(p.received_at, excluded.received_at)
