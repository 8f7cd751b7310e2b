-- SPDX-License-Identifier: Apache-2.0
-- What the monitor asks once a second. Ages in ms by the clock of PostgreSQL,
-- so that the monitor's own need not agree with it; NULL: never.
SELECT partition, next_offset, state = 'blocked', coalesce(reason, ''),
       coalesce(owner, ''), coalesce(topic_id, ''),
       (extract(epoch FROM clock_timestamp() - seen_at) * 1000)::bigint,
       (extract(epoch FROM clock_timestamp() - committed_at) * 1000)::bigint,
       (extract(epoch FROM clock_timestamp() - since) * 1000)::bigint,
       (extract(epoch FROM clock_timestamp() - rewound_at) * 1000)::bigint
FROM ops.partition_progress
WHERE topic = $1 AND partition BETWEEN 0 AND $2::int - 1
