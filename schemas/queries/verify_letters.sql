-- SPDX-License-Identifier: Apache-2.0
-- Every dead letter of mahalle.topic in the order of the log, with the hashes of
-- its record; see verify_versions.
DECLARE stored BINARY NO SCROLL CURSOR FOR
SELECT l.partition, l."offset",
       (extract(epoch FROM l.received_at) * 1000)::bigint AS at_ms,
       l.reason::text, l.state::text, sha256(r.key), sha256(r.value), l.dead_at
FROM ops.dead_letter l
LEFT JOIN core.dead_letter_record r USING (id)
JOIN (SELECT (r ->> 0)::integer, (r ->> 1)::bigint, (r ->> 2)::bigint
        FROM json_array_elements(current_setting('mahalle.ranges')::json) AS r)
     AS range (partition, low, high)
  ON range.partition = l.partition AND l."offset" >= low AND l."offset" < high
WHERE l.topic = current_setting('mahalle.topic')
ORDER BY l.partition, l."offset", l.received_at
