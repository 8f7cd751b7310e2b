-- SPDX-License-Identifier: Apache-2.0
-- Dead letters have been taken again: those that are dead no more are open no
-- more, and what became of each is kept.
WITH taken AS (
    SELECT *
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
         AS u (letter_id, outcome, reason, pointer)
), settled AS (
    UPDATE ops.dead_letter l SET state = 'replayed'
    FROM taken t
    WHERE l.id = t.letter_id AND t.outcome <> 'dead'
)
INSERT INTO ops.dead_letter_act (letter_id, act, outcome, reason, pointer)
SELECT letter_id, 'replay', outcome, reason, pointer FROM taken
