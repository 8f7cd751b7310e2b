-- SPDX-License-Identifier: Apache-2.0
-- Where an event ($1 id, $2 agency) stands: one row with the fact in force, the
-- letter of the record that is asked for ($3 topic, $4 partition, $5 offset) or
-- else the newest one, and how far the consumer has read that partition.
SELECT e.partition, e."offset",
       to_char(e.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(e.applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       e.revision, e.content,
       l.partition, l."offset",
       to_char(l.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       l.detail, p.next_offset, l.received_at > e.received_at
  FROM (SELECT) AS one
  LEFT JOIN core.agency AS a ON a.agency_code = $2
  LEFT JOIN LATERAL (
       SELECT partition, "offset", received_at, applied_at, revision, content
         FROM core.event
        WHERE event_id = $1::uuid AND agency_id = a.agency_id) AS e ON true
  LEFT JOIN LATERAL (
       SELECT partition, "offset", received_at, detail
         FROM ops.dead_letter
        WHERE event_id = $1::uuid AND agency_code = $2 AND state <> 'replayed'
          AND ($4 = '' OR partition = nullif($4, '')::integer
                          AND "offset" = nullif($5, '')::bigint)
        ORDER BY received_at DESC
        LIMIT 1) AS l ON true
  LEFT JOIN ops.partition_progress AS p
    ON p.topic = $3 AND p.partition = nullif($4, '')::integer
