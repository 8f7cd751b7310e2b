-- SPDX-License-Identifier: Apache-2.0
-- Dead letters of an agency ($1), in the order in which they became visible:
-- behind a number ($2) or from a time ($3, ms since 1970), if these are not ''.
-- Without any, one row that has only the number of the newest there is.
SELECT l.*, newest.listed
  FROM (SELECT coalesce(max(listed), 0) AS listed
          FROM core.listed_letter
         WHERE agency_code = $1) AS newest
  LEFT JOIN LATERAL (
       SELECT n.listed, l.event_id, l.event_type,
              to_char(l.received_at AT TIME ZONE 'UTC',
                      'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
              l.topic, l.partition, l."offset", l.detail
         FROM core.listed_letter AS n
         JOIN ops.dead_letter AS l ON l.id = n.letter_id
        WHERE n.agency_code = $1
          AND ($2 = '' OR n.listed > nullif($2, '')::bigint)
          AND ($3 = '' OR l.received_at >=
                          to_timestamp(nullif($3, '')::double precision / 1000))
        ORDER BY n.listed
        LIMIT 100) AS l ON true
 ORDER BY l.listed
