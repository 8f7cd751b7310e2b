-- SPDX-License-Identifier: Apache-2.0
-- The chosen dead letters ($1 to $8), at most $9 (0: all), a JSON object
-- each. Bytes are base64, so that none is lost; a header's name has the code
-- points of its bytes.
SELECT json_build_object(
           'id', l.id, 'topic', l.topic, 'partition', l.partition,
           'offset', l."offset",
           'received_at', to_char(l.received_at AT TIME ZONE 'UTC',
                                  'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           'dead_at', to_char(l.dead_at AT TIME ZONE 'UTC',
                              'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           'state', l.state, 'event_type', l.event_type,
           'event_id', l.event_id, 'agency_code', l.agency_code,
           'reason', l.reason, 'pointer', l.pointer, 'detail', l.detail,
           'key', translate(encode(r.key, 'base64'), E'\n', ''),
           'value', translate(encode(r.value, 'base64'), E'\n', ''),
           'headers', (
               SELECT coalesce(json_agg(json_build_object(
                          'name', h ->> 'name',
                          'value', translate(encode(decode(h ->> 'hex', 'hex'),
                                                    'base64'), E'\n', ''))
                          ORDER BY n), '[]')
                 FROM jsonb_array_elements(r.headers)
                      WITH ORDINALITY AS e (h, n)))
FROM core.chosen_letters($1::text::bigint[], $2::text,
                         string_to_array($3::text, ','), $4::text,
                         $5::text::integer, $6::text, $7::text::timestamptz,
                         $8::text::timestamptz) AS l
LEFT JOIN core.dead_letter_record r USING (id)
ORDER BY l.id
LIMIT nullif($9::text::bigint, 0)
