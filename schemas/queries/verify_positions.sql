-- SPDX-License-Identifier: Apache-2.0
-- Positions in a topic ($1), the fates counted there, whether a person has
-- decided about a gap, and whether letters of it have been replayed.
SELECT p.partition, p.next_offset, p.applied, p.duplicate, p.stale, p.dead,
       p.gaps,
       EXISTS (SELECT FROM ops.gap_decision d
                WHERE d.topic = p.topic AND d.partition = p.partition),
       EXISTS (SELECT FROM ops.dead_letter l
                WHERE l.topic = p.topic AND l.state = 'replayed')
FROM ops.partition_progress p
WHERE p.topic = $1
ORDER BY p.partition
