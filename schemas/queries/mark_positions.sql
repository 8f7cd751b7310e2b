-- SPDX-License-Identifier: Apache-2.0
-- A sign of life, and how far everything is applied: a partition that is read
-- to its end is complete up to the moment its end was asked for ($5 s ago). An
-- end of -1 is unknown.
UPDATE ops.partition_progress AS p
SET seen_at = now(),
    high_watermark = greatest(p.high_watermark, u.high_watermark),
    applied_until = CASE
        WHEN p.state = 'running' AND u.high_watermark >= 0
             AND p.next_offset >= u.high_watermark
        THEN greatest(p.applied_until, now() - make_interval(secs => $5))
        ELSE p.applied_until END
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[])
     AS u (partition, epoch, high_watermark)
WHERE p.topic = $1 AND p.partition = u.partition AND p.epoch = u.epoch
