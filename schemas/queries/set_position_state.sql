-- SPDX-License-Identifier: Apache-2.0
-- What a partition is doing, why, and since when.
UPDATE ops.partition_progress
SET state = $4, reason = $5, seen_at = now(),
    since = CASE WHEN state = $4 AND reason IS NOT DISTINCT FROM $5
            THEN since ELSE now() END
WHERE topic = $1 AND partition = $2 AND epoch = $3
