-- SPDX-License-Identifier: Apache-2.0
-- The newest chosen dead letters ($1 to $8), at most $9.
SELECT id, to_char(received_at AT TIME ZONE 'Asia/Tehran',
                   'YYYY-MM-DD HH24:MI:SS') AS received,
       partition AS part, "offset", reason, pointer, event_type, agency_code,
       event_id, state
FROM core.chosen_letters($1::text::bigint[], $2::text,
                         string_to_array($3::text, ','), $4::text,
                         $5::text::integer, $6::text, $7::text::timestamptz,
                         $8::text::timestamptz)
ORDER BY id DESC
LIMIT $9::text::bigint
