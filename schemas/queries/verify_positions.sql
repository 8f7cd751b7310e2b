-- SPDX-License-Identifier: Apache-2.0
-- Positions in a topic ($1), the fates counted there, whose log that was, and
-- how far other topics of this database have been read in partitions of that
-- number.
SELECT p.partition, p.next_offset, p.applied, p.duplicate, p.stale, p.dead,
       p.gaps, coalesce(p.cluster_id, ''), coalesce(p.topic_id, ''),
       greatest(0,
           (SELECT max(o.next_offset) FROM ops.partition_progress o
             WHERE o.partition = p.partition AND o.topic <> p.topic),
           (SELECT max(d.from_offset) FROM ops.gap_decision d
             WHERE d.partition = p.partition AND d.topic <> p.topic))
FROM ops.partition_progress p
WHERE p.topic = $1
ORDER BY p.partition
