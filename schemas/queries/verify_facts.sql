-- SPDX-License-Identifier: Apache-2.0
-- What is known of facts whose records made no version, by id ($1), agency
-- ($2), revision ($3) and offset ($4) in partition $5 of topic $6: the highest
-- revision, the highest that the partition gave before, the content at that
-- revision, and whether that revision or a higher one was given out of turn: by
-- another partition, by the replay of a letter, or by what was read before a
-- person set the position back or into another log ($7, us since 2000).
SELECT v.*
FROM unnest($1::text::uuid[], $2::text::smallint[], $3::text::integer[],
            $4::text::bigint[])
     WITH ORDINALITY AS u (event_id, agency_id, revision, "offset", n)
CROSS JOIN LATERAL (
     SELECT max(s.revision) AS highest,
            max(s.revision) FILTER (
                WHERE s.partition = $5::text::integer
                  AND s."offset" < u."offset" AND NOT r.replayed) AS before,
            max(s.content) FILTER (WHERE s.revision = u.revision) AS content,
            coalesce(bool_or(s.revision >= u.revision AND (
                s.partition <> $5::text::integer OR r.replayed
                OR s.applied_us <= $7::text::bigint)), false)
                AS elsewhere
     FROM (SELECT revision, content, partition, "offset", received_at,
                  (extract(epoch FROM applied_at) * 1000000)::bigint
                  - 946684800000000 AS applied_us
             FROM core.event e
            WHERE e.event_id = u.event_id AND e.agency_id = u.agency_id
            UNION ALL
           SELECT revision, content, partition, "offset", received_at,
                  (extract(epoch FROM applied_at) * 1000000)::bigint
                  - 946684800000000
             FROM core.event_history h
            WHERE h.event_id = u.event_id AND h.agency_id = u.agency_id) AS s
     CROSS JOIN LATERAL (
           SELECT EXISTS (SELECT FROM ops.dead_letter l
                           WHERE l.topic = $6 AND l.partition = s.partition
                             AND l."offset" = s."offset"
                             AND l.received_at = s.received_at
                             AND l.state = 'replayed') AS replayed) AS r
     ) AS v
ORDER BY u.n
