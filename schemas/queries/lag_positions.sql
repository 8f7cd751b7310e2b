-- SPDX-License-Identifier: Apache-2.0
-- What the monitor asks once a second. Ages in ms by the clock of PostgreSQL,
-- so that the monitor's own need not agree with it; NULL: never.
-- The last one is looked for only when signs of life are missing: an owner whose
-- transaction has locked a position (xmax) and waits for a lock of another one
-- is not dead.
SELECT p.partition, p.next_offset, p.state = 'blocked', coalesce(p.reason, ''),
       coalesce(p.owner, ''), coalesce(p.topic_id, ''),
       (extract(epoch FROM clock_timestamp() - p.seen_at) * 1000)::bigint,
       (extract(epoch FROM clock_timestamp() - p.committed_at) * 1000)::bigint,
       (extract(epoch FROM clock_timestamp() - p.since) * 1000)::bigint,
       (extract(epoch FROM clock_timestamp() - p.rewound_at) * 1000)::bigint,
       CASE WHEN p.seen_at < clock_timestamp() - interval '10 s'
            THEN p.owner IN (
                SELECT q.owner
                FROM ops.partition_progress q
                JOIN pg_locks held ON held.locktype = 'transactionid'
                                  AND held.granted
                                  AND held.transactionid = q.xmax
                JOIN pg_locks wanted ON wanted.pid = held.pid
                                    AND NOT wanted.granted
                WHERE q.topic = $1)
            ELSE false END
FROM ops.partition_progress p
WHERE p.topic = $1 AND p.partition BETWEEN 0 AND $2::int - 1
