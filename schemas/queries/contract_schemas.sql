-- SPDX-License-Identifier: Apache-2.0
-- All published versions, each type's in rising order.
SELECT body, version FROM core.schema ORDER BY type_id, version
