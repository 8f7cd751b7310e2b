-- SPDX-License-Identifier: Apache-2.0
-- These dead letters have been taken again, and are dead no more.
UPDATE ops.dead_letter SET state = 'replayed' WHERE id = ANY ($1::bigint[])
