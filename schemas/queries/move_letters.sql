-- SPDX-License-Identifier: Apache-2.0
-- Move the chosen dead letters ($1 to $8, all of state $6), at most $9
-- (0: all), to state $10; what was done ($11) and why ($12) is kept. Rows are
-- locked in the order in which a replay locks them.
WITH chosen AS (
    SELECT id
    FROM ops.dead_letter
    WHERE state = $6::text AND id IN (
              SELECT id
              FROM core.chosen_letters($1::text::bigint[], $2::text,
                         string_to_array($3::text, ','), $4::text,
                         $5::text::integer, $6::text, $7::text::timestamptz,
                         $8::text::timestamptz)
              ORDER BY id
              LIMIT nullif($9::text::bigint, 0))
    ORDER BY id
    FOR UPDATE
), moved AS (
    UPDATE ops.dead_letter SET state = $10::text
    WHERE id IN (SELECT id FROM chosen)
    RETURNING id
), kept AS (
    INSERT INTO ops.dead_letter_act (letter_id, act, why)
    SELECT id, $11::text, $12::text FROM moved ORDER BY id
    RETURNING id
)
SELECT count(*) FROM kept
