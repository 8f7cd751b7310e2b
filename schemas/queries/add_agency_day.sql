-- SPDX-License-Identifier: Apache-2.0
-- Count the fates of a batch for the agencies that posted.
INSERT INTO core.agency_day AS d
    (agency_code, received_on, applied, duplicate, stale, rejected)
SELECT u.agency_code, u.received_on, sum(u.applied), sum(u.duplicate),
       sum(u.stale), sum(u.rejected)
FROM unnest($1::text[], $2::date[], $3::bigint[], $4::bigint[],
            $5::bigint[], $6::bigint[])
     AS u (agency_code, received_on, applied, duplicate, stale, rejected)
GROUP BY u.agency_code COLLATE "C", u.received_on, u.agency_code
ORDER BY u.agency_code COLLATE "C", u.received_on
ON CONFLICT (agency_code, received_on) DO UPDATE
SET applied = d.applied + excluded.applied,
    duplicate = d.duplicate + excluded.duplicate,
    stale = d.stale + excluded.stale,
    rejected = d.rejected + excluded.rejected
