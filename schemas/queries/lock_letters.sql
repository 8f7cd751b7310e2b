-- SPDX-License-Identifier: Apache-2.0
-- Lock the next chosen dead letters ($1 to $8) behind id $9: at most $10, and
-- at most $11 bytes but one at least. The contract is locked, too: verdicts
-- hold as long as the transaction. With them goes what the consumer has to
-- know of their records and of this moment (lock_positions).
SELECT l.id, l.partition, l."offset",
       (extract(epoch FROM l.received_at) * 1000)::bigint,
       r.value, c.version, (extract(epoch FROM now()) * 1000000)::bigint
FROM (SELECT id, sum(size) OVER (ORDER BY id) - size AS bytes_before
        FROM (SELECT chosen.id, coalesce(octet_length(v.value), 0) AS size
                FROM core.chosen_letters(
                         $1::text::bigint[], $2::text,
                         string_to_array($3::text, ','), $4::text,
                         $5::text::integer, $6::text, $7::text::timestamptz,
                         $8::text::timestamptz) AS chosen
                JOIN core.dead_letter_record v USING (id)
               WHERE chosen.id > $9::bigint
               ORDER BY chosen.id
               LIMIT $10::bigint) AS next) AS n
JOIN ops.dead_letter l ON l.id = n.id
JOIN core.dead_letter_record r ON r.id = n.id
CROSS JOIN core.contract c
WHERE n.bytes_before < $11::bigint AND l.state = $6::text
ORDER BY l.id
FOR UPDATE OF l FOR SHARE OF c
