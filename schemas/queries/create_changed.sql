-- SPDX-License-Identifier: Apache-2.0
-- New versions of facts that are there already, for one transaction.
CREATE TEMPORARY TABLE IF NOT EXISTS changed (LIKE core.event)
ON COMMIT DELETE ROWS
