-- SPDX-License-Identifier: Apache-2.0
-- How many of the chosen dead letters ($1 to $8) have each reason and state.
SELECT count(*) AS letters, reason, state
FROM core.chosen_letters($1::text::bigint[], $2::text,
                         string_to_array($3::text, ','), $4::text,
                         $5::text::integer, $6::text, $7::text::timestamptz,
                         $8::text::timestamptz)
GROUP BY reason, state
ORDER BY count(*) DESC, reason, state
