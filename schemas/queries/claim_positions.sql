-- SPDX-License-Identifier: Apache-2.0
-- Take over partitions: the epoch rises, so that the last owner can move
-- nothing any more. Waits for a transaction of his that is still under way.
-- The last two: a gap was found and nobody has decided about it; the cluster or
-- the topic is not the one that was read before (unknown ids differ from none).
INSERT INTO ops.partition_progress AS p
    (topic, partition, owner, epoch, cluster_id, topic_id, state, seen_at)
SELECT $1, u.partition, $3, 1, $4, $5, 'running', now()
FROM unnest($2::int[]) AS u (partition)
ORDER BY u.partition
ON CONFLICT (topic, partition) DO UPDATE
SET owner = excluded.owner,
    epoch = p.epoch + 1,
    cluster_id = coalesce(p.cluster_id, excluded.cluster_id),
    topic_id = coalesce(p.topic_id, excluded.topic_id),
    since = CASE WHEN p.state <> 'blocked'
                      AND p.owner IS DISTINCT FROM excluded.owner
            THEN now() ELSE p.since END,
    seen_at = now()
RETURNING partition, next_offset, epoch,
          coalesce(state = 'blocked' AND reason LIKE 'GAP:%', false),
          coalesce(p.cluster_id <> $4, false)
          OR coalesce(p.topic_id <> $5, false)
