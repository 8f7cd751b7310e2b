-- SPDX-License-Identifier: Apache-2.0
-- Dead letters of an agency ($1), in the order in which they came: behind a
-- number ($2) or from a time ($3, ms since 1970), if these are not ''.
SELECT id, event_id, event_type,
       to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       topic, partition, "offset", detail
  FROM ops.dead_letter
 WHERE agency_code = $1
   AND ($2 = '' OR id > nullif($2, '')::bigint)
   AND ($3 = '' OR received_at >=
                   to_timestamp(nullif($3, '')::double precision / 1000))
 ORDER BY id
 LIMIT 100
