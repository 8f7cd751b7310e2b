-- SPDX-License-Identifier: Apache-2.0
-- What is known of facts whose records made no version, by id ($1), agency
-- ($2), revision ($3) and offset ($4) in partition $5: the highest revision,
-- the highest that the partition gave before, the content at that revision,
-- and whether another partition gave that revision or a higher one.
SELECT v.*
FROM unnest($1::text::uuid[], $2::text::smallint[], $3::text::integer[],
            $4::text::bigint[])
     WITH ORDINALITY AS u (event_id, agency_id, revision, "offset", n)
CROSS JOIN LATERAL (
     SELECT max(s.revision) AS highest,
            max(s.revision) FILTER (
                WHERE s.partition = $5::text::integer
                  AND s."offset" < u."offset") AS before,
            max(s.content) FILTER (WHERE s.revision = u.revision) AS content,
            coalesce(bool_or(s.revision >= u.revision
                             AND s.partition <> $5::text::integer), false)
                AS elsewhere
     FROM (SELECT revision, content, partition, "offset"
             FROM core.event e
            WHERE e.event_id = u.event_id AND e.agency_id = u.agency_id
            UNION ALL
           SELECT revision, content, partition, "offset"
             FROM core.event_history h
            WHERE h.event_id = u.event_id AND h.agency_id = u.agency_id) AS s
     ) AS v
ORDER BY u.n
