-- SPDX-License-Identifier: Apache-2.0
-- What the monitor asks once a second. Ages in ms by the clock of PostgreSQL,
-- so that the monitor's own need not agree with it; NULL: never.
-- The last two are looked for only when signs of life are missing: an owner whose
-- transaction has locked a position (xmax) is at work, in a long statement or in
-- a COMMIT that waits for a standby; perhaps it waits for a lock of another one.
-- One that has died is no longer there, and of one that is frozen PostgreSQL ends
-- the transaction after half a minute (idle_in_transaction_session_timeout).
SELECT p.partition, p.next_offset, p.state = 'blocked', coalesce(p.reason, ''),
       coalesce(p.owner, ''), coalesce(p.topic_id, ''),
       (extract(epoch FROM clock_timestamp() - p.seen_at) * 1000)::bigint,
       (extract(epoch FROM clock_timestamp() - p.committed_at) * 1000)::bigint,
       (extract(epoch FROM clock_timestamp() - p.since) * 1000)::bigint,
       (extract(epoch FROM clock_timestamp() - p.rewound_at) * 1000)::bigint,
       coalesce(w.locked, false), w.owner IS NOT NULL
FROM ops.partition_progress p
LEFT JOIN (
    SELECT q.owner, bool_or(EXISTS (
               SELECT FROM pg_locks wanted
               WHERE wanted.pid = a.pid AND NOT wanted.granted)) AS locked
    FROM ops.partition_progress q
    JOIN pg_stat_activity a ON a.backend_xid = q.xmax
                           AND a.application_name = 'mahalle-aggregate'
    WHERE q.topic = $1 AND q.seen_at < clock_timestamp() - interval '10 s'
    GROUP BY q.owner) AS w
  ON w.owner = p.owner AND p.seen_at < clock_timestamp() - interval '10 s'
WHERE p.topic = $1 AND p.partition BETWEEN 0 AND $2::int - 1
