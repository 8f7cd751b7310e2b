-- SPDX-License-Identifier: Apache-2.0
-- Move positions by compare-and-set and count the fates of their records.
UPDATE ops.partition_progress AS p
SET next_offset = u.until,
    high_watermark = greatest(p.high_watermark, u.until, u.high),
    applied = p.applied + u.applied,
    duplicate = p.duplicate + u.duplicate,
    stale = p.stale + u.stale,
    dead = p.dead + u.dead,
    gaps = p.gaps + u.gaps,
    last_record_at = coalesce(u.last_record_at, p.last_record_at),
    applied_until = greatest(p.applied_until, u.last_record_at),
    committed_at = now(),
    seen_at = now()
FROM (SELECT partition, epoch, expected, until, high, applied, duplicate,
             stale, dead, gaps, to_timestamp(nullif(last_ms, 0) / 1000.0)
      FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
                  $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
                  $10::bigint[], $11::bigint[], $12::bigint[])
           AS a (partition, epoch, expected, until, high, applied, duplicate,
                 stale, dead, gaps, last_ms))
     AS u (partition, epoch, expected, until, high, applied, duplicate,
           stale, dead, gaps, last_record_at)
WHERE p.topic = $1 AND p.partition = u.partition
  AND p.epoch = u.epoch AND p.next_offset = u.expected
