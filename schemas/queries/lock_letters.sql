-- SPDX-License-Identifier: Apache-2.0
-- Lock the next open dead letters, by their ids or by reason, with what the
-- consumer has to know of their records and of this moment (lock_positions).
SELECT l.id, l.partition, l."offset",
       (extract(epoch FROM l.received_at) * 1000)::bigint,
       r.value, c.version, (extract(epoch FROM now()) * 1000000)::bigint
FROM ops.dead_letter l
JOIN core.dead_letter_record r ON r.id = l.id
CROSS JOIN core.contract c
WHERE l.state = 'open' AND l.id > $1::bigint
  AND ($2::bigint[] IS NULL OR l.id = ANY ($2))
  AND ($3::text IS NULL OR l.reason = $3)
ORDER BY l.id
LIMIT $4::bigint
FOR UPDATE OF l
