-- SPDX-License-Identifier: Apache-2.0
-- Dead letters that wait for a decision, by reason; the monitor asks it every
-- five seconds.
SELECT reason, count(*)
FROM ops.dead_letter
WHERE state = 'open'
GROUP BY reason
