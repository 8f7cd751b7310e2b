-- SPDX-License-Identifier: Apache-2.0
-- What persons decided about partitions of a topic ($1): from where to where the
-- position went, whether into another log, when (us since 2000), and the fates
-- counted until then.
SELECT partition, from_offset, to_offset, reason LIKE 'OTHER_LOG:%',
       (extract(epoch FROM decided_at) * 1000000)::bigint - 946684800000000,
       was ->> 'applied', was ->> 'duplicate', was ->> 'stale', was ->> 'dead',
       was ->> 'gaps'
FROM ops.gap_decision
WHERE topic = $1
ORDER BY partition, id
